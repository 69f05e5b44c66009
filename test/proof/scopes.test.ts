import { afterEach, expect, it } from 'vitest';
import { DAY_MS } from '../../src/clock.js';
import { readStatus } from '../../src/report/status.js';
import { population } from '../../src/sandbox/population.js';
import { expectCountsAddUp } from '../support/summary.js';
import { createWorld, type World } from '../support/world.js';

const START = new Date('2026-11-22T12:00:00Z');

let world: World;
afterEach(() => world?.close());

it('with 120 calls a day for 60 LinkedIn pages, every page gets its turn', async () => {
  const pages = population({ users: 60, platforms: ['linkedin'] });
  world = await createWorld({ accounts: pages, now: START, linkedinCallsPerDay: 120 });
  for (let day = 0; day < 10; day++) {
    world.now = new Date(START.getTime() + day * DAY_MS);
    expectCountsAddUp(await world.collect());
  }
  const stored = await world.query(
    `select user_id, count(distinct date)::int as days, max(date)::text as newest
     from analytics_snapshots where metric = 'clickCount' and metadata ->> 'settled' = 'true' group by user_id`,
  );
  expect(stored).toHaveLength(60);
  // Ten runs over the last seven days each, of which the last three have not settled.
  for (const { newest } of stored) expect(String(newest) >= '2026-11-24').toBe(true);
  expect(Math.min(...stored.map(({ days }) => Number(days)))).toBeGreaterThanOrEqual(9);
});

it('10,000 failures are counted exactly, by platform and reason, in the summary and in status', async () => {
  const accounts = population({ users: 10_000, platforms: ['instagram'] });
  world = await createWorld({ accounts, now: START, connected: [] });
  await world.query(
    `insert into platform_connections (user_id, platform, account_id, access_token)
     select user_id, case when n % 10 = 0 then 'facebook' else 'instagram' end, account_id, 'gAAAAABnot-of-this-key'
     from unnest($1::text[], $2::text[]) with ordinality as given (user_id, account_id, n)`,
    [accounts.map(({ userId }) => userId), accounts.map(({ accountId }) => accountId)],
  );
  const summary = await world.collect({ window: { kind: 'day', date: '2026-11-15' }, concurrency: 32 });
  expect(summary).toMatchObject({
    connections: { total: 10_000, failed: 10_000 },
    days: { planned: 10_000, failed: 10_000 },
    platforms: {
      instagram: { failed: 9_000, reasons: { undecryptable_token: 9_000 } },
      facebook: { failed: 1_000, reasons: { undecryptable_token: 1_000 } },
    },
    failures_omitted: 9_000,
  });
  expect(summary.failures).toHaveLength(1_000);
  expectCountsAddUp(summary);
  const { platforms } = await readStatus(world, 7, world.now);
  expect(
    platforms.map(({ platform, failing, failing_omitted, reasons }) => [
      platform,
      failing.length,
      failing_omitted,
      reasons,
    ]),
  ).toEqual([
    ['facebook', 100, 900, { undecryptable_token: 1_000 }],
    ['instagram', 100, 8_900, { undecryptable_token: 9_000 }],
  ]);
});
