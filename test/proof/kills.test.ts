import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { collectJson, startCli, until } from '../e2e/support/cli.js';
import { daysAgo, storedRows, trueRows } from '../e2e/support/truth.js';
import { expectCountsAddUp } from '../support/summary.js';
import { connectedDatabase, KIND } from './support.js';

/** Each run on an embedded database has to open it, which takes its time. */
const [KILLS, AT_ONCE] = KIND === 'PostgreSQL' ? [20, 4] : [4, 2];
/** The last rows are written about a second after the last request. */
const LONGEST_AFTER_MS = 500;
const accounts = population({ users: 100, platforms: ['facebook', 'youtube'] });
/** Roughly: one a Page and one more for every sixth, two a channel. */
const REQUESTS = 330;

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

async function world() {
  const [sandbox, database] = await Promise.all([
    startSandbox({ accounts, latencyMs: 2 }),
    connectedDatabase(accounts),
  ]);
  cleanups.push(sandbox.close, database.close);
  return { sandbox, database, env: { ...database.env, ...sandbox.urls } };
}

it(`killed at ${KILLS} random points, 200 connections end with the same table as after one clean run`, async () => {
  const random = mulberry32(20_261_122);
  const points = Array.from({ length: KILLS }, (_, kill) => ({
    date: daysAgo(10 + kill),
    request: Math.floor(random() * REQUESTS),
    afterMs: random() * LONGEST_AFTER_MS,
  }));
  const leftToDo: number[] = [];

  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, place) => {
      const { sandbox, database, env } = await world();
      const own = points.filter((_point, kill) => kill % AT_ONCE === place);
      for (const { date, request, afterMs } of own) {
        const asked = sandbox.counters.requests;
        const run = startCli(['collect', '--since', date, '--until', date, '--concurrency', '8'], { env });
        await until(() => sandbox.counters.requests >= asked + request);
        await sleep(afterMs);
        run.kill('SIGKILL');
        await run.ended;
        // On an embedded database the next run knows that this one is dead.
        if (KIND !== 'embedded')
          await database.query("update collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes'");
        const summary = await collectJson(['--since', date, '--until', date], { env, code: 0 });
        expectCountsAddUp(summary);
        leftToDo.push(summary.days.planned);
      }
      expect(await storedRows(database)).toEqual(
        trueRows(
          accounts,
          own.map(({ date }) => date),
        ),
      );
    }),
  );
  expect(leftToDo.filter((days) => days > 0 && days < 200).length).toBeGreaterThan(KILLS / 4);
});

/** A seeded source of randomness, so that a failure happens again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
