/*
 * What runs cost, next to a naive design and a bare loop over the same requests: npm run bench -- [--small] [--large] [SECTION…]
 * A figure never fails it. docs/performance.md says how it is used.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import * as cpu from './sections/cpu.js';
import * as distributed from './sections/distributed.js';
import * as exporting from './sections/export.js';
import * as failing from './sections/failing.js';
import * as idle from './sections/idle.js';
import * as memory from './sections/memory.js';
import * as record from './sections/record.js';
import * as requests from './sections/requests.js';
import * as run from './sections/run.js';
import * as start from './sections/start.js';
import * as status from './sections/status.js';
import * as trips from './sections/trips.js';
import * as wall from './sections/wall.js';
import { createStage } from './stage.js';
import { HEADING, line } from './table.js';

const SECTIONS = {
  run,
  cpu,
  wall,
  distributed,
  idle,
  failing,
  memory,
  status,
  export: exporting,
  record,
  start,
  trips,
  requests,
};
const RESULTS = new URL('results.json', import.meta.url);
const SMALL = 0.01;

const { positionals: named, values: flags } = parseArgs({
  allowPositionals: true,
  options: { small: { type: 'boolean', default: false }, large: { type: 'boolean', default: false } },
});
const unknown = named.filter((name) => !Object.hasOwn(SECTIONS, name));
const say = (text) => process.stdout.write(`${text}\n`);
let isInterrupted = false;

if (unknown.length > 0) {
  process.stderr.write(`There is no section ${unknown.join(', ')}. Sections: ${Object.keys(SECTIONS).join(', ')}\n`);
  process.exitCode = 2;
} else await bench(named.length > 0 ? named : Object.keys(SECTIONS));

async function bench(names) {
  // What a section has begun is put away first.
  process.once('SIGINT', () => {
    isInterrupted = true;
  });
  const postgres = await postgresVersion();
  if (flags.small) say('Small sizes: they show that the bench works, and are not kept.');
  say(HEADING);
  for (const name of names) {
    const { title, needsPostgres = false, take } = SECTIONS[name];
    say(`\n${name}: ${title}`);
    if (needsPostgres && postgres === null) {
      say('skipped: set BENCH_DATABASE_URL to a PostgreSQL');
      continue;
    }
    const stage = createStage({ scale: flags.small ? SMALL : 1, isLarge: flags.large });
    const begun = performance.now();
    try {
      const { rows, series } = await take(stage);
      for (const row of rows) say(line(row));
      const taken = { title, rows, ...(series && { series }), ...(needsPostgres && { postgres }) };
      if (!flags.small) keep(name, { ...taken, at: new Date().toISOString() });
    } catch (error) {
      say(`failed: ${error.message}`);
      process.exitCode = 1;
    } finally {
      await stage.close();
    }
    say(`(took ${Math.round((performance.now() - begun) / 1_000)} s)`);
    if (isInterrupted) {
      process.exitCode = 130;
      return;
    }
  }
}

/** Keeps a section's figures in the file. Those of another machine are not kept beside them. */
function keep(name, section) {
  const machine = {
    node: process.version,
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? arch()}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  };
  const former = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : null;
  const isSame = JSON.stringify(former?.machine) === JSON.stringify(machine);
  const sections = { ...(isSame && former.sections), [name]: section };
  const ordered = Object.fromEntries(
    Object.keys(SECTIONS).flatMap((each) => (sections[each] ? [[each, sections[each]]] : [])),
  );
  writeFileSync(RESULTS, `${JSON.stringify({ machine, sections: ordered }, rounded, 2)}\n`);
}

function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/** Null without BENCH_DATABASE_URL. */
async function postgresVersion() {
  if (!process.env.BENCH_DATABASE_URL) return null;
  const client = new pg.Client({ connectionString: process.env.BENCH_DATABASE_URL });
  await client.connect();
  const { rows } = await client.query(`select current_setting('server_version') as version`);
  await client.end();
  return rows[0].version;
}
