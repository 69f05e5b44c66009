import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PieceTaken } from '../../src/errors.js';
import { countsOf } from '../../src/report/summary.js';
import type { StoredAccount } from '../../src/store/accounts.js';
import type { SharedLease } from '../../src/store/shared-runs.js';
import { summary } from '../cli/render/samples.js';
import { ENGINES, type Engine } from './engines.js';
import { as, connection, NOW, outcome, readBy, record, snapshot, sync, USER } from './rows.js';

const OPTIONS = { window: { kind: 'lookback', days: 7 } };
const LEDGER = { since: '2026-11-15', until: '2026-11-21' };

describe.each(ENGINES)('a shared run in a $name store', ({ open }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine.close());
  beforeEach(() =>
    engine.sql.query(`truncate public.platform_connections, public.analytics_snapshots, public.analytics_account_snapshots,
      public.collection_runs, public.collection_accounts cascade`),
  );

  const begin = (options: unknown = OPTIONS): Promise<SharedLease> =>
    engine.store.shared.begin({ scope: 'all', trigger: 'cli', isFull: true, options, startedAt: NOW });

  async function begun(): Promise<string> {
    const lease = await begin();
    if (lease.kind !== 'held') throw new Error(lease.kind);
    return lease.runId;
  }

  /** Connects accounts, in the order in which they are read. */
  async function connect(accounts: number): Promise<void> {
    for (let place = 0; place < accounts; place++) {
      await engine.store.saveConnection(connection({ accountId: `1784140000000000000${place}` }));
    }
    await sync(engine.store);
  }

  const accountsOf = (runId: string) => ({ runId, filter: readBy().filter, dueBefore: NOW });
  const plan = (runId: string, page: number, pageSize: number) =>
    engine.store.shared.planPieces({
      ...accountsOf(runId),
      page,
      pageSize,
      pieceSize: 2,
      counted: page === 0 ? '3 idle' : null,
      counts: page === 0 ? { connections: 8, idle: 3 } : null,
    });
  const openPiece = (runId: string, piece: number, attempt: string) =>
    engine.store.shared.openPiece({ ...accountsOf(runId), piece, attempt, ledger: LEDGER });

  async function opened(
    runId: string,
    piece: number,
    attempt: string,
  ): Promise<readonly [StoredAccount, StoredAccount]> {
    const [first, second] = (await openPiece(runId, piece, attempt))?.accounts ?? [];
    if (first === undefined || second === undefined) throw new Error('the piece has fewer than two accounts');
    return [first, second];
  }

  const progress = (runId: string) => engine.store.shared.progress(runId);

  async function counts(runId: string): Promise<unknown[]> {
    const all: unknown[] = [];
    for await (const page of engine.store.shared.readCounts(runId)) all.push(...page);
    return all;
  }

  test('is joined with the same options, and holds its scope against all others', async () => {
    const runId = await begun();
    expect(await begin()).toEqual({ kind: 'held', runId, startedAt: NOW, isJoined: true });
    expect(await begin({ window: { kind: 'lookback', days: 3 } })).toMatchObject({ kind: 'refused', by: { runId } });
    expect(await engine.store.beginRun({ scope: 'all', trigger: 'cli', isFull: true })).toMatchObject({ held: false });
  });

  test('is told of for ten minutes to who comes too late for it, and then begun anew', async () => {
    const runId = await begun();
    const printed = 'what it printed';
    const counts = countsOf(summary({ status: 'partial' }));
    expect(await engine.store.shared.finish(runId, 'partial', counts, printed)).toBe(true);
    // As after a lost answer.
    expect(await engine.store.shared.finish(runId, 'partial', counts, printed)).toBe(true);
    expect(await engine.store.shared.finish(runId, 'partial', counts, 'what another would print')).toBe(false);
    expect(await begin()).toMatchObject({ kind: 'ended', runId });
    expect(await progress(runId)).toMatchObject({ status: 'partial', printed });
    await engine.sql.query("update public.collection_runs set finished_at = finished_at - interval '11 minutes'");
    expect(await begin()).toMatchObject({ kind: 'held', isJoined: false });
    expect(await progress(runId)).toMatchObject({ printed: null });
  });

  test('is planned page by page, each page once, until no account is left', async () => {
    await connect(5);
    const runId = await begun();
    expect(await plan(runId, 0, 3)).toEqual({ pieces: [1, 2], isPlanned: false });
    await connect(6);
    expect(await plan(runId, 0, 3)).toEqual({ pieces: [1, 2], isPlanned: false });
    expect(await plan(runId, 1, 3)).toEqual({ pieces: [3, 4], isPlanned: false });
    expect(await plan(runId, 2, 3)).toEqual({ pieces: [], isPlanned: true });
    const ids = await engine.sql.query(
      'select unnest(accounts)::int as id from public.collection_pieces order by piece, 1',
    );
    expect(new Set(ids.map(({ id }) => id)).size).toBe(6);
    expect(await progress(runId)).toMatchObject({ isPlanned: true, pieces: { total: 4, done: 0 } });
    expect(await counts(runId)).toEqual([{ counted: '3 idle' }]);
  });

  test('plans no account twice that another run collects meanwhile', async () => {
    await connect(4);
    const runId = await begun();
    await plan(runId, 0, 2);
    const [account] = await opened(runId, 1, randomUUID());
    const other = await engine.store.beginRun({ scope: `user:${USER}`, trigger: 'cli', isFull: true });
    if (!other.held) throw new Error('the lease is held');
    await record(engine.store, other.runId, {
      at: new Date(NOW.getTime() + 60_000),
      outcomes: [outcome(account)],
    });
    await plan(runId, 1, 2);
    await plan(runId, 2, 2);
    const ids = await engine.sql.query('select unnest(accounts)::int as id from public.collection_pieces');
    expect(ids).toHaveLength(4);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(4);
  });

  test('counts with each call what it writes, once although its answer is lost', async () => {
    await connect(2);
    const runId = await begun();
    await plan(runId, 0, 10);
    const attempt = randomUUID();
    const [one, other] = await opened(runId, 1, attempt);
    const call = (account: StoredAccount, isDone: boolean) => ({
      snapshots: [snapshot(account)],
      outcomes: [outcome(account)],
      piece: {
        piece: 1,
        process: randomUUID(),
        attempt,
        call: randomUUID(),
        counted: `account ${account.id}`,
        accounts: 1,
        failed: Number(isDone),
        isDone,
      },
    });
    const first = call(one, false);
    await record(engine.store, runId, first);
    await record(engine.store, runId, first);
    expect(await progress(runId)).toMatchObject({
      pieces: { total: 1, done: 0 },
      accounts: { total: 2, done: 1, failed: 0 },
    });
    const last = call(other, true);
    await record(engine.store, runId, last);
    await record(engine.store, runId, last);
    expect(await progress(runId)).toMatchObject({
      pieces: { total: 1, done: 1 },
      accounts: { total: 2, done: 2, failed: 1 },
    });
    const [, ...counted] = await counts(runId);
    expect(counted).toHaveLength(2);
    for (const account of [one, other]) {
      expect(counted).toContainEqual({
        counted: `account ${account.id}`,
        metrics: expect.objectContaining({ inserted: 1, unchanged: 0 }),
      });
    }
    expect(await openPiece(runId, 1, attempt)).toBeNull();
  });

  test('lets one attempt at a time record a piece, and gives the next one what is left of it', async () => {
    await connect(2);
    const runId = await begun();
    await plan(runId, 0, 10);
    const [slow, quick] = [randomUUID(), randomUUID()];
    const [one, other] = await opened(runId, 1, slow);
    const by = (attempt: string, account: StoredAccount) => ({
      outcomes: [outcome(account)],
      piece: {
        piece: 1,
        process: attempt,
        attempt,
        call: randomUUID(),
        counted: '',
        accounts: 1,
        failed: 0,
        isDone: false,
      },
    });
    await record(engine.store, runId, by(slow, one));
    const part = { ...by(slow, other), accounts: [] };
    await record(engine.store, runId, part);
    // The user's accounts are counted as they were when the run began.
    expect(await openPiece(runId, 1, quick)).toEqual({
      accounts: [expect.objectContaining({ id: other.id, userAccounts: 2 })],
      recorded: part.outcomes,
    });
    await expect(record(engine.store, runId, by(slow, other))).rejects.toBeInstanceOf(PieceTaken);
    await expect(record(engine.store, runId, by(quick, other))).resolves.toMatchObject({ inserted: 0 });
  });

  test('has all accounts that are due as its total while it is planned, and then those in its pieces', async () => {
    await connect(5);
    const runId = await begun();
    expect(await progress(runId)).toMatchObject({ counts: null, accounts: { total: 0, done: 0 } });
    await connect(6);
    await plan(runId, 0, 3);
    expect(await progress(runId)).toMatchObject({
      isPlanned: false,
      counts: { connections: 8, idle: 3 },
      accounts: { total: 5 },
      pieces: { total: 2 },
    });
    await plan(runId, 1, 4);
    expect(await progress(runId)).toMatchObject({ isPlanned: true, accounts: { total: 6 }, pieces: { total: 4 } });
  });

  test('counts the processes that renew its lease, until they leave or are silent for half a minute', async () => {
    const runId = await begun();
    const [one, other, last] = [randomUUID(), randomUUID(), randomUUID()];
    const workers = async () => (await progress(runId)).workers;
    expect(await workers()).toBe(0);
    for (const process of [one, other, last, one]) expect(await engine.store.renewRun(runId, process)).toBe(true);
    expect(await workers()).toBe(3);
    await engine.store.shared.leave(runId, one);
    await engine.sql.query(
      `update public.collection_processes set seen_at = seen_at - interval '31 seconds' where process = '${other}'`,
    );
    expect(await workers()).toBe(1);
    await engine.store.renewRun(runId, other);
    expect(await workers()).toBe(2);
  });

  test('is told from a run of one process', async () => {
    const alone = await engine.store.beginRun({ scope: 'shard:1/2', trigger: 'cli', isFull: true });
    if (!alone.held) throw new Error('the lease is held');
    expect(await progress(alone.runId)).toMatchObject({ isShared: false, workers: 0 });
    expect(await progress(await begun())).toMatchObject({ isShared: true });
  });

  test('tells all of its processes which APIs it skips', async () => {
    const runId = await begun();
    const quota = { reason: 'quota_exhausted', message: 'no more today' } as const;
    await engine.store.shared.shutApi(runId, 'youtube_analytics', quota);
    await engine.store.shared.shutApi(runId, 'x', { reason: 'throttled', message: 'slowly' });
    await plan(runId, 0, 10);
    expect(await progress(runId)).toMatchObject({
      isPlanned: true,
      shut: { youtube_analytics: quota, x: { reason: 'throttled' } },
    });
  });

  test('counts the days that it doubts alike in a repeated call', async () => {
    await connect(2);
    const runId = await begun();
    await plan(runId, 0, 10);
    const worker = randomUUID();
    const accounts = await opened(runId, 1, worker);
    const outcomes = accounts.flatMap((account) => [
      outcome(account, '2026-11-20'),
      { ...outcome(account, '2026-11-21', as('no_data')), metrics: 0, figures: 'nothing' as const },
    ]);
    const counts = { counted: '', accounts: 2, failed: 0, isDone: true };
    const piece = { piece: 1, attempt: worker, process: randomUUID(), call: randomUUID(), ...counts };
    await record(engine.store, runId, { outcomes, piece });
    const doubt = () => engine.store.doubtDay(runId, { platform: 'instagram', date: '2026-11-21' });
    expect([await doubt(), await doubt()]).toEqual([2, 2]);
    expect(
      await engine.sql.query("select count(*)::int from collection_outcomes where reason = 'platform_anomaly'"),
    ).toEqual([{ count: 2 }]);
  });

  test('stops its workers as soon as its lease is lost', async () => {
    await connect(2);
    const runId = await begun();
    await plan(runId, 0, 10);
    await engine.sql.query("update public.collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes'");
    expect(await begun()).not.toBe(runId);
    await expect(plan(runId, 1, 10)).rejects.toMatchObject({ code: 'lease_lost' });
    await expect(openPiece(runId, 1, randomUUID())).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await counts(runId)).toEqual([]);
  });
});
