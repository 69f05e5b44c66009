import { afterEach, describe, expect, it } from 'vitest';
import { addDays } from '../../src/collector/day.js';
import { RowRefused } from '../../src/errors.js';
import type { ConnectionReport } from '../../src/report/events.js';
import { readStatus } from '../../src/report/status.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { trueValue } from '../../src/sandbox/values.js';
import type { Store } from '../../src/store/store.js';
import { expectCountsAddUp } from '../support/summary.js';
import { createWorld, type World } from '../support/world.js';

/** 01:00 in Los Angeles, an hour after the end of 2026-11-21. */
const START = new Date('2026-11-22T09:00:00Z');
const HOUR_MS = 3_600_000;

let world: World;
afterEach(() => world?.close());

function accounts(users: number, faults: Record<string, SandboxAccount['fault']> = {}): SandboxAccount[] {
  return population({ users, platforms: ['instagram', 'facebook'] }).map((account, position) => {
    const fault = faults[position];
    return fault ? { ...account, fault } : account;
  });
}

const status = () => readStatus(world, 7, world.now);

const table = (w: World) =>
  w.query(`select user_id, platform, metric, date::text as date, value::float8 as value, metadata->>'settled' as settled
           from analytics_snapshots order by user_id, platform, metric, date`);

it('calls the database three times before the first request, and twice after the last answer', async () => {
  const calls: { readonly name: string; readonly requestsBefore: number }[] = [];
  const between = (store: Store): Store =>
    new Proxy(store, {
      get: (target, name: keyof Store) => {
        const member = target[name];
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          calls.push({ name, requestsBefore: world.sandbox.requests.length });
          return Reflect.apply(member, target, given);
        };
      },
    });
  world = await createWorld({ accounts: accounts(1), now: START, between });
  await world.collect();
  const requests = world.sandbox.requests.length;
  const named = (isWanted: (requestsBefore: number) => boolean) =>
    calls.filter(({ requestsBefore }) => isWanted(requestsBefore)).map(({ name }) => name);
  expect(named((before) => before === 0)).toEqual(['check', 'beginRun', 'openAccounts']);
  expect(named((before) => before === requests)).toEqual(['record', 'finishRun']);
});

it('writes each true value under its day, and nothing else', async () => {
  world = await createWorld({ accounts: accounts(7), now: START });
  const summary = await world.collect();

  expect(summary).toMatchObject({ status: 'completed', dates: { since: '2026-11-15', until: '2026-11-21' } });
  expectCountsAddUp(summary);
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
])('requests %s, a day of %i hours, like any other', async (date, _hours, now) => {
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

it('sends three requests per settled Instagram day, one per provisional one, and one per Page for all days', async () => {
  world = await createWorld({ accounts: accounts(1), now: START });
  await world.collect();
  const ofPage = (path: string) => /^\/v[\d.]+\/1045/.test(path);
  const [page, profile] = [
    world.sandbox.requests.filter(({ path }) => ofPage(path)),
    world.sandbox.requests.filter(({ path }) => !ofPage(path)),
  ];
  expect(page).toHaveLength(1);
  const perDay = new Map<string | null, number>();
  for (const { query } of profile) perDay.set(query.get('since'), (perDay.get(query.get('since')) ?? 0) + 1);
  expect(perDay.get(null)).toBe(1);
  // The last ended day has the reach of 7 and 28 days, too.
  expect([...perDay.values()].sort()).toEqual([1, 1, 3, 3, 3, 3, 3, 3]);
});

describe('a later run', () => {
  it('sends no requests and inserts nothing right after the first', async () => {
    world = await createWorld({ accounts: accounts(3), now: START });
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

  it('replaces provisional rows once they have settled, and not after that', async () => {
    world = await createWorld({ accounts: accounts(1), now: START });
    await world.collect();
    await world.query("update analytics_snapshots set value = -1 where date >= '2026-11-19'");
    world.now = new Date(START.getTime() + 48 * HOUR_MS);
    const summary = await world.collect();
    expect(summary.days).toMatchObject({ planned: 11, settled: 7, provisional: 4 });
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

  it('replaces settled rows with refresh', async () => {
    world = await createWorld({ accounts: accounts(1), now: START });
    await world.collect({ refresh: true });
    const clean = await table(world);
    await world.query('update analytics_snapshots set value = -1');
    const summary = await world.collect({ refresh: true });
    expect(summary.metrics).toMatchObject({ inserted: 0, updated: clean.length });
    expect(await table(world)).toEqual(clean);
  });

  it('fills the whole window of a connection whose token was renewed', async () => {
    const [instagram] = accounts(1, { 0: { kind: 'dead_token', times: 1 } });
    if (!instagram) throw new Error('no account');
    world = await createWorld({ accounts: [instagram], now: START });
    const first = await world.collect();
    expect(first).toMatchObject({ status: 'failed', days: { failed: 7 }, requests: { total: 1 } });
    expect(first.failures[0]).toMatchObject({ reason: 'needs_reconnect', since: '2026-11-15' });
    expect(world.sandbox.fired(instagram.accountId, 'dead_token')).toBe(1);
    expect(await world.collect()).toMatchObject({ status: 'completed', days: { planned: 7, failed: 0 } });
  });

  it('waits for late data, and asks for an empty day again while it is in the window', async () => {
    const [instagram] = accounts(1, { 0: { kind: 'no_data' } });
    if (!instagram) throw new Error('no account');
    world = await createWorld({ accounts: [instagram], now: START });
    const summary = await world.collect();
    expect(summary.days).toMatchObject({ pending: 2, no_data: 5, settled: 0 });
    expect(await world.collect()).toMatchObject({ days: { planned: 7, pending: 2, no_data: 5 } });
    world.now = new Date(START.getTime() + 48 * HOUR_MS);
    expect(await world.collect()).toMatchObject({ days: { planned: 7, no_data: 5, pending: 2 } });
  });
});

it('says in a dry run how many of the named days each platform no longer answers for', async () => {
  world = await createWorld({ accounts: accounts(2), now: START });
  const window = { kind: 'dates', since: '2024-11-22', until: '2024-11-27' } as const;
  const { warnings, days } = await world.collect({ dryRun: true, window });
  expect(days.planned).toBe(2 * 2 * 4);
  expect(warnings).toEqual([
    'instagram: 4 days are out of reach; the API goes back 728 days',
    'facebook: 4 days are out of reach; the API goes back 728 days',
  ]);
});

it('plans without requests or writes in a dry run', async () => {
  world = await createWorld({ accounts: accounts(2), now: START });
  const reports: ConnectionReport[] = [];
  const summary = await world.collect(
    { dryRun: true },
    (event) => event.type === 'connection' && reports.push(event.connection),
  );
  expect(summary).toMatchObject({ dry_run: true, days: { planned: 28 }, requests: { total: 0 } });
  expect(reports).toHaveLength(4);
  expect(reports[0]).toMatchObject({ days: { due: 7 }, dates: expect.arrayContaining(['2026-11-15', '2026-11-21']) });
  expect(world.sandbox.requests).toEqual([]);
  for (const written of ['collection_runs', 'collection_accounts', 'collection_outcomes', 'analytics_snapshots']) {
    expect([written, await world.query(`select from ${written}`)]).toEqual([written, []]);
  }
});

it('collects only one user, or one platform', async () => {
  world = await createWorld({ accounts: accounts(3), now: START });
  const userId = accounts(3)[2]?.userId ?? '';
  expect(await world.collect({ selection: { kind: 'user', userId }, platforms: ['facebook'] })).toMatchObject({
    scope: `user:${userId}`,
    connections: { total: 1 },
  });
  expect(await world.query('select distinct user_id, platform from analytics_snapshots')).toEqual([
    { user_id: userId, platform: 'facebook' },
  ]);
});

it('keeps failures to their accounts: sixty connections, twenty of them broken in different ways', async () => {
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
  world = await createWorld({ accounts: all, now: START });
  const summary = await world.collect({
    window: { kind: 'dates', since: '2026-11-18', until: '2026-11-18' },
    concurrency: 32,
  });

  expect(summary).toMatchObject({
    status: 'partial',
    connections: { total: 60, failed: 18, skipped: 2, succeeded: 40 },
    days: { planned: 60, failed: 18, skipped: 2, settled: 40 },
  });
  expectCountsAddUp(summary);
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

it('never sends a token that cannot be decrypted, nor an invalid account id', async () => {
  const [instagram, facebook, second] = accounts(2);
  if (!instagram || !facebook || !second) throw new Error('no accounts');
  world = await createWorld({ accounts: [facebook], now: START });
  await world.connect(instagram, 'gAAAAABnot-of-this-key');
  await world.connect({ ...second, platform: 'facebook', userId: 'someone-else' }, 'EAAplain');
  await world.connect({ ...second, userId: 'another', platform: 'instagram', accountId: '../../me' });
  const summary = await world.collect();

  expect(summary.connections).toEqual({ total: 4, succeeded: 1, failed: 3, skipped: 0 });
  expectCountsAddUp(summary);
  expect(new Set(summary.failures.map(({ reason }) => reason))).toEqual(
    new Set(['undecryptable_token', 'configuration']),
  );
  expect(summary.warnings).toEqual([]);
  expect(new Set(world.sandbox.requests.map(({ accountId }) => accountId))).toEqual(new Set([facebook.accountId]));
  expect(JSON.stringify(summary)).not.toMatch(/gAAAAA|EAA/);
});

it('stops gracefully: what was fetched is written, and the next run completes it', async () => {
  world = await createWorld({ accounts: accounts(12), now: START, latencyMs: 5 });
  const stop = new AbortController();
  let ended = 0;
  const summary = await world.collect({ signal: stop.signal, concurrency: 2 }, (event) => {
    if (event.type === 'connection' && ++ended === 5) stop.abort();
  });
  expect(summary.status).toBe('interrupted');
  expectCountsAddUp(summary);
  const [outcomes] = await world.query(
    'select count(*)::int as days, sum(metrics)::int as metrics from collection_outcomes',
  );
  const closing = await world.query(`select from analytics_snapshots where metadata ->> 'period' = 'lifetime'`);
  expect(outcomes).toEqual({ days: summary.days.planned, metrics: summary.metrics.inserted - closing.length });
  expect(summary.days.planned).toBeGreaterThanOrEqual(5 * 7);
  expect((await world.store.lastRuns()).run).toMatchObject({ status: 'interrupted' });

  await world.collect();
  const repaired = await table(world);
  await world.close();
  world = await createWorld({ accounts: accounts(12), now: START });
  await world.collect();
  expect(repaired).toEqual(await table(world));
});

it('refuses to start while another run holds the lease', async () => {
  world = await createWorld({ accounts: accounts(1), now: START });
  const lease = await world.store.beginRun({ scope: 'all', trigger: 'test', isFull: true });
  await expect(world.collect()).rejects.toMatchObject({
    code: 'lease_held',
    exitCode: 4,
    message: expect.stringContaining(lease.held ? lease.runId : ''),
  });
  expect(world.sandbox.requests).toEqual([]);
});

it('ignores connections of other services, whatever their names, and counts them in status', async () => {
  world = await createWorld({ accounts: accounts(1), now: START });
  for (const platform of ['constructor', 'google', 'google']) {
    await world.store.saveConnection({
      userId: 'u1',
      platform,
      accountId: `${Math.random()}`,
      accountName: null,
      accessToken: 'gAAAAA',
      refreshToken: null,
      tokenExpiresAt: null,
    });
  }
  const summary = await world.collect();
  expect(summary).toMatchObject({ status: 'completed', connections: { total: 2, succeeded: 2 }, failures: [] });
  expect(Object.keys(summary.platforms).sort()).toEqual(['facebook', 'instagram']);
  const { platforms, ignored } = await status();
  expect(ignored).toEqual({ constructor: 1, google: 2 });
  expect(platforms.map(({ platform }) => platform)).toEqual(['facebook', 'instagram']);
});

it('writes the failure of a whole account once, and counts its runs and its days', async () => {
  const [instagram] = accounts(1, { 0: { kind: 'dead_token' } });
  if (!instagram) throw new Error('no account');
  world = await createWorld({ accounts: [instagram], now: START });
  for (let run = 0; run < 3; run++) {
    world.now = new Date(START.getTime() + run * 24 * HOUR_MS);
    const summary = await world.collect();
    expect(summary).toMatchObject({ status: 'failed', days: { planned: 7, failed: 7 } });
    expect(summary.failures).toMatchObject([{ days: 7, runs: run + 1, failing_since: '2026-11-22' }]);
    expectCountsAddUp(summary);
  }
  expect(world.sandbox.fired(instagram.accountId, 'dead_token')).toBe(3);
  expect(await world.query('select date from collection_outcomes')).toEqual([]);
  expect(await world.query('select reason, failing_runs, last_day from collection_accounts')).toEqual([
    { reason: 'needs_reconnect', failing_runs: 3, last_day: null },
  ]);
  const { platforms } = await status();
  expect(platforms).toMatchObject([
    {
      platform: 'instagram',
      since: '2026-11-17',
      until: '2026-11-23',
      accounts: 1,
      accounts_with_data: 0,
      days_missing: 7,
      failing: [{ account_id: instagram.accountId, failing_since: '2026-11-22', days: 2, runs: 3 }],
    },
  ]);
});

it('counts the failing runs of an account whose same day the database refuses each time', async () => {
  const refusing = (store: Store): Store => ({
    ...store,
    async record(batch) {
      const isRefused = batch.snapshots.some(({ date }) => date === '2026-11-21');
      if (isRefused) throw new RowRefused('the database does not take it', '');
      return store.record(batch);
    },
  });
  const [, facebook] = accounts(1);
  if (!facebook) throw new Error('no account');
  world = await createWorld({ accounts: [facebook], now: START, between: refusing });
  for (let run = 0; run < 3; run++) {
    world.now = new Date(START.getTime() + run * 24 * HOUR_MS);
    expect((await world.collect()).failures).toMatchObject([
      { days: 1, since: '2026-11-21', reason: 'unexpected_response' },
    ]);
  }
  const { platforms } = await status();
  expect(platforms[0]?.failing).toMatchObject([{ failing_since: '2026-11-22', runs: 3 }]);
});

describe('a value that the platform has corrected', () => {
  it('is updated although it had settled, and the first value is kept with it', async () => {
    world = await createWorld({ accounts: accounts(1), now: START });
    await world.collect();
    const clean = await table(world);
    const [changed] = await world.query(
      `update analytics_snapshots set value = -1
       where platform = 'facebook' and metric = 'page_media_view' and date = '2026-11-18'
       returning metadata`,
    );
    expect(changed).toMatchObject({ metadata: { settled: true } });
    // The day is asked for again, as after a failure of one of its requests.
    await world.query(
      `update collection_outcomes set outcome = 'failed', reason = 'timeout', message = '' where date = '2026-11-18'`,
    );
    await world.query('update collection_accounts set due_at = null');
    world.now = new Date(START.getTime() + HOUR_MS);
    const summary = await world.collect();

    expect(summary.metrics).toMatchObject({ inserted: 0, updated: 1 });
    expect(await table(world)).toEqual(clean);
    expect(
      await world.query(
        `select platform, metric, date::text as date, metadata -> 'first' as first, metadata ->> 'revised_at' as revised_at
         from analytics_snapshots where metadata ? 'first'`,
      ),
    ).toEqual([
      {
        platform: 'facebook',
        metric: 'page_media_view',
        date: '2026-11-18',
        first: { value: -1, fetched_at: START.toISOString() },
        revised_at: world.now.toISOString(),
      },
    ]);
  });
});

describe('a row of another writer', () => {
  const DAYS = ['2026-11-18', '2026-11-20'];
  const foreignRows = () =>
    world.query(`select date::text as date, value::int as value from analytics_snapshots
                 where metadata = '{}' order by date`);

  async function worldWithForeignRows(): Promise<SandboxAccount> {
    const [account] = population({ users: 1, platforms: ['facebook'] });
    if (!account) throw new Error('no account');
    world = await createWorld({ accounts: [account], now: START });
    for (const date of DAYS) {
      await world.query(
        `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
         values ($1, 'facebook', 'social_media', 'page_media_view', 5, $2, '{}')`,
        [account.userId, date],
      );
    }
    return account;
  }

  it('is kept, counted, and warned about once with what to do', async () => {
    await worldWithForeignRows();
    const summary = await world.collect();
    expect(summary.status).toBe('completed');
    expect(summary.metrics.foreign).toBe(2);
    expect(summary.warnings).toEqual([
      expect.stringMatching(/^2 values were not written \(2026-11-18 to 2026-11-20\), .*--adopt/),
    ]);
    expect(await foreignRows()).toEqual(DAYS.map((date) => ({ date, value: 5 })));
    const [others] = await world.query(`select count(*)::int as rows from analytics_snapshots where metadata <> '{}'`);
    expect(others).toEqual({ rows: summary.metrics.inserted });
  });

  it('is overwritten by a first run with adopt', async () => {
    const account = await worldWithForeignRows();
    const summary = await world.collect({ adopt: true });
    expect(summary.metrics).toMatchObject({ updated: 2, foreign: 0 });
    expect(summary.warnings).toEqual([]);
    await expectAdopted(account);
  });

  it('is overwritten when its days are collected with adopt, as the warning suggests', async () => {
    const account = await worldWithForeignRows();
    await world.collect();
    const summary = await world.collect({
      adopt: true,
      window: { kind: 'dates', since: '2026-11-18', until: '2026-11-20' },
    });
    expect(summary.metrics).toMatchObject({ inserted: 0, updated: 2, foreign: 0 });
    await expectAdopted(account);
  });

  async function expectAdopted({ accountId }: SandboxAccount): Promise<void> {
    expect(await foreignRows()).toEqual([]);
    expect(
      await world.query(
        `select date::text as date, value::int as value, metadata ->> 'account_id' as account_id from analytics_snapshots
         where metric = 'page_media_view' and date = any ($1) order by date`,
        [DAYS],
      ),
    ).toEqual(
      DAYS.map((date) => ({ date, value: trueValue(accountId, 'page_media_view', date), account_id: accountId })),
    );
  }
});
