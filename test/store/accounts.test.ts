import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OutcomeState, StoredAccount } from '../../src/store/accounts.js';
import { accountRow } from '../support/accounts.js';
import { freshPglite } from '../support/database.js';
import {
  allAccounts,
  as,
  beginRun,
  COLLECTED,
  connected,
  connection,
  NOW,
  outcome,
  record,
  recordAll,
  snapshot,
  successions,
  sync,
  USER,
} from './rows.js';

let engine: Awaited<ReturnType<typeof freshPglite>>;
beforeAll(async () => {
  engine = await freshPglite();
});
afterAll(() => engine.close());
beforeEach(() =>
  engine.query(`truncate public.platform_connections, public.analytics_snapshots, public.analytics_account_snapshots,
    public.collection_runs, public.collection_accounts cascade`),
);

const DAY_MS = 86_400_000;
const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

async function connect(accountId: string, createdAt: string, more: { status?: string } = {}): Promise<StoredAccount> {
  const account = await connected(engine.store, { accountId });
  await engine.query('update public.platform_connections set created_at = $1, status = $2 where account_id = $3', [
    createdAt,
    more.status ?? 'active',
    accountId,
  ]);
  return account;
}

/** A run in which an account's day ended so. */
async function run(account: StoredAccount, state: OutcomeState, date: string, at = NOW, value = 1): Promise<void> {
  const runId = await beginRun(engine.store);
  const failed = state === 'failed';
  await record(engine.store, runId, {
    at,
    accounts: [accountRow({ id: account.id, reason: failed ? 'needs_reconnect' : null })],
    snapshots: failed ? [] : [snapshot(account, { date, value })],
    outcomes: failed ? [] : [outcome(account, date, as(state))],
  });
  await engine.store.finishRun(runId, 'completed', null);
}

/** What a run does first: who is told to take another's place takes it. */
async function succeeding(at = NOW) {
  const due = await successions(engine.store, at);
  for (const succession of due) expect(await engine.store.makePrimary(succession)).toBe(true);
  return due;
}

const primaries = async () =>
  (await engine.query('select account_id from public.collection_accounts where is_primary order by 1')).map(
    ({ account_id }) => account_id,
  );
const shown = () =>
  engine.query(
    `select metadata ->> 'account_id' as account, value::int as value from public.analytics_snapshots order by date, value`,
  );
const kept = () =>
  engine.query(
    'select account_id as account, value::int as value from public.analytics_account_snapshots order by 1, 2',
  );

describe('of several accounts', () => {
  test('the oldest is the primary one, and each writes to its own table', async () => {
    await connect('younger', '2026-02-01');
    await connect('older', '2026-01-01');
    await engine.query('delete from public.collection_accounts');
    const [older, younger] = await allAccounts(engine.store);
    if (older === undefined || younger === undefined) throw new Error('two accounts are expected');
    expect(await primaries()).toEqual(['older']);
    await recordAll(engine.store, snapshot(older, { value: 1 }), snapshot(younger, { value: 2 }));
    expect(await shown()).toEqual([{ account: 'older', value: 1 }]);
    expect(await kept()).toEqual([{ account: 'younger', value: 2 }]);
    expect(await engine.query('select account_id, is_primary from public.analytics_by_account order by 1')).toEqual([
      { account_id: 'older', is_primary: true },
      { account_id: 'younger', is_primary: false },
    ]);
  });

  test('a newer one does not replace the primary one', async () => {
    await connect('first', '2026-02-01');
    await connect('older, connected later', '2026-01-01');
    await sync(engine.store);
    expect(await primaries()).toEqual(['first']);
  });

  test('a chosen one becomes the primary one, and the rows are swapped', async () => {
    const [first, second] = [await connect('first', '2026-01-01'), await connect('second', '2026-02-01')];
    await recordAll(
      engine.store,
      snapshot(first, { value: 1 }),
      snapshot(first, { value: 2, date: '2026-11-20' }),
      snapshot(second, { value: 3 }),
    );
    const [{ id }] = second.connections;
    expect(await engine.store.choosePrimary(id, COLLECTED)).toEqual({
      result: 'changed',
      userId: USER,
      platform: 'instagram',
      accountId: 'second',
    });
    expect(await shown()).toEqual([{ account: 'second', value: 3 }]);
    expect(await kept()).toEqual([
      { account: 'first', value: 1 },
      { account: 'first', value: 2 },
    ]);
    expect(await engine.store.choosePrimary(id, COLLECTED)).toMatchObject({ result: 'unchanged' });
    await sync(engine.store);
    expect(await primaries()).toEqual(['second']);
    expect(await engine.store.choosePrimary('no such', COLLECTED)).toEqual({ result: 'not_found' });
  });

  test('a primary one that failed for the whole window is replaced by a working one, and stays replaced', async () => {
    const [first, second] = [await connect('first', '2026-01-01'), await connect('second', '2026-02-01')];
    await run(first, 'settled', '2026-11-18');
    await run(second, 'settled', '2026-11-18', NOW, 2);
    await run(first, 'failed', '2026-11-22');
    await run(second, 'settled', '2026-11-22', NOW, 3);
    expect(await succeeding(later(6))).toEqual([]);
    await run(second, 'settled', '2026-11-28', later(7), 4);
    expect(await succeeding(later(7))).toMatchObject([
      {
        userId: USER,
        platform: 'instagram',
        accountId: 'second',
        formerAccountId: 'first',
        reason: 'needs_reconnect',
      },
    ]);
    expect(await shown()).toEqual([2, 3, 4].map((value) => ({ account: 'second', value })));
    expect(await kept()).toEqual([{ account: 'first', value: 1 }]);
    await run(first, 'settled', '2026-11-29', later(8));
    expect(await succeeding(later(8))).toEqual([]);
    expect(await primaries()).toEqual(['second']);
  });

  test('a failing primary one is kept if no other works', async () => {
    const [first, second] = [await connect('first', '2026-01-01'), await connect('second', '2026-02-01')];
    await run(first, 'failed', '2026-11-21');
    await run(second, 'failed', '2026-11-21');
    expect(await succeeding(later(30))).toEqual([]);
    expect(await primaries()).toEqual(['first']);
  });

  test('one disconnected for the whole window is replaced, but not one that is reconnected before that', async () => {
    const [first, second] = [await connect('first', '2026-01-01'), await connect('second', '2026-02-01')];
    const setStatus = (status: string) =>
      engine.query(`update public.platform_connections set status = '${status}' where account_id = 'first'`);
    await recordAll(engine.store, snapshot(first), snapshot(second, { value: 2 }));
    await run(first, 'settled', '2026-11-20');
    await setStatus('revoked');
    expect(await succeeding()).toEqual([]);
    await setStatus('active');
    expect(await succeeding(later(8))).toEqual([]);
    await setStatus('revoked');
    await run(second, 'settled', '2026-12-06', later(15), 3);
    expect(await succeeding(later(8))).toEqual([]);
    expect(await succeeding(later(15))).toMatchObject([{ accountId: 'second', reason: null }]);
    expect(await shown()).toEqual([2, 3].map((value) => ({ account: 'second', value })));
    await setStatus('active');
    const again = (await allAccounts(engine.store)).find(({ accountId }) => accountId === 'first');
    expect(again).toMatchObject({ id: first.id, ledger: [{ date: '2026-11-20', state: 'settled' }] });
    expect(await kept()).toHaveLength(2);
    expect(await primaries()).toEqual(['second']);
  });

  test('one that no connection names any more is replaced at once, but not by a failing one', async () => {
    const [first, second] = [await connect('first', '2026-01-01'), await connect('second', '2026-02-01')];
    await run(second, 'failed', '2026-11-21');
    await engine.query("delete from public.platform_connections where account_id = 'first'");
    expect(await succeeding()).toEqual([]);
    await run(second, 'settled', '2026-11-21');
    expect(await succeeding()).toMatchObject([{ formerAccountId: first.accountId, reason: null }]);
  });

  test('one that has recovered in the meantime is not replaced', async () => {
    const [first, second] = [await connect('first', '2026-01-01'), await connect('second', '2026-02-01')];
    await run(first, 'failed', '2026-11-21');
    await run(second, 'settled', '2026-11-28', later(7));
    const [succession] = await successions(engine.store, later(7));
    if (succession === undefined) throw new Error('a succession is expected');
    await run(first, 'settled', '2026-11-28', later(7));
    expect(await engine.store.makePrimary(succession)).toBe(false);
    expect(await primaries()).toEqual(['first']);
  });

  test('a row that could not be swapped because of another writer’s row is moved when that is adopted', async () => {
    const [first, second] = [await connect('first', '2026-01-01'), await connect('second', '2026-02-01')];
    await recordAll(engine.store, snapshot(second, { value: 100 }));
    await engine.query(`insert into public.analytics_snapshots (user_id, platform, source, metric, value, date)
      values ('${USER}', 'instagram', 'social_media', 'reach', 7, '2026-11-21')`);
    const [{ id }] = second.connections;
    await engine.store.choosePrimary(id, COLLECTED);
    expect(await kept()).toEqual([{ account: 'second', value: 100 }]);
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, { snapshots: [snapshot(second, { value: 60 })], adopt: true });
    expect(await shown()).toEqual([{ account: 'second', value: 60 }]);
    expect(await kept()).toEqual([]);
    expect(first.accountId).toBe('first');
  });
});

describe('accounts are kept apart, in their rows and in their days:', () => {
  test('a connection that changes its account opens a separate account', async () => {
    const first = await connect('first', '2026-01-01');
    await run(first, 'settled', '2026-11-21');
    await engine.query("update public.platform_connections set account_id = 'other'");
    const [other] = await allAccounts(engine.store);
    expect(other).toMatchObject({ accountId: 'other', ledger: [] });
    if (other === undefined) throw new Error('the account is not read');
    await succeeding();
    await run(other, 'settled', '2026-11-21', NOW, 5);
    expect(await shown()).toEqual([{ account: 'other', value: 5 }]);
    expect(await kept()).toEqual([{ account: 'first', value: 1 }]);
  });

  test('a connection that changes its user opens a separate account', async () => {
    const first = await connect('first', '2026-01-01');
    await run(first, 'settled', '2026-11-21');
    await engine.query("update public.platform_connections set user_id = 'somebody else'");
    expect(await allAccounts(engine.store)).toMatchObject([{ userId: 'somebody else', ledger: [] }]);
  });

  test('a new connection to the same account continues its days', async () => {
    const first = await connect('first', '2026-01-01');
    await run(first, 'settled', '2026-11-21');
    await engine.query('delete from public.platform_connections');
    const again = await connect('first', '2026-03-01');
    expect(again).toMatchObject({ id: first.id, ledger: [{ date: '2026-11-21', state: 'settled' }] });
  });

  test('two connections to one account open one account, with the connection renewed last', async () => {
    await connect('first', '2026-01-01');
    await engine.query(`insert into public.platform_connections (user_id, platform, account_id, access_token, created_at)
      values ('${USER}', 'instagram', 'first', 'gAAAA-newer', '2026-05-01')`);
    const accounts = await allAccounts(engine.store);
    expect(accounts).toHaveLength(1);
    expect(accounts[0]?.connections.map(({ accessToken }) => accessToken)).toEqual(['gAAAA-newer', 'gAAAA-first']);
  });
});

test('deleting a user during a run does not affect other accounts', async () => {
  const [gone, stays] = [await connect('gone', '2026-01-01'), await connect('stays', '2026-02-01')];
  await engine.query("delete from public.collection_accounts where account_id = 'gone'");
  const runId = await beginRun(engine.store);
  const batch = { snapshots: [snapshot(gone), snapshot(stays)], outcomes: [outcome(gone), outcome(stays)] };
  expect(await record(engine.store, runId, batch)).toMatchObject({ inserted: 1, unchanged: 0 });
});

test('2,000 accounts are read with their ledgers without scanning all ledgers for each', async () => {
  await engine.query(`insert into public.platform_connections (user_id, platform, account_id)
    select 'user-' || n, 'instagram', n from generate_series(1, 2000) n`);
  await sync(engine.store);
  await engine.query(`insert into public.collection_outcomes (account, date, outcome, run_id)
    select id, date '2026-11-21' - day, 'settled', gen_random_uuid() from public.collection_accounts, generate_series(0, 6) day`);
  const plans = await engine.query(
    `explain (analyze, format json) select public.read_collection_accounts(null, null, null, null, null, '2026-11-15', '2026-11-21', null, null, 2000)`,
  );
  const [{ 'QUERY PLAN': plan }] = plans as [{ 'QUERY PLAN': [{ 'Execution Time': number }] }];
  // Quadratic, it took half a minute.
  expect(plan[0]['Execution Time']).toBeLessThan(8_000);
});

test('a connection without an account id is read, so that it can be reported, until it names one', async () => {
  await engine.store.saveConnection(connection());
  await engine.query('update public.platform_connections set account_id = null');
  expect(await allAccounts(engine.store)).toMatchObject([{ accountId: null }]);
  expect(await primaries()).toEqual([]);
  await engine.query("update public.platform_connections set account_id = 'named'");
  expect(await allAccounts(engine.store)).toMatchObject([{ accountId: 'named' }]);
  expect(await engine.query('select account_id from public.collection_accounts')).toEqual([{ account_id: 'named' }]);
});

test('a LinkedIn member never replaces an organization of the same user', async () => {
  await engine.query(`alter table public.platform_connections add column organization_id text, add column is_organization boolean,
    add column linkedin_id text, add column page_id text;
    insert into public.platform_connections (user_id, platform, page_id, linkedin_id, organization_id, is_organization, access_token, created_at) values
      ('u', 'linkedin', 'AbC-12', 'AbC-12', null, false, 't', '2026-01-01'), ('u', 'linkedin', '77', null, null, true, 't', '2026-02-01'),
      ('v', 'linkedin', null, null, '88', true, 't', '2026-01-01'), ('w', 'linkedin', '4711', '4711', null, false, 't', '2026-01-01')`);
  try {
    expect((await allAccounts(engine.store)).map(({ userId, accountId }) => [userId, accountId])).toEqual([
      ['u', '77'],
      ['u', 'urn:li:person:AbC-12'],
      ['v', '88'],
      ['w', 'urn:li:person:4711'],
    ]);
    expect(await primaries()).toEqual(['77', '88']);
  } finally {
    await engine.query(`alter table public.platform_connections drop column organization_id, drop column is_organization,
      drop column linkedin_id, drop column page_id`);
  }
});
