import { randomInt } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import { freshPglite } from '../support/database.js';
import { createScenario } from './simulation/scenario.js';
import { type Met, simulate } from './simulation/simulate.js';

const { SIMULATION_SEED, SIMULATION_SEEDS } = process.env;
/** For as many seeds as that takes, where no number is given. */
const TIME_MS = 180_000;
/** So many seeds meet every kind of fault. */
const ENOUGH_SEEDS = 10;

const database = freshPglite();
afterAll(async () => (await database).close());

const FAULTS = [
  ...['api_down', 'clock_skew', 'dead_token', 'disabled', 'error_in_200', 'expired_token', 'foreign_app', 'html'],
  ...[
    'interrupted',
    'missing_permission',
    'numbers_as_strings',
    'reset',
    'server_error',
    'silent',
    'stall',
    'throttled',
  ],
  ...['truncated_json', 'undecryptable', 'unknown_fields', 'wrong_types'],
  ...['store: away', 'store: killed', 'store: refused', 'store: unreachable'],
];

it('sixty days of twenty accounts end with the true values, whatever goes wrong', {
  timeout: 2 ** 31 - 1,
}, async () => {
  const first = Number(SIMULATION_SEED ?? randomInt(2 ** 31));
  const isTimed = SIMULATION_SEED === undefined && SIMULATION_SEEDS === undefined;
  const most = isTimed ? Number.POSITIVE_INFINITY : Number(SIMULATION_SEEDS ?? 1);
  const begunAt = performance.now();
  const met: Met = new Map();
  const failed: { seed: number; error: unknown }[] = [];
  let done = 0;
  for (; done < most && (!isTimed || performance.now() - begunAt < TIME_MS); done++) {
    const seed = first + done;
    try {
      await simulate(createScenario(seed), await database, met);
    } catch (error) {
      failed.push({ seed, error });
      say(`Failed; to replay: SIMULATION_SEED=${seed} npx vitest run --project proof test/proof/simulation.test.ts`);
    }
  }
  const faults = [...met].sort().map(([kind, times]) => `${kind} ${times}`);
  say(`${done} simulations from seed ${first}; faults met: ${faults.join(', ')}`);
  if (failed[0] !== undefined) throw failed[0].error;
  if (done >= ENOUGH_SEEDS) expect(FAULTS.filter((kind) => !met.has(kind))).toEqual([]);
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
