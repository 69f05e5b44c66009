import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OutcomeRow, SnapshotRow } from '../../src/store/store.js';
import { ENGINES, type Engine } from './engines.js';
import { allConnections, beginRun, connection, OTHER_USER, outcome, snapshot, USER, WEEK } from './rows.js';

describe.each(ENGINES)('$name store', ({ open }) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await open();
  });

  afterAll(() => engine.close());

  beforeEach(() =>
    engine.sql.query(`truncate public.platform_connections, public.analytics_snapshots,
      public.collection_runs, public.collection_outcomes`),
  );

  const record = (runId: string, snapshots: SnapshotRow[], outcomes: OutcomeRow[] = [], refresh = false) =>
    engine.store.record({ runId, snapshots, outcomes, refresh });

  const values = async () =>
    (await engine.sql.query('select value::float8 from public.analytics_snapshots')).map((row) => row.value);

  test('accepts its own schema', async () => {
    await expect(engine.store.check()).resolves.toBeUndefined();
  });

  test('a rerun inserts nothing, though post_id is NULL', async () => {
    const runId = await beginRun(engine.store);
    const rows = [snapshot({ metric: 'reach' }), snapshot({ metric: 'likes' })];
    expect(await record(runId, rows)).toEqual({ inserted: 2, updated: 0, unchanged: 0 });
    expect(await record(runId, rows)).toEqual({ inserted: 0, updated: 0, unchanged: 2 });
    expect(await engine.sql.query('select post_id from public.analytics_snapshots')).toEqual([
      { post_id: null },
      { post_id: null },
    ]);
  });

  test('a provisional value is replaced by what differs until one settles, and by nothing after that', async () => {
    const runId = await beginRun(engine.store);
    await record(runId, [snapshot({ value: 10, metadata: { settled: false, fetched_at: '1' } })]);
    const sameAgain = snapshot({ value: 10, metadata: { settled: false, fetched_at: '2' } });
    expect(await record(runId, [sameAgain])).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
    const settled = snapshot({ value: 12.5, metadata: { settled: true, fetched_at: '3' } });
    expect(await record(runId, [settled])).toEqual({ inserted: 0, updated: 1, unchanged: 0 });
    for (const late of [
      snapshot({ value: 99, metadata: { settled: true } }),
      snapshot({ value: 99, metadata: { settled: false } }),
    ]) {
      expect(await record(runId, [late])).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
    }
    expect(await values()).toEqual([12.5]);
  });

  test('refresh replaces what is settled', async () => {
    const runId = await beginRun(engine.store);
    await record(runId, [snapshot({ value: 10 })]);
    expect(await record(runId, [snapshot({ value: 11 })], [], true)).toEqual({ inserted: 0, updated: 1, unchanged: 0 });
    expect(await values()).toEqual([11]);
  });

  test('rows and outcomes are written together or not at all', async () => {
    const runId = await beginRun(engine.store);
    const impossible = { ...outcome(), state: 'failed' as const, reason: null };
    await expect(record(runId, [snapshot()], [impossible])).rejects.toMatchObject({ code: 'store_failed' });
    expect(await values()).toEqual([]);
  });

  test('an outcome counts its attempts and shows in the ledger of its connection, within the dates asked for', async () => {
    const { id } = await engine.store.saveConnection(connection());
    const runId = await beginRun(engine.store);
    await record(runId, [], [outcome({ connection_id: id, state: 'pending' })]);
    await record(runId, [], [outcome({ connection_id: id }), outcome({ connection_id: id, date: '2026-11-01' })]);
    const [read] = await allConnections(engine.store);
    expect(read?.ledger).toEqual([{ date: '2026-11-21', state: 'settled', failedSince: null }]);
    const attempts = await engine.sql.query('select attempts from public.collection_outcomes order by date desc');
    expect(attempts).toEqual([{ attempts: 2 }, { attempts: 1 }]);
  });

  test('the ledger tells since when a day has been failed without a break', async () => {
    const { id } = await engine.store.saveConnection(connection());
    const runId = await beginRun(engine.store);
    const failedSince = async (state: 'failed' | 'provisional') => {
      const reason = state === 'failed' ? 'timeout' : null;
      await record(runId, [], [outcome({ connection_id: id, state, reason })]);
      return (await allConnections(engine.store))[0]?.ledger[0]?.failedSince;
    };
    const first = await failedSince('failed');
    expect(first).toMatch(/^2.*\+00:00$/);
    expect(await failedSince('failed')).toBe(first);
    expect(await failedSince('provisional')).toBeNull();
    expect(Date.parse((await failedSince('failed')) ?? '')).toBeGreaterThan(Date.parse(first ?? ''));
  });

  test('numbers, text and metadata come out as they went in', async () => {
    const runId = await beginRun(engine.store);
    const metadata = {
      settled: true,
      account_id: '17841400000000000001',
      note: 'ünï "quoted" \\ 😀',
      post_types: { reel: 1 },
    };
    await record(runId, [
      snapshot({ value: 9007199254740991, metadata }),
      snapshot({ metric: 'loss', value: -0.25, metadata }),
    ]);
    const rows = await engine.sql.query(
      'select value::text, metadata from public.analytics_snapshots order by value desc',
    );
    expect(rows).toEqual([
      { value: '9007199254740991', metadata },
      { value: '-0.25', metadata },
    ]);
  });

  test('2,500 connections are read, oldest first, each once', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id, created_at)
      select 'user-' || n, 'instagram', n, timestamptz '2026-01-01Z' + (n / 10) * interval '1 minute' from generate_series(1, 2500) n`);
    const read = await allConnections(engine.store);
    expect(await engine.store.countConnections({})).toBe(2500);
    expect(new Set(read.map(({ accountId }) => accountId)).size).toBe(2500);
    const minutes = read.map(({ accountId }) => Math.floor(Number(accountId) / 10));
    expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
  });

  test('the younger of two active accounts of a user on a platform is the second one', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id, status, created_at) values
      ('u', 'instagram', 'younger', 'active', '2026-03-01'), ('u', 'Instagram', 'older', 'connected', '2026-02-01'),
      ('u', 'instagram', 'oldest, gone', 'revoked', '2026-01-01'), ('u', 'facebook', 'another platform', 'active', '2026-04-01'),
      ('v', 'instagram', 'another user', 'active', '2026-05-01')`);
    const read = await allConnections(engine.store);
    expect(read.map(({ accountId, secondAccount }) => [accountId, secondAccount])).toEqual([
      ['older', false],
      ['younger', true],
      ['another platform', false],
      ['another user', false],
    ]);
  });

  test('of several connections of the oldest account the newest is the one to collect', async () => {
    const at = (day: number, account: string, id: number) =>
      `('00000000-0000-4000-8000-00000000000${id}', 'u', 'facebook', '${account}', timestamptz '2026-01-0${day}Z')`;
    await engine.sql.query(`insert into public.platform_connections (id, user_id, platform, account_id, created_at)
      values ${[at(1, 'old', 1), at(2, 'other', 2), at(3, 'old', 3)].join(', ')}`);
    const read = await allConnections(engine.store);
    expect(read.filter(({ secondAccount }) => !secondAccount).map(({ id }) => id.at(-1))).toEqual(['3']);
    expect(read).toHaveLength(3);
  });

  test('what another run has settled stays settled', async () => {
    const runId = await beginRun(engine.store);
    await record(runId, [], [outcome()]);
    await record(runId, [], [{ ...outcome(), state: 'failed', reason: 'timeout' }]);
    const state = async () =>
      (await engine.sql.query('select state from public.collection_outcomes')).map((row) => row.state);
    expect(await state()).toEqual(['settled']);
  });

  test('connections are filtered by user and platform', async () => {
    for (const [userId, platform] of [
      ['u', 'instagram'],
      ['u', 'facebook'],
      ['v', 'facebook'],
    ] as const) {
      await engine.store.saveConnection(connection({ userId, platform }));
    }
    expect(await engine.store.countConnections({ userId: 'u' })).toBe(2);
    expect(await engine.store.countConnections({ platforms: ['facebook'] })).toBe(2);
    const read = await allConnections(engine.store, { userId: 'u', platforms: ['facebook', 'youtube'] });
    expect(read.map(({ userId, platform }) => [userId, platform])).toEqual([['u', 'facebook']]);
  });

  test('one run at a time holds a scope', async () => {
    const runId = await beginRun(engine.store);
    expect(await engine.store.beginRun({ scope: 'all', trigger: 'cli' })).toMatchObject({ held: false, by: { runId } });
    await beginRun(engine.store, 'user:1');
    await engine.store.finishRun(runId, 'completed', { done: true });
    await beginRun(engine.store);
  });

  test('of two runs that begin at once, one gets the lease', async () => {
    const leases = await Promise.all([1, 2, 3].map(() => engine.store.beginRun({ scope: 'all', trigger: 'cli' })));
    expect(leases.filter(({ held }) => held)).toHaveLength(1);
  });

  test('a lease is taken over when its heartbeat stops, and the run that lost it writes nothing more', async () => {
    const lost = await beginRun(engine.store);
    expect(await engine.store.renewRun(lost)).toBe(true);
    await engine.sql.query(`update public.collection_runs set heartbeat_at = now() - interval '121 seconds'`);
    await beginRun(engine.store);
    expect(await engine.store.renewRun(lost)).toBe(false);
    await expect(record(lost, [snapshot()])).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await values()).toEqual([]);
    await engine.store.finishRun(lost, 'failed', null);
    expect(await engine.sql.query('select status from public.collection_runs order by started_at')).toEqual([
      { status: 'abandoned' },
      { status: 'running' },
    ]);
  });

  test('the last run keeps its summary', async () => {
    expect((await engine.store.lastRuns()).run).toBeNull();
    const runId = await beginRun(engine.store);
    await engine.store.finishRun(runId, 'partial', { users: { total: 3 } });
    const last = (await engine.store.lastRuns()).run;
    expect(last).toMatchObject({
      runId,
      scope: 'all',
      trigger: 'cli',
      status: 'partial',
      summary: { users: { total: 3 } },
    });
    expect(last?.finishedAt).toMatch(/^2.*\+00:00$/);
    expect(await engine.store.readRun(runId)).toEqual(last);
    expect(await engine.store.readRun('00000000-0000-4000-8000-000000000000')).toBeNull();

    const ofOneUser = await engine.store.beginRun({ scope: 'user:1', trigger: 'cli' });
    if (ofOneUser.held) await engine.store.finishRun(ofOneUser.runId, 'completed', null);
    expect(await engine.store.lastRuns()).toMatchObject({ run: { scope: 'user:1' }, succeededAt: last?.startedAt });
  });

  test('status counts days by connection and tells since when one fails', async () => {
    const good = await engine.store.saveConnection(connection({ userId: 'good' }));
    const bad = await engine.store.saveConnection(connection({ userId: 'bad' }));
    await engine.store.saveConnection(connection({ userId: 'new', platform: 'facebook' }));
    const runId = await beginRun(engine.store);
    const failed = { state: 'failed', reason: 'needs_reconnect', message: 'the token is dead' } as const;
    await record(
      runId,
      [snapshot({ date: '2026-11-20' })],
      [
        outcome({ connection_id: good.id, date: '2026-11-20', state: 'provisional' }),
        outcome({ connection_id: good.id, date: '2026-11-21', state: 'pending' }),
        outcome({ connection_id: bad.id, date: '2026-11-18', ...failed }),
        outcome({ connection_id: bad.id, date: '2026-11-19', state: 'no_data' }),
        outcome({ connection_id: bad.id, date: '2026-11-20', ...failed }),
        outcome({ connection_id: bad.id, date: '2026-11-21', ...failed }),
      ],
    );
    const windows = { instagram: WEEK, facebook: WEEK, linkedin: WEEK };
    const none = { connectionsWithData: 0, newestDay: null, failing: [] };
    expect(await engine.store.readStatus(windows)).toEqual([
      { platform: 'facebook', activeConnections: 1, daysMissing: 7, ...none },
      {
        platform: 'instagram',
        activeConnections: 2,
        connectionsWithData: 1,
        newestDay: '2026-11-20',
        daysMissing: 12,
        failing: [
          {
            connectionId: bad.id,
            userId: 'bad',
            accountId: '17841400000000000001',
            accountName: 'an account',
            reason: 'needs_reconnect',
            message: 'the token is dead',
            failingSince: '2026-11-20',
          },
        ],
      },
      { platform: 'linkedin', activeConnections: 0, daysMissing: 0, ...none },
    ]);
  });

  test('old days of one platform are counted, then deleted, with their outcomes', async () => {
    const runId = await beginRun(engine.store);
    const old = { platform: 'linkedin', date: '2025-11-21' };
    const kept = [
      { ...old, date: '2025-11-22' },
      { ...old, platform: 'instagram' },
    ];
    await record(
      runId,
      [
        ...[snapshot(old), snapshot({ ...old, metric: 'likes' }), snapshot({ ...old, user_id: OTHER_USER })],
        ...[snapshot({ ...old, date: '2024-02-29' }), ...kept.map(snapshot)],
      ],
      [outcome(old), ...kept.map((row, i) => outcome({ ...row, connection_id: `c${i + 2}` }))],
    );
    const request = { platform: 'linkedin', before: '2025-11-22' };
    const counts = { snapshots: 4, outcomes: 1, days: 2, users: 2 };
    expect(await engine.store.prune({ ...request, dryRun: true })).toEqual(counts);
    expect(await values()).toHaveLength(6);
    expect(await engine.store.prune({ ...request, dryRun: false })).toEqual(counts);
    const none = { snapshots: 0, outcomes: 0, days: 0, users: 0 };
    expect(await engine.store.prune({ ...request, dryRun: false })).toEqual(none);
    for (const table of ['analytics_snapshots', 'collection_outcomes']) {
      const left = await engine.sql.query(`select platform, date::text as date from public.${table} order by date`);
      expect(left).toEqual([
        { platform: 'instagram', date: '2025-11-21' },
        { platform: 'linkedin', date: '2025-11-22' },
      ]);
    }
  });

  test('tokens that end are told, the soonest first, without the tokens', async () => {
    const add = (userId: string, tokenExpiresAt: string | null, refreshToken: string | null = null) =>
      engine.store.saveConnection(connection({ userId, tokenExpiresAt, refreshToken }));
    await add('later', '2026-12-02T00:00:00Z');
    await add('second', '2026-12-01T23:59:59Z', 'gAAAA-refresh');
    const first = await add('first', '2026-01-01T00:00:00Z');
    await add('never', null);
    await add('gone', '2026-01-01T00:00:00Z');
    await engine.sql.query(`update public.platform_connections set status = 'revoked' where user_id = 'gone'`);
    const ends = await engine.store.tokensEnding({}, '2026-12-02T00:00:00Z');
    expect(ends.map(({ userId, hasRefreshToken }) => [userId, hasRefreshToken])).toEqual([
      ['first', false],
      ['second', true],
    ]);
    expect(ends[0]).toEqual({
      connectionId: first.id,
      userId: 'first',
      platform: 'instagram',
      accountId: '17841400000000000001',
      accountName: 'an account',
      tokenExpiresAt: '2026-01-01T00:00:00+00:00',
      hasRefreshToken: false,
    });
    expect(await engine.store.tokensEnding({ userId: 'second' }, '2026-12-02T00:00:00Z')).toHaveLength(1);
    expect(await engine.store.tokensEnding({ platforms: ['youtube'] }, '2026-12-02T00:00:00Z')).toEqual([]);
  });

  test('a connection is added once, renewed, listed without its tokens and removed with its ledger', async () => {
    const added = await engine.store.saveConnection(connection());
    expect(added.created).toBe(true);
    await engine.sql.query(`update public.platform_connections set status = 'expired'`);
    const renewal = connection({
      accountName: null,
      accessToken: 'gAAAA-second',
      refreshToken: 'gAAAA-refresh',
      tokenExpiresAt: '2027-01-01T00:00:00Z',
    });
    expect(await engine.store.saveConnection(renewal)).toEqual({ id: added.id, created: false });

    const [read] = await allConnections(engine.store);
    expect(read).toMatchObject({
      accessToken: 'gAAAA-second',
      refreshToken: 'gAAAA-refresh',
      tokenExpiresAt: '2027-01-01T00:00:00+00:00',
    });
    expect(await engine.store.listConnections()).toEqual([
      {
        id: added.id,
        userId: USER,
        platform: 'instagram',
        accountId: '17841400000000000001',
        accountName: 'an account',
        active: true,
        tokenExpiresAt: '2027-01-01T00:00:00+00:00',
      },
    ]);

    await record(await beginRun(engine.store), [snapshot()], [outcome({ connection_id: added.id })]);
    expect(await engine.store.removeConnection(added.id)).toBe(true);
    expect(await engine.store.removeConnection(added.id)).toBe(false);
    expect(await engine.sql.query('select * from public.collection_outcomes')).toEqual([]);
    expect(await values()).toEqual([1]);
  });
});
