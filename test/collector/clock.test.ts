import { afterEach, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { createWorld, type World } from '../support/world.js';

/** 23:30 in Los Angeles: 2026-11-21 ends in half an hour. */
const START = new Date('2026-11-22T07:30:00Z');
const MINUTE_MS = 60_000;
const accounts = population({ users: 6, platforms: ['instagram', 'facebook'] });

let world: World;
afterEach(() => world?.close());

async function rows(): Promise<Record<string, number>> {
  const tables = ['analytics_snapshots', 'analytics_account_snapshots', 'collection_outcomes'];
  const counts = await Promise.all(tables.map((table) => world.query(`select from ${table}`)));
  const [touched] = await world.query(
    'select count(*)::int as accounts from collection_accounts where reason is not null or last_day is not null',
  );
  return {
    ...Object.fromEntries(tables.map((table, index) => [table, counts[index]?.length ?? 0])),
    touched: Number(touched?.accounts),
  };
}

describe('a clock that is off', () => {
  it.each([
    [11, '11 minutes behind'],
    [-11, '11 minutes ahead of'],
  ])('by %i minutes stops the run before anything is recorded', async (minutes, told) => {
    world = await createWorld({ accounts, now: START, clockAheadMs: minutes * MINUTE_MS });
    await expect(world.collect()).rejects.toMatchObject({
      code: 'clock_skew',
      exitCode: 1,
      message: expect.stringContaining(told),
    });
    expect(await rows()).toEqual({
      analytics_snapshots: 0,
      analytics_account_snapshots: 0,
      collection_outcomes: 0,
      touched: 0,
    });
    expect(world.sandbox.counters.requests).toBeLessThan(100);
    expect((await world.store.lastRuns()).run).toMatchObject({
      status: 'failed',
      summary: { error: expect.stringContaining(told) },
    });
  });

  it('does not replace a primary account', async () => {
    const [failing, working] = population({ users: 2, platforms: ['facebook'] });
    if (failing === undefined || working === undefined) throw new Error('two accounts are expected');
    const pair = [failing, { ...working, userId: failing.userId }];
    const standing = () =>
      world.query('select account_id, is_primary, active, inactive_since from collection_accounts order by id');
    const prepare = async (clockAheadMs: number) => {
      world = await createWorld({ accounts: pair, now: START, clockAheadMs });
      await world.store.syncAccounts({ collected: ['facebook'], userId: null });
      await world.query(`update platform_connections set status = 'revoked' where account_id = '${failing.accountId}'`);
      await world.query(`update collection_accounts set last_day = '2026-11-20' where not is_primary;
        update collection_accounts set active = false, inactive_since = '2026-11-15' where is_primary`);
      return standing();
    };

    const before = await prepare(11 * MINUTE_MS);
    await expect(world.collect()).rejects.toMatchObject({ code: 'clock_skew' });
    expect(await standing()).toEqual(before);
    await world.close();

    await prepare(0);
    expect(await world.collect()).toMatchObject({ warnings: [expect.stringContaining('replaces')] });
    expect(await standing()).not.toEqual(before);
  });

  it('by nine minutes is tolerated', async () => {
    world = await createWorld({ accounts, now: START, clockAheadMs: 9 * MINUTE_MS });
    expect(await world.collect()).toMatchObject({ status: 'completed' });
  });

  it('is detected from the only answer of a run', async () => {
    world = await createWorld({
      accounts: population({ users: 1, platforms: ['facebook'] }),
      now: START,
      clockAheadMs: 60 * MINUTE_MS,
    });
    await expect(world.collect()).rejects.toMatchObject({ code: 'clock_skew' });
    expect(world.sandbox.counters.requests).toBe(1);
    expect((await rows()).touched).toBe(0);
  });
});

it.each([5, -5])('does not end the run or change its days when it is set by %i hours during the run', async (hours) => {
  world = await createWorld({ accounts, now: START, latencyMs: 5 });
  let ended = 0;
  const summary = await world.collect({ concurrency: 2 }, (event) => {
    if (event.type === 'connection' && ++ended === 3) {
      world.now = new Date(START.getTime() + hours * 60 * MINUTE_MS);
    }
  });
  expect(ended).toBe(accounts.length);
  expect(summary).toMatchObject({
    status: 'completed',
    warnings: [],
    connections: { succeeded: accounts.length },
    dates: { since: '2026-11-14', until: '2026-11-20' },
    days: { planned: accounts.length * 7, failed: 0 },
  });
  expect(summary.duration_ms).toBeGreaterThan(0);
  expect(summary.duration_ms).toBeLessThan(5 * MINUTE_MS);
});
