import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addDays } from '../../src/collector/day.js';
import { countsOf } from '../../src/report/summary.js';
import type { ListedAccount, ListedAccounts } from '../../src/store/account-states.js';
import type { AccountRow, SnapshotRow, StoredAccount } from '../../src/store/accounts.js';
import type { Discrepancy } from '../../src/store/discrepancies.js';
import type { RunError } from '../../src/store/run-summary.js';
import { ALL } from '../../src/store/selection.js';
import { summary } from '../cli/render/samples.js';
import { accountRow, ledgerEntry } from '../support/accounts.js';
import { ENGINES, type Engine } from './engines.js';
import {
  allAccounts,
  as,
  beginRun,
  COLLECTED,
  connected,
  connection,
  FAILED,
  NOTHING_FOREIGN,
  NOW,
  OTHER_USER,
  outcome,
  readAll,
  readBy,
  record,
  recordAll,
  STATUS_WEEK,
  snapshot,
  successions,
  USER,
} from './rows.js';

describe.each(ENGINES)('$name store', ({ open }) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await open();
  });

  afterAll(() => engine.close());

  beforeEach(() =>
    engine.sql.query(`truncate public.platform_connections, public.analytics_snapshots, public.analytics_account_snapshots,
      public.collection_runs, public.collection_accounts cascade`),
  );

  const values = async () =>
    (await engine.sql.query('select value::float8 from public.analytics_snapshots')).map((row) => row.value);
  const at = (hour: number) => new Date(NOW.getTime() + hour * 3_600_000).toISOString();

  test('accepts its own schema', async () => {
    await expect(engine.store.check()).resolves.toBeUndefined();
  });

  test('a rerun inserts nothing, although post_id is NULL, and every row has the source that readers filter by', async () => {
    const account = await connected(engine.store);
    const runId = await beginRun(engine.store);
    const snapshots = [snapshot(account, { metric: 'reach' }), snapshot(account, { metric: 'likes' })];
    const counts = { updated: 0, foreign: NOTHING_FOREIGN };
    expect(await record(engine.store, runId, { snapshots })).toEqual({ inserted: 2, unchanged: 0, ...counts });
    expect(await record(engine.store, runId, { snapshots })).toEqual({ inserted: 0, unchanged: 2, ...counts });
    const row = { user_id: USER, platform: 'instagram', source: 'social_media', post_id: null };
    expect(
      await engine.sql.query('select user_id::text, platform, source, post_id from public.analytics_snapshots'),
    ).toEqual([row, row]);
  });

  describe('a changed value', () => {
    let account: StoredAccount;
    let runId: string;
    const written = async (value: number, hour: number, settled: boolean) => {
      const row = snapshot(account, { value, metadata: { settled, fetched_at: at(hour) } });
      const { inserted, updated } = await record(engine.store, runId, { snapshots: [row] });
      const [stored] = await engine.sql.query(
        'select value::float8 as value, metadata from public.analytics_snapshots',
      );
      return { written: inserted + updated, value: stored?.value, metadata: stored?.metadata };
    };
    beforeEach(async () => {
      account = await connected(engine.store);
      runId = await beginRun(engine.store);
    });

    test('replaces the stored one, settled or not, and keeps the first one with it', async () => {
      await written(10, 0, false);
      const first = { value: 10, fetched_at: at(0) };
      expect(await written(12.5, 1, true)).toMatchObject({
        value: 12.5,
        metadata: { settled: true, first, revised_at: at(1), fetched_at: at(1) },
      });
      expect(await written(13, 2, true)).toMatchObject({ value: 13, metadata: { first, revised_at: at(2) } });
    });

    test('does not replace one that was fetched later', async () => {
      await written(10, 5, true);
      expect(await written(9, 4, true)).toMatchObject({ written: 0, value: 10 });
    });

    test('never unsettles a row', async () => {
      await written(10, 0, true);
      expect(await written(11, 1, false)).toMatchObject({ value: 11, metadata: { settled: true } });
    });

    test('is written only to settle the row if it has not changed', async () => {
      await written(10, 0, false);
      expect(await written(10, 1, false)).toMatchObject({ written: 0, metadata: { fetched_at: at(0) } });
      expect(await written(10, 2, true)).toMatchObject({ written: 1, metadata: { settled: true, fetched_at: at(2) } });
      expect((await written(10, 3, true)).written).toBe(0);
    });
  });

  test('is written with refresh even if it has not changed', async () => {
    const account = await connected(engine.store);
    const runId = await beginRun(engine.store);
    const snapshots = [snapshot(account)];
    await record(engine.store, runId, { snapshots });
    expect(await record(engine.store, runId, { snapshots, refresh: true })).toMatchObject({ inserted: 0, updated: 1 });
  });

  describe('rows of another writer', () => {
    let account: StoredAccount;
    const theirs = (date: string, metadata: string) =>
      engine.sql.query(`insert into public.analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
        values ('${USER}', 'instagram', 'social_media', 'reach', 7, '${date}', '${metadata}')`);
    const rows = (...dates: string[]): SnapshotRow[] => dates.map((date) => snapshot(account, { date }));
    beforeEach(async () => {
      account = await connected(engine.store);
      await theirs('2026-11-19', '{}');
      await theirs('2026-11-21', '{"fetch_method": "api"}');
    });

    test('are kept, and counted with their days', async () => {
      const counts = await recordAll(engine.store, ...rows('2026-11-19', '2026-11-20', '2026-11-21'));
      const foreign = { rows: 2, since: '2026-11-19', until: '2026-11-21' };
      expect(counts).toEqual({ inserted: 1, updated: 0, unchanged: 0, foreign });
      expect((await values()).sort()).toEqual([1, 7, 7]);
    });

    test('include rows that name the same account but have no settled flag', async () => {
      await theirs('2026-11-18', `{"account_id": "${account.accountId}", "fetched_at": "2099-01-01T00:00:00.000Z"}`);
      const runId = await beginRun(engine.store);
      const foreign = { rows: 1, since: '2026-11-18', until: '2026-11-18' };
      const given = { snapshots: rows('2026-11-18') };
      expect(await record(engine.store, runId, given)).toEqual({ inserted: 0, updated: 0, unchanged: 0, foreign });
      expect(await record(engine.store, runId, { ...given, adopt: true })).toMatchObject({ updated: 1 });
      expect(await record(engine.store, runId, given)).toMatchObject({ unchanged: 1, foreign: NOTHING_FOREIGN });
      const adopted = await engine.sql.query(
        "select metadata from public.analytics_snapshots where date = '2026-11-18'",
      );
      expect(adopted).toEqual([{ metadata: snapshot(account).metadata }]);
    });

    test('are overwritten with adopt', async () => {
      const runId = await beginRun(engine.store);
      const counts = await record(engine.store, runId, { snapshots: rows('2026-11-19', '2026-11-21'), adopt: true });
      expect(counts).toEqual({ inserted: 0, updated: 2, unchanged: 0, foreign: NOTHING_FOREIGN });
      expect(await values()).toEqual([1, 1]);
      expect(await engine.sql.query("select 1 from public.analytics_snapshots where metadata ? 'first'")).toEqual([]);
    });
  });

  test("rows, outcomes and the account's state are written together or not at all", async () => {
    const account = await connected(engine.store);
    const runId = await beginRun(engine.store);
    const impossible = outcome(account, '2026-11-21', as('failed'));
    await expect(
      record(engine.store, runId, { snapshots: [snapshot(account)], outcomes: [impossible] }),
    ).rejects.toMatchObject({ code: 'store_failed' });
    expect(await values()).toEqual([]);
    expect(await engine.sql.query('select last_day, run_id from public.collection_accounts')).toEqual([
      { last_day: null, run_id: null },
    ]);
  });

  test('the ledger of an account starts at the first day that is not done, whichever connection opens it', async () => {
    const account = await connected(engine.store);
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, { outcomes: [outcome(account, '2026-11-21', as('pending'))] });
    const accounts = [accountRow({ id: account.id, doneTo: '2026-11-09' })];
    const days = [outcome(account), outcome(account, '2026-11-09'), outcome(account, '2026-11-10')];
    await record(engine.store, runId, { accounts, outcomes: days });
    await engine.sql.query('delete from public.platform_connections');
    const [again] = [await connected(engine.store)];
    const ledger = ['2026-11-10', '2026-11-21'].map((date) => ledgerEntry(date, 'settled'));
    expect(again).toMatchObject({ id: account.id, doneTo: '2026-11-09', ledger });
  });

  test('lost days are added up once per run, and rows that can no longer be asked for are settled', async () => {
    const accounts = [await connected(engine.store), await connected(engine.store, { accountId: 'second' })];
    const runId = await beginRun(engine.store);
    const days = ['2026-11-10', '2026-11-20'];
    const open = { metadata: { settled: false } };
    const snapshots = accounts.flatMap((account) => days.map((date) => snapshot(account, { date, ...open })));
    const outcomes = accounts.flatMap((account) => days.map((date) => outcome(account, date, as('provisional'))));
    await record(engine.store, runId, { snapshots, outcomes });
    await engine.store.finishRun(runId, 'completed', null);
    for (const lost of [2, 3]) {
      const later = await beginRun(engine.store);
      const rows = accounts.map(({ id }) => accountRow({ id, daysLost: lost, closedTo: '2026-11-12' }));
      for (let call = 0; call < 2; call++) await record(engine.store, later, { accounts: rows });
      await engine.store.finishRun(later, 'completed', null);
    }
    const { platforms } = await engine.store.readStatus({ instagram: STATUS_WEEK });
    expect(platforms).toMatchObject([{ lostDays: 10 }]);
    for (const table of ['analytics_snapshots', 'analytics_account_snapshots']) {
      expect(
        await engine.sql.query(
          `select date::text as date, metadata -> 'settled' as settled from public.${table} order by date`,
        ),
      ).toEqual([
        { date: '2026-11-10', settled: true },
        { date: '2026-11-20', settled: false },
      ]);
    }
    expect(
      await engine.sql.query(
        'select distinct date::text as date, outcome from public.collection_outcomes order by date',
      ),
    ).toEqual([
      { date: '2026-11-10', outcome: 'settled' },
      { date: '2026-11-20', outcome: 'provisional' },
    ]);
  });

  test('an account that was not reached comes first in the next run', async () => {
    const [first, second] = [
      await connected(engine.store, { userId: 'a' }),
      await connected(engine.store, { userId: 'b' }),
    ];
    const runId = await beginRun(engine.store);
    const accounts = [
      accountRow({ id: first.id }),
      accountRow({ id: second.id, reason: 'quota_exhausted', message: 'none left', reached: false }),
    ];
    await record(engine.store, runId, { accounts });
    expect((await allAccounts(engine.store)).map(({ userId }) => userId)).toEqual(['b', 'a']);
  });

  test('an account knows since when, and in how many consecutive runs, it has failed', async () => {
    const { id } = await connected(engine.store);
    const run = async (hour: number, reason: AccountRow['reason'], calls = 1) => {
      const runId = await beginRun(engine.store);
      const row = accountRow({ id, reason, message: reason && 'because' });
      for (let call = 0; call < calls; call++) {
        await record(engine.store, runId, { at: new Date(at(hour)), accounts: [row] });
      }
      await engine.store.finishRun(runId, 'failed', null);
      const [read] = await engine.sql.query('select failing_runs from public.collection_accounts');
      return [(await allAccounts(engine.store))[0]?.failingSince?.slice(0, 19) ?? null, read?.failing_runs];
    };
    expect(await run(0, 'timeout')).toEqual(['2026-11-22T09:00:00', 1]);
    expect(await run(1, 'needs_reconnect', 3)).toEqual(['2026-11-22T09:00:00', 2]);
    expect(await run(2, null)).toEqual([null, 0]);
    expect(await run(3, 'timeout')).toEqual(['2026-11-22T12:00:00', 1]);
  });

  test('numbers, text and metadata are read as they were written', async () => {
    const account = await connected(engine.store);
    const metadata = {
      account_id: account.accountId,
      fetched_at: NOW.toISOString(),
      settled: true,
      note: 'ünï "quoted" \\ 😀',
      post_types: { reel: 1 },
    };
    await recordAll(
      engine.store,
      snapshot(account, { value: 9007199254740991, metadata }),
      snapshot(account, { metric: 'loss', value: -0.25, metadata }),
    );
    const rows = await engine.sql.query(
      'select value::text, metadata from public.analytics_snapshots order by value desc',
    );
    expect(rows).toEqual([
      { value: '9007199254740991', metadata },
      { value: '-0.25', metadata },
    ]);
  });

  test('2,500 accounts are each read once, and counted with the first page', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id)
      select 'user-' || n, 'instagram', n from generate_series(1, 2500) n`);
    const read = await allAccounts(engine.store);
    expect(new Set(read.map(({ accountId }) => accountId)).size).toBe(2500);
    expect(read).toHaveLength(2500);
    const { counts, first } = await engine.store.openAccounts(readBy());
    expect([counts.accounts, first.length]).toEqual([2500, 2000]);
  });

  test('goes through large tables in parts that together are the whole', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id, token_expires_at)
      select 'user-' || n / 2, case n % 2 when 0 then 'instagram' else 'facebook' end, n, '2026-01-01' from generate_series(0, 99) n`);
    const window = { since: '2026-01-01', until: '2026-01-07' };
    const [unseen] = await engine.sql.query(
      `select sum((service ->> 'accounts')::integer)::integer as accounts, count(*)::integer as counts
       from generate_series(0, 2) part,
         jsonb_array_elements(public.count_new_collection_accounts('${JSON.stringify({ instagram: window, facebook: window })}', part, 3) -> 'platforms') service`,
    );
    expect(unseen).toEqual({ accounts: 100, counts: 6 });
    const answers = [];
    for (const part of [0, 1, 2]) {
      const [row] = await engine.sql.query(
        `select public.open_collection_accounts('["instagram", "facebook"]', '2026-02-01', ${part}, 3,
          null, '["instagram", "facebook"]', null, null, null, '2026-01-01', '2026-01-07', 1000, '[]') as answer`,
      );
      answers.push(row?.answer as { page: { accounts: unknown[] } | null; tokens_ending: unknown[] });
    }
    const ending = answers.map(({ tokens_ending }) => tokens_ending.length);
    expect(Math.min(...ending)).toBeGreaterThan(10);
    expect(ending.reduce((sum, tokens) => sum + tokens, 0)).toBe(100);
    expect(answers.map(({ page }) => page?.accounts.length)).toEqual([undefined, undefined, 100]);
    const primary = await engine.sql.query('select from public.collection_accounts where is_primary');
    expect(primary).toHaveLength(100);
  });

  test('lists the 1,000 tokens that end first, and counts the others', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id, token_expires_at)
      select 'user-' || n, 'instagram', n, timestamptz '2026-01-01 00:00Z' + n * interval '1 s' from generate_series(1, 1200) n`);
    const { tokens, omitted } = await engine.store.tokensEnding(
      { selection: ALL, platforms: COLLECTED },
      '2026-12-02T00:00:00Z',
    );
    expect(omitted).toEqual({ token: 200, access: 0 });
    expect(tokens.map(({ userId }) => userId)).toEqual(Array.from({ length: 1_000 }, (_, n) => `user-${n + 1}`));
  });

  test('lists ends of access before dates of tokens, which may mean nothing', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id, access_token, token_expires_at)
      select 'user-' || n, 'facebook', n, 'cipher', timestamptz '2026-01-01 00:00Z' from generate_series(1, 1200) n`);
    await engine.store.syncAccounts({ collected: COLLECTED, userId: null });
    const ending = () => engine.store.tokensEnding({ selection: ALL, platforms: COLLECTED }, '2026-12-02T00:00:00Z');
    const hash = createHash('sha256').update('cipher').digest('hex');
    const end = (users: string) =>
      engine.sql.query(`update public.collection_accounts set access_ends_at = '2026-11-30', access_token_hash = '${hash}'
        where user_id ${users}`);
    await end("= 'user-1200'");
    const { tokens, omitted } = await ending();
    expect(tokens.filter(({ accessEndsAt }) => accessEndsAt !== null).map(({ userId }) => userId)).toEqual([
      'user-1200',
    ]);
    expect(omitted).toEqual({ token: 200, access: 0 });
    await end("like 'user-%'");
    expect((await ending()).omitted).toEqual({ token: 0, access: 200 });
  });

  test('tells how many accounts of its user a run has yet to collect', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id) values
      ('one', 'instagram', '1'), ('two', 'instagram', '2'), ('two', 'facebook', '3')`);
    const runId = await beginRun(engine.store);
    const read = await readAll(engine.store, { ...readBy(), runId });
    expect(read.map(({ userId, userAccounts }) => [userId, userAccounts])).toEqual([
      ['one', 1],
      ['two', 2],
      ['two', 2],
    ]);
    const [page] = await engine.sql.query(
      `select public.read_collection_accounts(
        null, '["instagram", "facebook"]', null, null, null, '2026-01-01', '2026-01-07', 'facebook', null, 10
      ) -> 'accounts' as accounts`,
    );
    expect(page?.accounts).toMatchObject([{ user_id: 'two', user_accounts: 2 }]);
    await record(engine.store, runId, { outcomes: [outcome(read[1] as StoredAccount)] });
    const rest = await readAll(engine.store, { ...readBy(), runId });
    expect(rest.map(({ userId, userAccounts }) => [userId, userAccounts])).toEqual([
      ['one', 1],
      ['two', 1],
    ]);
  });

  test('a preview reads the accounts as they would be, and changes nothing', async () => {
    await engine.store.saveConnection(connection());
    expect(await readAll(engine.store, { ...readBy(), isPreview: true })).toMatchObject([{ userId: USER, ledger: [] }]);
    expect(await engine.sql.query('select * from public.collection_accounts')).toEqual([]);
  });

  test('accounts are filtered by user and platform; connections of other services are left out', async () => {
    for (const [userId, platform] of [
      ['u', 'instagram'],
      ['u', 'facebook'],
      ['v', 'facebook'],
      ['u', 'wordpress'],
    ] as const) {
      await engine.store.saveConnection(connection({ userId, platform }));
    }
    const names = (accounts: readonly StoredAccount[]) => accounts.map(({ userId, platform }) => [userId, platform]);
    expect(names(await allAccounts(engine.store, { selection: { kind: 'user', userId: 'u' } }))).toEqual([
      ['u', 'facebook'],
      ['u', 'instagram'],
    ]);
    expect(
      names(
        await allAccounts(engine.store, {
          selection: { kind: 'user', userId: 'u' },
          platforms: ['facebook', 'youtube'],
        }),
      ),
    ).toEqual([['u', 'facebook']]);
    expect(await allAccounts(engine.store)).toHaveLength(3);
  });

  test('one run at a time holds a scope', async () => {
    const runId = await beginRun(engine.store);
    expect(await engine.store.beginRun({ scope: 'all', trigger: 'cli', isFull: true })).toMatchObject({
      held: false,
      by: { runId },
    });
    await beginRun(engine.store, 'user:1');
    await engine.store.finishRun(runId, 'completed', null);
    await beginRun(engine.store);
  });

  test('a run that asks again for its lease, because the answer was lost, has it', async () => {
    const begin = (id: string) =>
      engine.sql.query(`select public.begin_collection_run('${id}', 'all', 'cli') ->> 'held' as held`);
    const id = '00000000-0000-4000-8000-000000000001';
    expect([await begin(id), await begin(id)]).toEqual([[{ held: 'true' }], [{ held: 'true' }]]);
    expect(await begin('00000000-0000-4000-8000-000000000002')).toEqual([{ held: 'false' }]);
  });

  test('of two runs that begin at the same time, one gets the lease', async () => {
    const leases = await Promise.all(
      [1, 2, 3].map(() => engine.store.beginRun({ scope: 'all', trigger: 'cli', isFull: true })),
    );
    expect(leases.filter(({ held }) => held)).toHaveLength(1);
  });

  test('a lease is taken over when its heartbeat stops, and the run that lost it writes nothing more', async () => {
    const account = await connected(engine.store);
    const lost = await beginRun(engine.store);
    expect(await engine.store.renewRun(lost)).toBe(true);
    await engine.sql.query(`update public.collection_runs set heartbeat_at = now() - interval '121 seconds'`);
    await beginRun(engine.store);
    expect(await engine.store.renewRun(lost)).toBe(false);
    await expect(record(engine.store, lost, { snapshots: [snapshot(account)] })).rejects.toMatchObject({
      code: 'lease_lost',
    });
    expect(await values()).toEqual([]);
    await engine.store.finishRun(lost, 'failed', null);
    expect(await engine.sql.query('select status from public.collection_runs order by started_at')).toEqual([
      { status: 'abandoned' },
      { status: 'running' },
    ]);
  });

  test('the summary of an earlier version is read, and anything else is ignored', async () => {
    const runId = await beginRun(engine.store);
    const { lost: _lost, backlog: _backlog, ...older } = countsOf(summary());
    const summaryAs = async (stored: object) => {
      await engine.sql.query('update public.collection_runs set summary = $1', [JSON.stringify(stored)]);
      return (await engine.store.readRun(runId))?.summary;
    };
    expect(await summaryAs(older)).toMatchObject({ users: older.users, lost: 0, backlog: 0 });
    expect(await summaryAs({ error: 'broken', finished_at: 'x' })).toEqual({ error: 'broken', finished_at: 'x' });
    expect(await summaryAs({ written: 'by somebody else' })).toBeNull();
  });

  test('the last run keeps its summary', async () => {
    expect((await engine.store.lastRuns()).run).toBeNull();
    const runId = await beginRun(engine.store);
    const counts = countsOf(summary({ run_id: runId, scope: 'all' }));
    await engine.store.finishRun(runId, 'partial', counts);
    const last = (await engine.store.lastRuns()).run;
    expect(last).toMatchObject({
      runId,
      scope: 'all',
      trigger: 'cli',
      status: 'partial',
      summary: counts,
    });
    expect(last?.finishedAt).toMatch(/^2.*\+00:00$/);
    expect(await engine.store.readRun(runId)).toEqual(last);
    expect(await engine.store.readRun('00000000-0000-4000-8000-000000000000')).toBeNull();

    const ofOneUser = await engine.store.beginRun({ scope: 'user:1', trigger: 'cli', isFull: true });
    if (ofOneUser.held) await engine.store.finishRun(ofOneUser.runId, 'completed', null);
    expect(await engine.store.lastRuns()).toMatchObject({ run: { scope: 'user:1' }, succeededAt: last?.startedAt });
  });

  test('status counts days by account, and shows since when an account fails', async () => {
    const good = await connected(engine.store, { userId: 'good' });
    const bad = await connected(engine.store, { userId: 'bad' });
    await engine.store.saveConnection(connection({ userId: 'new', platform: 'facebook' }));
    await engine.store.saveConnection(connection({ userId: 'new', platform: 'wordpress' }));
    const [badConnection] = bad.connections;
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, {
      outcomes: [
        outcome(good, '2026-11-20', as('provisional')),
        outcome(good, '2026-11-21', as('pending')),
        outcome(bad, '2026-11-19', as('no_data')),
        outcome(bad, '2026-11-20', FAILED),
      ],
      accounts: [
        accountRow({ id: good.id, connectionId: 'c1', reason: null, message: null }),
        accountRow({
          id: bad.id,
          connectionId: badConnection.id,
          reason: 'needs_reconnect',
          message: 'the token is dead',
        }),
      ],
    });
    const windows = { instagram: STATUS_WEEK, facebook: STATUS_WEEK, linkedin: STATUS_WEEK };
    const none = { accountsWithData: 0, newestDay: null, lostDays: 0, reasons: [], failing: [] };
    expect(await engine.store.readStatus(windows)).toMatchObject({
      ignored: { wordpress: 1 },
      platforms: [
        { platform: 'facebook', accounts: 1, daysMissing: 7, ...none },
        {
          platform: 'instagram',
          accounts: 2,
          accountsWithData: 1,
          newestDay: '2026-11-20',
          daysMissing: 12,
          lostDays: 0,
          reasons: [
            {
              reason: 'needs_reconnect',
              accounts: 1,
              since: '2026-11-22',
              runs: 1,
              byRuns: [{ runs: 1, accounts: 1 }],
            },
          ],
          failing: [
            {
              connectionId: badConnection.id,
              userId: 'bad',
              accountId: '17841400000000000001',
              accountName: 'an account',
              reason: 'needs_reconnect',
              message: 'the token is dead',
              failingSince: '2026-11-22',
              runs: 1,
            },
          ],
        },
        { platform: 'linkedin', accounts: 0, daysMissing: 0, ...none },
      ],
    });
  });

  test('status counts each account in exactly one state, and its days from the first one collected on', async () => {
    const names = ['complete', 'late', 'doubted', 'empty', 'failing', 'missing', 'denied', 'profile', 'fresh'];
    await engine.sql.query(`insert into public.collection_accounts
        (user_id, platform, account_id, connection_id, active, connected_at, first_day, last_day, done_to, reason, failing_since, failing_runs)
      select name, 'instagram', name, name, true, case name when 'fresh' then '2026-11-21' else '2026-01-01' end::timestamptz,
        case when name not in ('empty', 'profile', 'fresh') then date '2026-11-18' end,
        case when name not in ('empty', 'profile', 'fresh') then case name when 'late' then date '2026-11-20' else '2026-11-21' end end,
        case when name = 'missing' then date '2026-11-18' end,
        case name when 'failing' then 'timeout' when 'denied' then 'missing_permission' end,
        case when name in ('failing', 'denied') then timestamptz '2026-11-20T02:00Z' end,
        case when name in ('failing', 'denied') then 3 else 0 end
      from unnest(array['${names.join("','")}']) name`);
    await engine.sql.query(`insert into public.collection_outcomes (account, date, outcome, reason, run_id)
      select accounts.id, day::date,
        case
          when name = 'empty' then 'no_data' when name = 'profile' then 'skipped'
          when name = 'doubted' and day = '2026-11-18' then 'provisional' when day = '2026-11-21' and name = 'late' then 'pending'
          else 'settled'
        end,
        case when name = 'profile' then 'personal_profile' when name = 'doubted' and day = '2026-11-18' then 'platform_anomaly' end,
        gen_random_uuid()
      from public.collection_accounts accounts
      cross join lateral (select accounts.user_id as name) named
      cross join generate_series(timestamp '2026-11-18', '2026-11-21', '1 day') day
      where name not in ('failing', 'fresh') and not (name = 'missing' and day = '2026-11-19')`);
    const { platforms } = await engine.store.readStatus({ instagram: STATUS_WEEK });
    expect(platforms).toMatchObject([
      {
        accounts: names.length,
        states: { complete: 1, late: 3, no_data: 1, failing: 1, not_reached: 1, skipped: 2 },
        since: { not_reached: '2026-11-19' },
      },
    ]);
    expect(platforms[0]?.days.slice(-5)).toEqual([
      { date: '2026-11-17', complete: 0, late: 0, missing: 0 },
      { date: '2026-11-18', complete: 3, late: 1, missing: 1 },
      { date: '2026-11-19', complete: 3, late: 0, missing: 2 },
      { date: '2026-11-20', complete: 4, late: 1, missing: 0 },
      { date: '2026-11-21', complete: 3, late: 3, missing: 0 },
    ]);

    const listed = async (given: Partial<ListedAccounts>) => {
      const all = { windows: { instagram: STATUS_WEEK }, userId: null, reason: null, states: null };
      const accounts: ListedAccount[] = [];
      for await (const page of engine.store.listAccounts({ ...all, ...given })) accounts.push(...page);
      return accounts.map(({ userId, state, since }) => [userId, state, since]);
    };
    expect(await listed({})).toHaveLength(names.length);
    expect(await listed({ reason: 'timeout' })).toEqual([['failing', 'failing', '2026-11-20']]);
    expect(await listed({ states: ['not_reached'] })).toEqual([['missing', 'not_reached', '2026-11-19']]);
    expect(await listed({ userId: 'denied' })).toEqual([['denied', 'skipped', '2026-11-20']]);
  });

  test('no account is late because of a day that most others do not have yet', async () => {
    const stored = async (accounts: number, lastDay: string) => {
      await engine.sql.query(`insert into public.collection_accounts (user_id, platform, account_id, active, connected_at, first_day, last_day)
        select '${lastDay} ' || number, 'youtube', number::text, true, '2026-01-01', '2026-11-15', '${lastDay}' from generate_series(1, ${accounts}) number`);
      await engine.sql.query(`insert into public.collection_outcomes (account, date, outcome, run_id)
        select accounts.id, day::date, case when day > '${lastDay}' then 'pending' else 'provisional' end, gen_random_uuid()
        from public.collection_accounts accounts
        cross join generate_series(timestamp '2026-11-15', '2026-11-21', '1 day') day
        where accounts.user_id like '${lastDay} %'`);
    };
    await stored(5, '2026-11-20');
    await stored(1, '2026-11-19');
    const { platforms } = await engine.store.readStatus({ youtube: STATUS_WEEK });
    expect(platforms).toMatchObject([{ states: { complete: 5, late: 1 } }]);
    expect(platforms[0]?.days.at(-1)).toEqual({ date: '2026-11-21', complete: 0, late: 6, missing: 0 });
  });

  test('accounts that no run has seen are late, then not_reached once a day should have settled', async () => {
    for (const [account, connected] of [
      ['old', '2026-11-18'],
      ['new', '2026-11-20'],
    ]) {
      await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id, created_at)
        values ('${account}', 'instagram', '${account}', '${connected}T12:00Z')`);
    }
    const { platforms } = await engine.store.readStatus({ instagram: STATUS_WEEK });
    expect(platforms).toMatchObject([
      { accounts: 2, states: { late: 1, not_reached: 1 }, since: { not_reached: '2026-11-18' } },
    ]);
    expect(platforms[0]?.days.slice(-3)).toEqual([
      { date: '2026-11-19', complete: 0, late: 0, missing: 1 },
      { date: '2026-11-20', complete: 0, late: 2, missing: 0 },
      { date: '2026-11-21', complete: 0, late: 2, missing: 0 },
    ]);
  });

  test('finds days whose followers changed by something other than gains minus losses, or whose parts exceed the whole', async () => {
    const account = await connected(engine.store);
    const other = await connected(engine.store, { accountId: 'second' });
    const runId = await beginRun(engine.store);
    const values = (of: typeof account, metric: string, first: string, numbers: readonly number[]) =>
      numbers.map((value, index) =>
        snapshot(of, { metric, value, date: addDays(first, index), metadata: { settled: index < 5 } }),
      );
    const split = (of: typeof account, date: string, parts: Record<string, number>) =>
      snapshot(of, { metric: 'views', value: 10, date, metadata: { settled: true, post_types: parts } });
    await record(engine.store, runId, {
      snapshots: [
        // The day before the first is not there, and the last day has not settled.
        ...values(account, 'followers', '2026-11-15', [100, 105, 104, 104, 104, 900]),
        ...values(account, 'gained', '2026-11-15', [50, 7, 0, 1, 0, 0]),
        ...values(account, 'lost', '2026-11-15', [0, 2, 1, 0, 0, 0]),
        split(account, '2026-11-18', { post: 8, reel: 3 }),
        split(other, '2026-11-16', { post: 8, reel: 2 }),
        split(other, '2026-11-17', { post: 11 }),
      ],
      outcomes: [account, other].map((each) => outcome(each, '2026-11-18', as('settled'))),
    });
    const reconciled = {
      windows: { instagram: STATUS_WEEK },
      rules: {
        instagram: [
          { kind: 'change', level: 'followers', gained: 'gained', lost: 'lost' },
          { kind: 'split', metric: 'views', split: 'post_types' },
        ],
      },
    } as const;
    expect(await engine.store.countDiscrepancies(reconciled)).toEqual({ instagram: 2 });
    const found: Discrepancy[] = [];
    for await (const page of engine.store.listDiscrepancies(reconciled)) found.push(...page);
    expect(
      found.map(({ accountId, date, metric, stated, computed }) => [accountId, date, metric, stated, computed]),
    ).toEqual([
      [account.accountId, '2026-11-18', 'followers', 0, 1],
      [account.accountId, '2026-11-18', 'views', 10, 11],
      ['second', '2026-11-17', 'views', 10, 11],
    ]);
  });

  test('a run of some platforms or days is never the last full run, and does not count as one that succeeded', async () => {
    const finish = async (isFull: boolean, summary: RunError | null) => {
      const lease = await engine.store.beginRun({ scope: 'all', trigger: 'cli', isFull });
      if (!lease.held) throw new Error('no lease');
      await engine.store.finishRun(lease.runId, 'completed', summary);
      return lease.runId;
    };
    const full = await finish(true, null);
    const { succeededAt } = await engine.store.lastRuns();
    const partial = await finish(false, { error: 'broken', finished_at: 'x' });
    expect(await engine.store.lastRuns()).toMatchObject({
      run: { runId: partial, summary: { error: 'broken' } },
      fullRun: { runId: full },
      starts: [succeededAt],
      succeededAt,
    });
  });

  test('status counts all failing accounts by reason, and lists the longest failing hundred of each', async () => {
    await engine.sql.query(`insert into public.platform_connections (user_id, platform, account_id)
      select 'u' || number, 'instagram', number::text from generate_series(1, 105) number`);
    await engine.store.syncAccounts({ collected: ['instagram'], userId: null });
    await engine.sql.query(`update public.collection_accounts
      set message = 'm', failing_since = '2026-11-22', failing_runs = 1,
        reason = case user_id when 'u1' then 'missing_permission' else 'needs_reconnect' end`);
    await engine.sql.query(
      `update public.collection_accounts set failing_since = '2026-10-01', failing_runs = 52 where user_id = 'u105'`,
    );
    const { platforms } = await engine.store.readStatus({ instagram: STATUS_WEEK });
    expect(platforms).toMatchObject([
      {
        accounts: 105,
        reasons: [
          { reason: 'needs_reconnect', accounts: 104, since: '2026-10-01', runs: 52 },
          { reason: 'missing_permission', accounts: 1, since: '2026-11-22', runs: 1 },
        ],
      },
    ]);
    const listed = platforms[0]?.failing ?? [];
    expect(listed[0]).toMatchObject({ userId: 'u105', runs: 52 });
    expect(listed.filter(({ reason }) => reason === 'needs_reconnect')).toHaveLength(100);
    expect(listed).toHaveLength(101);
  });

  test('recently written metrics are counted without other writers’ rows, with totals only if they can be summed', async () => {
    const [one, other] = [await connected(engine.store), await connected(engine.store, { userId: OTHER_USER })];
    const sum = { aggregate: 'sum' };
    await recordAll(
      engine.store,
      snapshot(one, { metric: 'likes', value: 2, metadata: sum }),
      snapshot(other, { metric: 'likes', value: 3, metadata: sum }),
      snapshot(one, { value: 50, metadata: { aggregate: 'none' } }),
      snapshot(one, { metric: 'likes', date: '2026-11-01', value: 9, metadata: { ...sum, fetched_at: at(-25) } }),
    );
    await engine.sql.query(`insert into public.analytics_snapshots (user_id, platform, source, metric, value, date)
      values ('${USER}', 'instagram', 'social_media', 'likes', 100, '2026-11-22')`);
    expect(await engine.store.writtenSince(new Date(at(-24)))).toEqual([
      { platform: 'instagram', metric: 'likes', rows: 2, users: 2, total: 5 },
      { platform: 'instagram', metric: 'reach', rows: 1, users: 1, total: null },
    ]);
  });

  test('old days of one platform are counted, then deleted, with their outcomes', async () => {
    const linkedin = await connected(engine.store, { platform: 'linkedin', accountId: '1' });
    const second = await connected(engine.store, { platform: 'linkedin', accountId: '2' });
    const theirs = await connected(engine.store, { platform: 'linkedin', accountId: '1', userId: OTHER_USER });
    const instagram = await connected(engine.store);
    const old = { date: '2025-11-21' };
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, {
      snapshots: [
        snapshot(linkedin, old),
        snapshot(linkedin, { ...old, metric: 'likes' }),
        snapshot(second, old),
        snapshot(theirs, old),
        snapshot(linkedin, { date: '2024-02-29' }),
        snapshot(linkedin, { date: '2025-11-22' }),
        snapshot(instagram, old),
      ],
      outcomes: [outcome(linkedin, old.date), outcome(linkedin, '2025-11-22'), outcome(instagram, old.date)],
    });
    const request = { platforms: ['linkedin'], before: '2025-11-22' };
    const counts = { snapshots: 5, outcomes: 1, days: 2, users: 2 };
    expect(await engine.store.prune({ ...request, dryRun: true })).toMatchObject(counts);
    expect(await engine.sql.query('select 1 from public.analytics_by_account')).toHaveLength(7);
    expect(await engine.store.prune({ ...request, dryRun: false })).toMatchObject(counts);
    const none = { snapshots: 0, outcomes: 0, days: 0, users: 0, partitions: 0 };
    expect(await engine.store.prune({ ...request, dryRun: false })).toEqual(none);
    const left = [
      { platform: 'instagram', date: '2025-11-21' },
      { platform: 'linkedin', date: '2025-11-22' },
    ];
    for (const rows of [
      'public.analytics_by_account',
      '(select platform, date from public.collection_outcomes join public.collection_accounts on id = account) outcomes',
    ]) {
      expect(await engine.sql.query(`select platform, date::text as date from ${rows} order by date`)).toEqual(left);
    }
  });

  test('expiring tokens are listed soonest first, for each account that of its newest connection', async () => {
    const add = (userId: string, tokenExpiresAt: string | null, refreshToken: string | null = null) =>
      engine.store.saveConnection(connection({ userId, tokenExpiresAt, refreshToken }));
    await add('later', '2026-12-02T00:00:00Z');
    await add('second', '2026-12-01T23:59:59Z', 'gAAAA-refresh');
    const first = await add('first', '2026-01-01T00:00:00Z');
    await add('never', null);
    await add('gone', '2026-01-01T00:00:00Z');
    await add('renewed', '2026-01-01T00:00:00Z');
    await engine.sql.query(`update public.platform_connections set status = 'revoked' where user_id = 'gone';
      insert into public.platform_connections (user_id, platform, account_id, access_token, created_at)
      select user_id, platform, account_id, 'gAAAA-new', now() + interval '1 day'
      from public.platform_connections where user_id = 'renewed'`);
    const { tokens: ends } = await engine.store.tokensEnding(
      { selection: ALL, platforms: COLLECTED },
      '2026-12-02T00:00:00Z',
    );
    expect(ends.map(({ userId, refreshToken }) => [userId, refreshToken])).toEqual([
      ['first', null],
      ['second', 'gAAAA-refresh'],
    ]);
    expect(ends[0]).toEqual({
      id: first.id,
      userId: 'first',
      platform: 'instagram',
      accountId: '17841400000000000001',
      accountName: 'an account',
      accessToken: 'gAAAA-first',
      refreshToken: null,
      tokenExpiresAt: '2026-01-01T00:00:00+00:00',
      accessEndsAt: null,
    });
    const before = '2026-12-02T00:00:00Z';
    expect(
      await engine.store.tokensEnding({ selection: { kind: 'user', userId: 'second' }, platforms: COLLECTED }, before),
    ).toMatchObject({ tokens: [{ userId: 'second' }] });
    expect(await engine.store.tokensEnding({ selection: ALL, platforms: ['youtube'] }, before)).toMatchObject({
      tokens: [],
    });
  });

  test('an end of access is kept with its account, and listed as long as its token is the one in use', async () => {
    const account = await connected(engine.store, { userId: 'first', tokenExpiresAt: '2027-01-01T00:00:00Z' });
    const later = await connected(engine.store, { userId: 'later' });
    const both = await connected(engine.store, { userId: 'both', tokenExpiresAt: '2026-11-23T00:00:00Z' });
    const token = createHash('sha256').update('gAAAA-first').digest('hex');
    const access = { token, endsAt: new Date('2026-11-30T00:00:00Z'), askedAt: NOW };
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, {
      accounts: [
        accountRow({ id: account.id, access }),
        accountRow({ id: later.id, access: { ...access, endsAt: new Date('2027-02-20T00:00:00Z') } }),
        accountRow({ id: both.id, access: { ...access, endsAt: new Date('2026-12-01T00:00:00Z') } }),
      ],
    });
    await record(engine.store, runId, { accounts: [accountRow({ id: account.id })] });
    const known = (await allAccounts(engine.store)).map((each) => [each.userId, each.access?.endsAt?.toISOString()]);
    expect(Object.fromEntries(known)).toEqual({
      first: '2026-11-30T00:00:00.000Z',
      later: '2027-02-20T00:00:00.000Z',
      both: '2026-12-01T00:00:00.000Z',
    });
    expect((await allAccounts(engine.store, { selection: { kind: 'user', userId: 'first' } }))[0]?.access).toEqual(
      access,
    );

    const ending = async () => {
      const { tokens } = await engine.store.tokensEnding(
        { selection: ALL, platforms: COLLECTED },
        '2026-12-07T09:00:00Z',
      );
      return tokens.map(({ userId, tokenExpiresAt, accessEndsAt }) => [userId, tokenExpiresAt, accessEndsAt]);
    };
    expect(await ending()).toEqual([
      ['both', '2026-11-23T00:00:00+00:00', '2026-12-01T00:00:00+00:00'],
      ['first', null, '2026-11-30T00:00:00+00:00'],
    ]);
    await engine.store.saveConnection(connection({ userId: 'first', accessToken: 'gAAAA-second' }));
    await record(engine.store, runId, {
      accounts: [accountRow({ id: both.id, access: { token, endsAt: null, askedAt: NOW } })],
    });
    expect(await ending()).toEqual([['both', '2026-11-23T00:00:00+00:00', null]]);
  });

  test('lists every connection once, although a page ends among them', async () => {
    for (const accountId of ['1', '2', '3', '4', '5']) await engine.store.saveConnection(connection({ accountId }));
    const sizes: unknown[] = [];
    const ids = new Set<unknown>();
    for (let key: unknown = null, page = 0; page === 0 || key !== null; page++) {
      const rows = await engine.sql.query(
        `select answer -> 'next_key' as next_key, connection ->> 'id' as id
         from public.list_collection_connections($1, 2) answer, jsonb_array_elements(answer -> 'connections') connection`,
        [key],
      );
      sizes.push(rows.length);
      for (const { id } of rows) ids.add(id);
      key = rows[0]?.next_key ?? null;
    }
    expect(sizes).toEqual([2, 2, 1]);
    expect(ids.size).toBe(5);
  });

  test('old days are deleted in pages, and newer ones stay', async () => {
    const accounts = [await connected(engine.store), await connected(engine.store, { accountId: 'second' })];
    const dates = ['2025-11-19', '2025-11-20', '2025-11-21', '2025-11-22'];
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, {
      snapshots: accounts.flatMap((account) => dates.map((date) => snapshot(account, { date }))),
      outcomes: accounts.flatMap((account) => dates.map((date) => outcome(account, date))),
    });
    const deleted = async () => {
      const sql = `select (public.prune_collection('["instagram"]', '2025-11-22', 2) ->> 'deleted')::integer as deleted`;
      return Number((await engine.sql.query(sql))[0]?.deleted);
    };
    const pages: number[] = [];
    do pages.push(await deleted());
    while (pages.at(-1) !== 0);
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.reduce((sum, rows) => sum + rows)).toBe(12);
    expect(await engine.sql.query('select date::text as date from public.analytics_by_account')).toEqual([
      { date: '2025-11-22' },
      { date: '2025-11-22' },
    ]);
  });

  test('a connection is added once, renewed, listed without its tokens and removed, but its data is kept', async () => {
    const added = await engine.store.saveConnection(connection());
    expect(added).toMatchObject({ created: true, hasRefreshToken: false });
    await engine.sql.query(`update public.platform_connections set status = 'expired'`);
    const renewal = connection({
      accountName: null,
      accessToken: 'gAAAA-second',
      refreshToken: 'gAAAA-refresh',
      tokenExpiresAt: '2027-01-01T00:00:00Z',
    });
    expect(await engine.store.saveConnection(renewal)).toEqual({
      id: added.id,
      created: false,
      hasRefreshToken: true,
    });
    const withoutOne = { ...renewal, refreshToken: null };
    expect(await engine.store.saveConnection(withoutOne)).toMatchObject({ created: false, hasRefreshToken: true });

    const [account] = await allAccounts(engine.store);
    if (account === undefined) throw new Error('the account is not read');
    expect(account.connections).toEqual([
      {
        id: added.id,
        accessToken: 'gAAAA-second',
        refreshToken: 'gAAAA-refresh',
        tokenExpiresAt: '2027-01-01T00:00:00+00:00',
      },
    ]);
    expect(await engine.store.listConnections()).toEqual([
      {
        id: added.id,
        userId: USER,
        platform: 'instagram',
        accountId: '17841400000000000001',
        accountName: 'an account',
        active: true,
        isPrimary: true,
        hasRefreshToken: true,
        tokenExpiresAt: '2027-01-01T00:00:00+00:00',
      },
    ]);

    const runId = await beginRun(engine.store);
    await record(engine.store, runId, { snapshots: [snapshot(account)], outcomes: [outcome(account)] });
    expect(await engine.store.removeConnection(added.id)).toBe(true);
    expect(await engine.store.removeConnection(added.id)).toBe(false);
    expect(await allAccounts(engine.store)).toEqual([]);
    expect(await engine.sql.query('select outcome from public.collection_outcomes')).toEqual([{ outcome: 'settled' }]);
    expect(await values()).toEqual([1]);
  });

  test('counts connections by service, and finds users similar to an unknown one', async () => {
    const { countConnections, saveConnection } = engine.store;
    const none = { services: [], encrypted: 0, neighbours: [] };
    expect(await countConnections(null)).toEqual(none);

    await saveConnection(connection());
    await saveConnection(connection({ platform: 'google', accessToken: 'plain' }));
    await saveConnection(connection({ accountId: '1', accessToken: 'plain', refreshToken: 'gAAAA-second' }));
    const { id } = await saveConnection(connection({ userId: OTHER_USER, accountId: '2' }));
    await engine.sql.query('update public.platform_connections set status = $1 where id::text = $2', ['revoked', id]);

    expect(await countConnections(null)).toEqual({
      services: [
        { service: 'google', active: 1, inactive: 0 },
        { service: 'instagram', active: 2, inactive: 1 },
      ],
      encrypted: 3,
      neighbours: [],
    });
    expect(await countConnections(OTHER_USER)).toEqual({
      services: [{ service: 'instagram', active: 0, inactive: 1 }],
      encrypted: 1,
      neighbours: [],
    });
    const mistyped = `${USER.slice(0, -1)}3`.toUpperCase();
    expect(await countConnections(mistyped)).toEqual({ ...none, neighbours: [USER, OTHER_USER] });
    expect(await countConnections('%')).toEqual(none);
    expect(await countConnections('')).toEqual(none);
  });

  test('names the first users with connections, however many there are', async () => {
    const { listUsers, saveConnection } = engine.store;
    expect(await listUsers(2)).toEqual([]);
    for (const accountId of ['1', '2', '3']) await saveConnection(connection({ accountId }));
    expect(await listUsers(2)).toEqual([USER]);
    await saveConnection(connection({ userId: OTHER_USER, accountId: '4' }));
    expect(await listUsers(2)).toEqual([USER, OTHER_USER]);
    expect(await listUsers(1)).toEqual([USER]);
  });

  test('a value settled by a run of another scope stays settled', async () => {
    const account = await connected(engine.store);
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, { outcomes: [outcome(account)] });
    await record(engine.store, runId, { outcomes: [outcome(account, '2026-11-21', FAILED)] });
    expect(await engine.sql.query('select outcome from public.collection_outcomes')).toEqual([{ outcome: 'settled' }]);
  });

  test('a failed refresh leaves a settled day and its rows unchanged', async () => {
    const account = await connected(engine.store);
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, { snapshots: [snapshot(account)], outcomes: [outcome(account)] });
    const days = () =>
      engine.sql.query(`select outcome, reason, metrics, value::int as value, metadata -> 'settled' as settled
        from public.collection_outcomes, public.analytics_snapshots`);
    const before = await days();
    expect(before).toEqual([{ outcome: 'settled', reason: null, metrics: 1, value: 1, settled: true }]);
    const failed = outcome(account, '2026-11-21', FAILED);
    await record(engine.store, runId, { outcomes: [failed], refresh: true });
    expect(await days()).toEqual(before);
    const partial = snapshot(account, { metadata: { settled: false, fetched_at: at(1) } });
    await record(engine.store, runId, { snapshots: [partial], outcomes: [failed], refresh: true });
    expect(await days()).toEqual(before);
  });

  test('a second sync changes nothing', async () => {
    await connected(engine.store);
    const rows = () => engine.sql.query('select xmin::text, accounts.* from public.collection_accounts accounts');
    const before = await rows();
    expect(await engine.store.openAccounts(readBy())).toMatchObject({ unknownUsers: 0 });
    expect(await successions(engine.store)).toEqual([]);
    expect(await rows()).toEqual(before);
  });
});
