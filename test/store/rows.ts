import type {
  AccountFilter,
  OutcomeRow,
  OutcomeState,
  RecordBatch,
  RecordCounts,
  SnapshotRow,
  StoredAccount,
} from '../../src/store/accounts.js';
import type { OpenRequest } from '../../src/store/opening.js';
import { ALL } from '../../src/store/selection.js';
import type { NewConnection, Store } from '../../src/store/store.js';
import { accountRow } from '../support/accounts.js';

export const USER = 'a6e0b6f0-0000-4000-8000-000000000001';
export const OTHER_USER = 'a6e0b6f0-0000-4000-8000-000000000002';
const WEEK = { since: '2026-11-15', until: '2026-11-21' };
export const STATUS_WEEK = { ...WEEK, settledTo: '2026-11-19' };
export const COLLECTED = ['instagram', 'facebook', 'youtube', 'linkedin'];
export const NOW = new Date('2026-11-22T09:00:00Z');
export const NOTHING_FOREIGN = { rows: 0, since: null, until: null };

/** A row of an account, by its key. */
export function snapshot(account: StoredAccount, differing: Partial<SnapshotRow> = {}): SnapshotRow {
  return {
    account: account.id,
    metric: 'reach',
    value: 1,
    date: '2026-11-21',
    ...differing,
    metadata: {
      account_id: account.accountId,
      fetched_at: NOW.toISOString(),
      settled: true,
      ...differing.metadata,
    },
  };
}

export function outcome(
  { id }: StoredAccount,
  date = '2026-11-21',
  ended: Pick<OutcomeRow, 'state' | 'reason' | 'message'> = SETTLED,
): OutcomeRow {
  return { account: id, date, metrics: 1, missing: [], figures: 'values', ...ended } as OutcomeRow;
}

/** How a day ends that did not fail. */
export function as(state: OutcomeState) {
  return { state, reason: null, message: null };
}

const SETTLED = as('settled');
export const FAILED = { state: 'failed', reason: 'timeout', message: 'no answer' } as const;

export function connection(differing: Partial<NewConnection> = {}): NewConnection {
  return {
    userId: USER,
    platform: 'instagram',
    accountId: '17841400000000000001',
    accountName: 'an account',
    accessToken: 'gAAAA-first',
    refreshToken: null,
    tokenExpiresAt: null,
    ...differing,
  };
}

export async function beginRun(store: Store, scope = 'all'): Promise<string> {
  const lease = await store.beginRun({ scope, trigger: 'cli', isFull: true });
  if (!lease.held) throw new Error('the lease is held');
  return lease.runId;
}

/** Records rows in a run; each account that has one stands well. */
export function record(store: Store, runId: string, batch: Partial<Omit<RecordBatch, 'runId'>>): Promise<RecordCounts> {
  const { snapshots = [], outcomes = [], ...others } = batch;
  const ids = [...new Set([...snapshots, ...outcomes].map(({ account }) => account))];
  const accounts = ids.map((id) => accountRow({ id }));
  return store.record({ runId, at: NOW, accounts, snapshots, outcomes, refresh: false, adopt: false, ...others });
}

/** A whole run that records these rows. */
export async function recordAll(store: Store, ...snapshots: SnapshotRow[]): Promise<RecordCounts> {
  const runId = await beginRun(store);
  const counts = await record(store, runId, { snapshots });
  await store.finishRun(runId, 'completed', null);
  return counts;
}

export function sync(store: Store) {
  return store.syncAccounts({ collected: COLLECTED, userId: null });
}

/** Whom a run would tell to give way. */
export async function successions(store: Store, at = NOW) {
  await sync(store);
  return store.findSuccessions({ userId: null, at, windowDays: 7 });
}

/** What a run asks the store for that begins a day later than anything is recorded. */
export function readBy(filter: Partial<AccountFilter> = {}): OpenRequest {
  return {
    filter: { selection: ALL, platforms: COLLECTED, ...filter },
    ledger: WEEK,
    runId: null,
    dueBefore: null,
    collected: COLLECTED,
    platforms: [],
    tokensBefore: NOW,
    isPreview: false,
  };
}

/** The accounts as a run reads them, in step with the connections. */
export async function allAccounts(store: Store, filter: Partial<AccountFilter> = {}): Promise<StoredAccount[]> {
  return readAll(store, readBy(filter));
}

export async function readAll(store: Store, request: OpenRequest): Promise<StoredAccount[]> {
  const { first, further } = await store.openAccounts(request);
  const read = [...first];
  for (const platform of request.filter.platforms)
    for await (const page of further(platform, 1_000)) read.push(...page);
  return read;
}

/** A connected account. */
export async function connected(store: Store, differing: Partial<NewConnection> = {}): Promise<StoredAccount> {
  const given = connection(differing);
  await store.saveConnection(given);
  const account = (await allAccounts(store)).find(
    ({ userId, platform, accountId }) =>
      userId === given.userId && platform === given.platform && accountId === given.accountId,
  );
  if (account === undefined) throw new Error('the account is not read');
  return account;
}
