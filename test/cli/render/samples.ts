import type { ConnectionReport } from '../../../src/report/events.js';
import type { Failure, Summary } from '../../../src/report/summary.js';

export function report(changes: Partial<ConnectionReport> = {}): ConnectionReport {
  return {
    connectionId: 'c1',
    userId: 'u1',
    platform: 'instagram',
    accountId: '17841400000000001',
    accountName: 'Oslo Cycles',
    result: 'succeeded',
    days: { settled: 2 },
    dates: ['2026-11-20', '2026-11-21'],
    metrics: 28,
    changes: [],
    isNew: false,
    onlyClosing: false,
    backlog: 0,
    lost: 0,
    reason: null,
    message: null,
    ...changes,
  };
}

export function failure(changes: Partial<Failure> = {}): Failure {
  return {
    user_id: 'u1',
    platform: 'instagram',
    account_id: '17841400000000001',
    connection_id: 'c1',
    reason: 'needs_reconnect',
    message: 'the token has expired',
    days: 1,
    since: '2026-11-21',
    until: '2026-11-21',
    failing_since: '2026-11-22',
    runs: 1,
    ...changes,
  };
}

export function summary(changes: Partial<Summary> = {}): Summary {
  return {
    run_id: 'r1',
    status: 'completed',
    scope: 'all',
    dry_run: false,
    dates: { since: '2026-11-15', until: '2026-11-21' },
    started_at: '2026-11-22T02:00:00.000Z',
    finished_at: '2026-11-22T02:00:12.400Z',
    duration_ms: 12_400,
    users: { total: 150, succeeded: 150, failed: 0 },
    connections: { total: 300, succeeded: 300, failed: 0, skipped: 0 },
    days: {
      planned: 2100,
      settled: 1500,
      provisional: 600,
      pending: 0,
      no_data: 0,
      failed: 0,
      skipped: 0,
      not_reached: 0,
    },
    lost: 0,
    backlog: 0,
    backfill: {},
    metrics: { inserted: 27_076, updated: 0, unchanged: 0, foreign: 0 },
    requests: { total: 4500, retried: 12 },
    platforms: {
      instagram: { connections: 150, succeeded: 150, failed: 0, skipped: 0, metrics: 16_576, reasons: {} },
      facebook: { connections: 150, succeeded: 150, failed: 0, skipped: 0, metrics: 10_500, reasons: {} },
    },
    failures: [],
    failures_omitted: 0,
    changes: { newly_failing: [], repaired: [], failing_over_3_nights: [], newly_without_data: [] },
    changes_omitted: { newly_failing: 0, repaired: 0, failing_over_3_nights: 0, newly_without_data: 0 },
    changes_by_platform: {},
    warnings: [],
    ...changes,
  };
}
