/*
 * A run that 1, 2 and 4 processes share, with the API at 500 ms. Each process has the same concurrency, so that as many more requests
 * are in flight as there are processes; it is low enough that latency binds and not CPU, all of which is one machine's: the four use
 * about a third of a core. What the sharing itself costs is measured at no latency, against runs of the same accounts without it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, empty } from '../database.js';
import { command } from '../process.js';
import { daysAgo, PLAINTEXT, PLATFORMS } from '../work.js';

export const title = 'A run that processes share, API at 500 ms';
export const needsPostgres = true;

const ACCOUNTS = 10_000;
const LATENCY_MS = 500;
const CONCURRENCY = 32;
const PROCESSES = [1, 2, 4];
const ROUNDS = 3;
/** How long a backend of PostgreSQL may keep what it has counted. */
const TOLD_MS = 2_000;
const COLLECT = ['collect', '--json', '--date', daysAgo(5), '--concurrency', String(CONCURRENCY)];

export async function take(stage) {
  const database = await stage.database();
  const accounts = stage.size(ACCOUNTS);

  /** Runs so many processes at once, on accounts that none has collected. */
  async function run(platforms, processes, flags) {
    await empty(database);
    await connect(database, platforms.connections);
    const environment = { ...platforms.environment, ...database.environment, ...PLAINTEXT };
    await sleep(TOLD_MS);
    const [before, bytesBefore] = [await transactions(database), await platforms.ask('bytes')];
    const begun = performance.now();
    const each = () => command([...COLLECT, ...flags], environment);
    const runs = await Promise.all(Array.from({ length: processes }, each));
    const wallMs = performance.now() - begun;
    const [summary] = runs.map(({ stdout }) => JSON.parse(stdout));
    if (summary.connections.succeeded !== accounts)
      throw new Error(`collected ${summary.connections.succeeded} accounts`);
    await sleep(TOLD_MS);
    return {
      wallMs,
      requests: summary.requests.total,
      bytes: (await platforms.ask('bytes')) - bytesBefore,
      cpuMs: runs.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      transactions: (await transactions(database)) - before,
    };
  }

  const slow = await stage.actor('platforms', { users: accounts / 2, platforms: PLATFORMS, latencyMs: LATENCY_MS });
  const shared = [];
  for (const processes of PROCESSES) shared.push(await run(slow, processes, ['--distributed']));
  const [one, two, four] = shared;

  const quick = await stage.actor('platforms', { users: accounts / 2, platforms: PLATFORMS });
  const least = { alone: null, shared: null };
  // In turn, so that what else the machine does meets both.
  for (let round = 0; round < ROUNDS; round++) {
    least.alone = lesser(least.alone, await run(quick, 1, []));
    least.shared = lesser(least.shared, await run(quick, 1, ['--distributed']));
  }

  return {
    rows: [
      { what: 'accounts', value: accounts },
      { what: 'requests', value: one.requests },
      {
        what: `latency alone, ${CONCURRENCY} at once`,
        value: (one.requests * LATENCY_MS) / CONCURRENCY / 1_000,
        unit: 's',
      },
      { what: '1 process', value: one.wallMs / 1_000, unit: 's' },
      { what: '2 processes', value: two.wallMs / 1_000, unit: 's' },
      { what: '4 processes', value: four.wallMs / 1_000, unit: 's' },
      { what: '4 processes: CPU of all', value: (four.cpuMs / four.wallMs) * 100, unit: '% of a core' },
      { what: 'times as fast, 2 processes', value: one.wallMs / two.wallMs, unit: 'x' },
      { what: 'times as fast, 4 processes', value: one.wallMs / four.wallMs, unit: 'x', atLeast: 3.2 },
      { what: 'traffic per request, without TLS', value: least.alone.bytes / least.alone.requests / 1_000, unit: 'kB' },
      { what: 'CPU per account, not shared', value: least.alone.cpuMs / accounts, unit: 'ms' },
      {
        what: 'CPU per account that sharing adds',
        value: (least.shared.cpuMs - least.alone.cpuMs) / accounts,
        unit: 'ms',
      },
      { what: 'transactions per account, not shared', value: least.alone.transactions / accounts },
      { what: 'transactions per account, shared', value: least.shared.transactions / accounts },
    ],
  };
}

function lesser(one, other) {
  return one === null || other.cpuMs < one.cpuMs ? other : one;
}

/** Those of this database so far. */
async function transactions({ query }) {
  const [{ count }] = await query(
    'select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()',
  );
  return count;
}
