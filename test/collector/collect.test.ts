import { afterEach, describe, expect, it } from 'vitest';
import { addDays } from '../../src/collector/day.js';
import type { ConnectionReport } from '../../src/collector/events.js';
import { readStatus } from '../../src/collector/status.js';
import type { Summary } from '../../src/collector/summary.js';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { trueValue } from '../../src/sandbox/values.js';
import { createWorld, type World } from '../support/world.js';

/** 01:00 in Los Angeles, an hour after the end of 2026-11-21. */
const NIGHT = new Date('2026-11-22T09:00:00Z');
const HOUR_MS = 3_600_000;

let world: World;
afterEach(() => world?.close());

function accounts(users: number, faults: Record<string, SandboxAccount['fault']> = {}): SandboxAccount[] {
  return population({ users, platforms: ['instagram', 'facebook'] }).map((account, position) => {
    const fault = faults[position];
    return fault ? { ...account, fault } : account;
  });
}

function expectToAddUp({ connections, users, days, platforms }: Summary): void {
  expect(connections.succeeded + connections.failed + connections.skipped).toBe(connections.total);
  expect(users.succeeded + users.failed).toBe(users.total);
  const { planned, ...states } = days;
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(planned);
  expect(Object.values(platforms).reduce((sum, platform) => sum + platform.connections, 0)).toBe(connections.total);
}

const table = (w: World) =>
  w.query(`select user_id, platform, metric, date::text as date, value::float8 as value, metadata->>'settled' as settled
           from analytics_snapshots order by user_id, platform, metric, date`);

it('writes each true value under its day, and nothing else', async () => {
  world = await createWorld({ accounts: accounts(7), now: NIGHT });
  const summary = await world.collect();

  expect(summary).toMatchObject({ status: 'completed', dates: { since: '2026-11-15', until: '2026-11-21' } });
  expectToAddUp(summary);
  const rows = await world.query(
    'select user_id, platform, metric, date::text as date, value::float8 as value, metadata from analytics_snapshots',
  );
  expect(rows).toHaveLength(summary.metrics.inserted);
  for (const row of rows) {
    const account = accounts(7).find(({ userId, platform }) => userId === row.user_id && platform === row.platform);
    const { alias_of: aliasOf, account_id: accountId, api, period, settled } = row.metadata as Record<string, unknown>;
    expect(accountId).toBe(account?.connectedAs ?? account?.accountId);
    if (period !== 'day') {
      expect([row.date, settled]).toEqual(['2026-11-21', true]);
      if (row.metric === 'followers_count') expect(row.value).toBe(account?.followers);
      continue;
    }
    const metric = String(aliasOf ?? row.metric);
    expect([row.metric, row.date, row.value]).toEqual([
      row.metric,
      row.date,
      trueValue(account?.accountId ?? '', metric, String(row.date)),
    ]);
    expect([period, api]).toEqual(['day', `${row.platform}_graph`]);
    expect(settled).toBe(String(row.date) < '2026-11-20');
  }
  expect(world.sandbox.counters.unexpected).toBe(0);
  expect(world.sandbox.requests.filter(({ query }) => query.has('access_token'))).toEqual([]);
});

it.each([
  ['2026-03-08', 23, '2026-03-12T12:00:00Z'],
  ['2026-11-01', 25, '2026-11-05T12:00:00Z'],
])('asks for %s, a day of %i hours, as for any other', async (date, _hours, now) => {
  world = await createWorld({ accounts: accounts(1), now: new Date(now) });
  await world.collect({ window: { kind: 'dates', since: addDays(date, -1), until: addDays(date, 1) } });
  const rows = await world.query(
    "select platform, metric, date::text as date, value::int as value from analytics_snapshots where metric in ('views', 'page_media_view')",
  );
  expect(rows).toHaveLength(6);
  for (const row of rows) {
    const account = accounts(1).find(({ platform }) => platform === row.platform);
    expect(row.value).toBe(trueValue(account?.accountId ?? '', String(row.metric), String(row.date)));
  }
});

it('keeps to four requests for an Instagram account and day and one for all days of a Page, and asks once for the profile and for each reach', async () => {
  world = await createWorld({ accounts: accounts(1), now: NIGHT });
  await world.collect();
  const ofPage = (path: string) => /^\/v[\d.]+\/1045/.test(path);
  const [page, profile] = [
    world.sandbox.requests.filter(({ path }) => ofPage(path)),
    world.sandbox.requests.filter(({ path }) => !ofPage(path)),
  ];
  expect(page.map(({ query }) => query.get('period'))).toEqual(['day', 'week', 'days_28']);
  const perDay = new Map<string | null, number>();
  for (const { query } of profile) perDay.set(query.get('since'), (perDay.get(query.get('since')) ?? 0) + 1);
  expect(perDay.get(null)).toBe(1);
  expect([...perDay.values()]).toEqual(expect.arrayContaining([1, 4, 6]));
  expect([...perDay.values()].reduce((total, count) => total + count)).toBe(1 + 4 * 7 + 2);
});

describe('a later run', () => {
  it('asks nothing and inserts nothing right after', async () => {
    world = await createWorld({ accounts: accounts(3), now: NIGHT });
    await world.collect();
    const before = world.sandbox.requests.length;
    const summary = await world.collect();
    expect(summary).toMatchObject({
      days: { planned: 0 },
      metrics: { inserted: 0, updated: 0 },
      requests: { total: 0 },
      connections: { succeeded: 6 },
    });
    expect(world.sandbox.requests.length).toBe(before);
  });

  it('replaces provisional rows once they have settled, and never after', async () => {
    world = await createWorld({ accounts: accounts(1), now: NIGHT });
    await world.collect();
    await world.query("update analytics_snapshots set value = -1 where date >= '2026-11-19'");
    world.now = new Date(NIGHT.getTime() + 48 * HOUR_MS);
    const summary = await world.collect();
    expect(summary.days).toMatchObject({ planned: 8, settled: 4, provisional: 4 });
    const tampered = await world.query(
      'select distinct date::text as date, metric from analytics_snapshots where value = -1 order by 1, 2',
    );
    expect(tampered).toEqual([
      { date: '2026-11-19', metric: expect.any(String) },
      ...Array.from({ length: tampered.length - 1 }, () =>
        expect.objectContaining({ date: expect.stringMatching('2026-11-19|2026-11-21') }),
      ),
    ]);
    const settledAtOnce = ['followers_count', 'follows_count', 'media_count', 'reach_28d', 'reach_7d'];
    expect(tampered.filter(({ date }) => date === '2026-11-21')).toEqual(
      settledAtOnce.map((metric) => ({ date: '2026-11-21', metric })),
    );
    expect(tampered.some(({ date }) => date === '2026-11-20')).toBe(false);
  });

  it('replaces even settled rows to refresh them', async () => {
    world = await createWorld({ accounts: accounts(1), now: NIGHT });
    await world.collect();
    const clean = await table(world);
    await world.query('update analytics_snapshots set value = -1');
    const summary = await world.collect({ refresh: true });
    expect(summary.metrics).toMatchObject({ inserted: 0, updated: clean.length });
    expect(await table(world)).toEqual(clean);
  });

  it('heals a connection whose token was renewed, over the whole window', async () => {
    const [instagram] = accounts(1, { 0: { kind: 'dead_token', times: 1 } });
    if (!instagram) throw new Error('no account');
    world = await createWorld({ accounts: [instagram], now: NIGHT });
    const first = await world.collect();
    expect(first).toMatchObject({ status: 'failed', days: { failed: 7 }, requests: { total: 1 } });
    expect(first.failures[0]).toMatchObject({ reason: 'needs_reconnect', day: '2026-11-15' });
    expect(world.sandbox.fired(instagram.accountId, 'dead_token')).toBe(1);
    expect(await world.collect()).toMatchObject({ status: 'completed', days: { planned: 7, failed: 0 } });
  });

  it('waits for late data, and says no_data only when it has settled without any', async () => {
    const [instagram] = accounts(1, { 0: { kind: 'no_data' } });
    if (!instagram) throw new Error('no account');
    world = await createWorld({ accounts: [instagram], now: NIGHT });
    const summary = await world.collect();
    expect(summary.days).toMatchObject({ pending: 2, no_data: 5, settled: 0 });
    expect(await world.collect()).toMatchObject({ days: { planned: 2, pending: 2 } });
    world.now = new Date(NIGHT.getTime() + 48 * HOUR_MS);
    expect(await world.collect()).toMatchObject({ days: { planned: 4, no_data: 2, pending: 2 } });
  });
});

it('plans without asking or writing in a dry run', async () => {
  world = await createWorld({ accounts: accounts(2), now: NIGHT });
  const reports: ConnectionReport[] = [];
  const summary = await world.collect(
    { dryRun: true },
    (event) => event.type === 'connection' && reports.push(event.connection),
  );
  expect(summary).toMatchObject({ dry_run: true, days: { planned: 28 }, requests: { total: 0 } });
  expect(reports).toHaveLength(4);
  expect(reports[0]).toMatchObject({ days: { due: 7 }, dates: expect.arrayContaining(['2026-11-15', '2026-11-21']) });
  expect(world.sandbox.requests).toEqual([]);
  expect(await world.query('select 1 from collection_runs union all select 1 from collection_outcomes')).toEqual([]);
});

it('collects one user, or one platform, alone', async () => {
  world = await createWorld({ accounts: accounts(3), now: NIGHT });
  const userId = accounts(3)[2]?.userId ?? '';
  expect(await world.collect({ userId, platforms: ['facebook'] })).toMatchObject({
    scope: `user:${userId}`,
    connections: { total: 1 },
  });
  expect(await world.query('select distinct user_id, platform from analytics_snapshots')).toEqual([
    { user_id: userId, platform: 'facebook' },
  ]);
});

it('ends every failure where it is: sixty connections, twenty of them broken in different ways', async () => {
  const faults: SandboxAccount['fault'][] = [
    { kind: 'dead_token' },
    { kind: 'missing_permission' },
    { kind: 'api_down' },
    { kind: 'html' },
    { kind: 'truncated_json' },
    { kind: 'error_in_200' },
    { kind: 'wrong_types' },
    { kind: 'server_error' },
    { kind: 'throttled' },
    { kind: 'reset' },
  ];
  const broken = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i * 3, faults[i % faults.length]]));
  const all = accounts(30, broken);
  world = await createWorld({ accounts: all, now: NIGHT });
  const summary = await world.collect({
    window: { kind: 'dates', since: '2026-11-18', until: '2026-11-18' },
    concurrency: 32,
  });

  expect(summary).toMatchObject({
    status: 'partial',
    connections: { total: 60, failed: 20, succeeded: 40 },
    days: { planned: 60, failed: 20, settled: 40 },
  });
  expectToAddUp(summary);
  for (const [position, fault] of Object.entries(broken)) {
    const account = all[Number(position)];
    if (fault && account)
      expect([fault.kind, world.sandbox.fired(account.accountId, fault.kind)]).not.toEqual([fault.kind, 0]);
  }
  const complete = await world.query(
    "select platform, count(*)::int as rows from analytics_snapshots where metadata->>'settled' = 'true' group by 1 order by 1",
  );
  const healthy = all.filter((_, position) => !(position in broken));
  const rowsOf = (platform: string) => summary.platforms[platform]?.metrics;
  expect(complete.map(({ platform }) => platform)).toEqual(['facebook', 'instagram']);
  expect(healthy).toHaveLength(40);
  expect(Number(complete[0]?.rows)).toBeLessThanOrEqual(rowsOf('facebook') ?? 0);
}, 60_000);

it('never sends what it cannot decrypt, and collects the older of two accounts', async () => {
  const [instagram, facebook, second] = accounts(2);
  if (!instagram || !facebook || !second) throw new Error('no accounts');
  world = await createWorld({ accounts: [facebook], now: NIGHT });
  await world.connect(instagram, 'gAAAAABnot-of-this-key');
  await world.connect({ ...second, platform: 'facebook', userId: facebook.userId });
  await world.connect({ ...second, platform: 'facebook', userId: 'someone-else' }, 'EAAplain');
  await world.connect({ ...second, userId: 'another', platform: 'instagram', accountId: '../../me' });
  const summary = await world.collect();

  expect(summary.connections).toEqual({ total: 5, succeeded: 1, failed: 3, skipped: 1 });
  expectToAddUp(summary);
  expect(new Set(summary.failures.map(({ reason }) => reason))).toEqual(
    new Set(['undecryptable_token', 'configuration']),
  );
  expect(summary.warnings).toEqual([expect.stringContaining('more than one facebook account')]);
  expect(new Set(world.sandbox.requests.map(({ accountId }) => accountId))).toEqual(new Set([facebook.accountId]));
  expect(JSON.stringify(summary)).not.toMatch(/gAAAAA|EAA/);
});

it('stops politely: what was fetched is written, the next run completes it', async () => {
  world = await createWorld({ accounts: accounts(12), now: NIGHT, latencyMs: 5 });
  const stop = new AbortController();
  let ended = 0;
  const summary = await world.collect({ signal: stop.signal, concurrency: 2 }, (event) => {
    if (event.type === 'connection' && ++ended === 5) stop.abort();
  });
  expect(summary.status).toBe('interrupted');
  expectToAddUp(summary);
  const [outcomes] = await world.query(
    'select count(*)::int as days, sum(metrics)::int as metrics from collection_outcomes',
  );
  expect(outcomes).toEqual({ days: summary.days.planned, metrics: summary.metrics.inserted });
  expect(summary.days.planned).toBeGreaterThanOrEqual(5 * 7);
  expect((await world.store.lastRuns()).run).toMatchObject({ status: 'interrupted' });

  await world.collect();
  const repaired = await table(world);
  await world.close();
  world = await createWorld({ accounts: accounts(12), now: NIGHT });
  await world.collect();
  expect(repaired).toEqual(await table(world));
});

it('refuses to start while another run holds the lease', async () => {
  world = await createWorld({ accounts: accounts(1), now: NIGHT });
  const lease = await world.store.beginRun({ scope: 'all', trigger: 'test' });
  await expect(world.collect()).rejects.toMatchObject({
    code: 'lease_held',
    exitCode: 4,
    message: expect.stringContaining(lease.held ? lease.runId : ''),
  });
  expect(world.sandbox.requests).toEqual([]);
});

it('tells of a platform that nobody collects, whatever its name', async () => {
  world = await createWorld({ accounts: [], now: NIGHT });
  await world.store.saveConnection({
    ...{ userId: 'u1', platform: 'constructor', accountId: '1', accountName: null },
    ...{ accessToken: 'gAAAAA', refreshToken: null, tokenExpiresAt: null },
  });
  expect((await world.collect()).failures[0]).toMatchObject({ reason: 'unsupported_platform' });
  const { platforms } = await readStatus(world.store, createPlatforms(loadConfig({})), 7, NIGHT);
  expect(platforms).toMatchObject([
    { platform: 'constructor', since: '2026-11-15', until: '2026-11-21', failing: [{ days: 7 }] },
  ]);
});
