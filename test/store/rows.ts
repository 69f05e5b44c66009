import type { NewConnection, OutcomeRow, SnapshotRow, Store, StoredConnection } from '../../src/store/store.js';

export const USER = 'a6e0b6f0-0000-4000-8000-000000000001';
export const OTHER_USER = 'a6e0b6f0-0000-4000-8000-000000000002';
export const WEEK = { since: '2026-11-15', until: '2026-11-21' };

export function snapshot(differing: Partial<SnapshotRow> = {}): SnapshotRow {
  return {
    user_id: USER,
    platform: 'instagram',
    source: 'instagram_graph',
    metric: 'reach',
    value: 1,
    date: '2026-11-21',
    metadata: { settled: true },
    ...differing,
  };
}

export function outcome(differing: Partial<OutcomeRow> = {}): OutcomeRow {
  return {
    connection_id: 'c1',
    date: '2026-11-21',
    user_id: USER,
    platform: 'instagram',
    state: 'settled',
    reason: null,
    message: null,
    metrics: 1,
    ...differing,
  };
}

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
  const lease = await store.beginRun({ scope, trigger: 'cli' });
  if (!lease.held) throw new Error('the lease is held');
  return lease.runId;
}

/** A whole run that records these rows. */
export async function recordAll(store: Store, ...snapshots: SnapshotRow[]) {
  const runId = await beginRun(store);
  const counts = await store.record({ runId, snapshots, outcomes: [], refresh: false });
  await store.finishRun(runId, 'completed', null);
  return counts;
}

export async function allConnections(store: Store, filter = {}): Promise<StoredConnection[]> {
  const read: StoredConnection[] = [];
  for await (const page of store.connections(filter, WEEK)) read.push(...page);
  return read;
}
