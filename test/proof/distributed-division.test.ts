import { afterAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type CliRun, parseSummary, until } from '../e2e/support/cli.js';
import { storedRows, trueRows } from '../e2e/support/truth.js';
import { expectCountsAddUp } from '../support/summary.js';
import {
  type Alone,
  afterRequests,
  collectAlone,
  DAYS,
  expectAsAlone,
  expireLease,
  FAULTY,
  type SharedWorld,
  sharedWorld,
  startShared,
} from './distributed.js';
import { DATE } from './support.js';

const DAY = ['--since', DATE, '--until', DATE];

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

async function world(...options: Parameters<typeof sharedWorld>): Promise<SharedWorld> {
  const opened = await sharedWorld(...options);
  cleanups.push(opened.close);
  return opened;
}

describe.runIf(process.env.TEST_DATABASE_URL).concurrent('the accounts of a shared run', () => {
  it('are not taken by a run of another scope at the same time', async () => {
    const users = population({ users: 2, platforms: ['facebook'] }).map(({ userId }) => userId);
    const accounts = FAULTY.map((account, place) => ({ ...account, userId: users[place % 2] ?? '' }));
    const [whole, shared] = await Promise.all([world({ accounts }), world({ accounts })]);
    const flagsOf = (user: string) => [...DAYS, '--concurrency', '4', '--user', user];
    const aloneOf: Alone[] = [];
    for (const user of users) aloneOf.push(await collectAlone(whole, flagsOf(user)));
    const rows = await storedRows(whole.database);

    const started = await afterRequests(shared, 100, () =>
      [...users, ...users].map((user) => startShared(flagsOf(user), { env: shared.env })),
    );
    started[0]?.kill('SIGKILL');
    const ended = await Promise.all(started.map(({ ended }) => ended));
    expect(ended[0]).toMatchObject({ code: null });
    for (const [place, run] of ended.entries()) {
      const alone = aloneOf[place % 2];
      if (place === 0 || alone === undefined) continue;
      const { run_id } = await expectAsAlone(run, shared, { ...alone, rows });
      const recorded = 'select distinct run_id::text from collection_accounts where user_id::text = $1';
      expect(await shared.database.query(recorded, [users[place % 2]])).toEqual([{ run_id }]);
    }
  });

  it('are divided so that a process with an eighth of the concurrency costs at most half as much time again', async () => {
    const accounts = population({ users: 640, platforms: ['facebook'] });
    async function duration(...concurrency: readonly number[]): Promise<number> {
      // Long enough that the machine's load does not count.
      const { env } = await world({ accounts, latencyMs: 400 });
      const starting = concurrency.map((each) => startShared([...DAY, '--concurrency', String(each)], { env }));
      const [run] = await Promise.all(starting.map(({ ended }) => ended));
      expect(run).toMatchObject({ code: 0 });
      return parseSummary(run as CliRun).duration_ms;
    }
    const [slowed, even] = await Promise.all([duration(8, 8, 8, 1), duration(7, 6, 6, 6)]);
    expect(slowed / even).toBeLessThan(1.5);
  });
});

describe.runIf(process.env.TEST_DATABASE_URL).concurrent('a shared run whose planning takes long', () => {
  /** Several pages of the planning. */
  const accounts = population({ users: 1_100, platforms: ['facebook'] });

  async function slowWorld(): Promise<SharedWorld> {
    const shared = await world({ accounts, latencyMs: 0 });
    await shared.database.query(`
      create function slow_planning() returns trigger language plpgsql as 'begin perform pg_sleep(2); return null; end';
      create trigger slow_planning after insert on collection_pieces for each statement execute function slow_planning()`);
    return shared;
  }

  async function untilHalfPlanned({ database }: SharedWorld): Promise<void> {
    await until(async () => {
      const planned = await database.query(
        `select from collection_runs runs where shared -> 'is_planned' = 'false'
         and exists (select from collection_accounts accounts where accounts.run_id = runs.id)`,
      );
      return planned.length > 0;
    });
  }

  async function expectHalfPlanned({ database }: SharedWorld): Promise<void> {
    expect(await database.query("select shared -> 'is_planned' as planned from collection_runs")).toEqual([
      { planned: false },
    ]);
  }

  it('is planned to its end by another process when the one that plans is killed', async () => {
    const shared = await slowWorld();
    const planning = startShared(DAY, { env: shared.env });
    await untilHalfPlanned(shared);
    planning.kill('SIGKILL');
    await planning.ended;
    await expectHalfPlanned(shared);
    const run = await startShared(DAY, { env: shared.env }).ended;
    expect(run, run.stderr).toMatchObject({ code: 0 });
    const summary = parseSummary(run);
    expectCountsAddUp(summary);
    expect(summary).toMatchObject({
      connections: { total: 1_100, succeeded: 1_100 },
      days: { planned: 1_100, settled: 1_100 },
    });
    expect(await storedRows(shared.database)).toEqual(trueRows(accounts, [DATE]));
  });

  it('is followed by one that plans again what is left when all of its processes are killed', async () => {
    const shared = await slowWorld();
    const { database } = shared;
    const dying = [startShared(DAY, { env: shared.env }), startShared(DAY, { env: shared.env })];
    await untilHalfPlanned(shared);
    for (const each of dying) each.kill('SIGKILL');
    await Promise.all(dying.map(({ ended }) => ended));
    await expectHalfPlanned(shared);
    // Waits for what the killed have asked the database to write.
    await expireLease(shared);
    const written = await database.query('select distinct user_id from analytics_snapshots');
    const left = accounts.length - written.length;
    expect(left).toBeLessThan(accounts.length);
    const runs = [startShared(DAY, { env: shared.env }), startShared(DAY, { env: shared.env })];
    for (const { ended } of runs) {
      const run = await ended;
      expect(run, run.stderr).toMatchObject({ code: 0 });
      const { run_id, connections, days } = parseSummary(run);
      expect(connections).toMatchObject({ total: 1_100, succeeded: 1_100 });
      expect(days).toMatchObject({ planned: left, settled: left });
      for (const rest of [
        'run_id::text as run from collection_pieces',
        "substring(name, 5, 36) as run from collection_jobs.queue where name like 'run-%'",
      ]) {
        expect(await database.query(`select distinct ${rest}`)).toEqual([{ run: run_id }]);
      }
    }
    expect(await storedRows(database)).toEqual(trueRows(accounts, [DATE]));
  });
});
