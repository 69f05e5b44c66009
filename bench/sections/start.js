/* CPU of a start: `--help`, and `collect` until it first calls its database, against `node -e 0`. The shell counts it, up to the very end. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { ENCRYPTION_KEY } from '../database.js';
import { actorFile, BIN } from '../process.js';

export const title = 'CPU of a start';

const ROUNDS = 5;
const STARTS = 10;
const SCRIPT = `i=0; while [ $i -lt ${STARTS} ]; do "$@" >/dev/null 2>&1 || exit 1; i=$((i + 1)); done; times`;
const UNTIL_CALL = { ENCRYPTION_KEY, NODE_OPTIONS: `--require ${JSON.stringify(actorFile('until-connect.cjs'))}` };
const POSTGRES = { ...UNTIL_CALL, DATABASE_URL: 'postgres://nobody@127.0.0.1:54321/none' };
const SUPABASE = { ...UNTIL_CALL, SUPABASE_URL: 'http://127.0.0.1:54321', SUPABASE_SERVICE_ROLE_KEY: 'sb_secret_none' };

const PROGRAMS = [
  { what: 'node -e 0', args: ['-e', '0'] },
  { what: '--help', args: [BIN, '--help'], most: 1.6 },
  { what: 'collect, PostgreSQL', args: [BIN, 'collect'], environment: POSTGRES, most: 4 },
  { what: 'collect, Supabase', args: [BIN, 'collect'], environment: SUPABASE, most: 4 },
];

export async function take() {
  const least = PROGRAMS.map(() => Number.POSITIVE_INFINITY);
  // In turn, so that what else the machine does meets all of them.
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, program] of PROGRAMS.entries()) least[index] = Math.min(least[index], cpuMs(program));
  const [bare] = least;
  return {
    rows: PROGRAMS.flatMap(({ what, most }, index) => [
      { what, value: least[index], unit: 'ms' },
      ...(most === undefined
        ? []
        : [{ what: `${what}, of node`, value: least[index] / bare, unit: 'x', atMost: most }]),
    ]),
  };
}

/** User and system time of one start, on average. */
function cpuMs({ what, args, environment }) {
  const env = { ...process.env, ...environment };
  const { status, stdout } = spawnSync('sh', ['-c', SCRIPT, 'sh', process.execPath, ...args], {
    env,
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${what} did not end as it should.`);
  const [, children] = stdout.trim().split('\n');
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => minutes * 60 + Number(rest));
  return ((seconds[0] + seconds[1]) * 1_000) / STARTS;
}
