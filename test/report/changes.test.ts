import { describe, expect, it } from 'vitest';
import type { DayRecord } from '../../src/collector/outcome.js';
import type { FailureReason } from '../../src/errors.js';
import { changesOf } from '../../src/report/changes.js';
import type { LedgerEntry } from '../../src/store/accounts.js';
import { accountRow, ledgerEntry } from '../support/accounts.js';

const NOW = new Date('2026-11-22T02:00:00Z');
/** When the runs before began to record failures, a few seconds after their start. */
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000 + 5_000).toISOString();

function day(date: string, state: 'settled' | 'pending' | 'no_data' | 'failed'): DayRecord {
  const outcome = { account: 1, date, metrics: 0, missing: [], figures: 'values' } as const;
  return {
    outcome:
      state === 'failed'
        ? { ...outcome, state, reason: 'timeout', message: 'no answer' }
        : { ...outcome, state, reason: null, message: null },
    snapshots: [],
  };
}

function changes(
  before: { failingSince?: string; ledger?: readonly LedgerEntry[] },
  after: { reason?: FailureReason; days?: readonly DayRecord[] },
) {
  return changesOf(
    { failingSince: before.failingSince ?? null, ledger: before.ledger ?? [] },
    { row: accountRow({ reason: after.reason ?? null }), days: after.days ?? [] },
    NOW,
  );
}

describe('failing', () => {
  it('is new if the previous run did not fail, or if there was none', () => {
    expect(changes({}, { reason: 'needs_reconnect' })).toEqual(['newly_failing']);
    const ledger = [ledgerEntry('2026-11-19', 'settled'), ledgerEntry('2026-11-20', 'pending')];
    expect(changes({ ledger }, { reason: 'timeout', days: [day('2026-11-20', 'failed')] })).toEqual(['newly_failing']);
  });

  it('is new despite failed days long ago, if the previous run did not fail', () => {
    const ledger = [ledgerEntry('2026-11-13', 'failed')];
    expect(changes({ ledger }, { reason: 'timeout', days: [day('2026-11-20', 'failed')] })).toEqual(['newly_failing']);
  });

  it('is not new in the next run, even if another day fails', () => {
    const ledger = [ledgerEntry('2026-11-19', 'failed')];
    const days = [day('2026-11-19', 'settled'), day('2026-11-20', 'failed')];
    expect(changes({ failingSince: daysAgo(1), ledger }, { reason: 'timeout', days })).toEqual([]);
  });

  it('is not new in the next run if the whole account fails again', () => {
    expect(changes({ failingSince: daysAgo(1) }, { reason: 'needs_reconnect' })).toEqual([]);
  });

  it('lasts more than three days in the fourth daily run, not in the third', () => {
    expect(changes({ failingSince: daysAgo(2) }, { reason: 'needs_reconnect' })).toEqual([]);
    expect(changes({ failingSince: daysAgo(3) }, { reason: 'needs_reconnect' })).toEqual(['failing_over_3_nights']);
  });

  it('is repaired by a run without a failure', () => {
    const ledger = [ledgerEntry('2026-11-18', 'failed'), ledgerEntry('2026-11-19', 'failed')];
    const days = ['2026-11-18', '2026-11-19', '2026-11-20'].map((date) => day(date, 'settled'));
    expect(changes({ failingSince: daysAgo(2), ledger }, { days })).toEqual(['repaired']);
    expect(changes({ failingSince: daysAgo(2) }, { days })).toEqual(['repaired']);
  });

  it('does not include a missing permission, however long it lasts', () => {
    expect(changes({}, { reason: 'missing_permission' })).toEqual([]);
    expect(changes({ failingSince: daysAgo(9) }, { reason: 'missing_permission' })).toEqual([]);
  });

  it('of a day that has left the window is neither reported again nor called repaired', () => {
    const ledger = [ledgerEntry('2026-11-13', 'failed')];
    expect(changes({ ledger }, { days: [day('2026-11-20', 'settled')] })).toEqual([]);
  });
});

describe('days without data', () => {
  const quiet = [
    ledgerEntry('2026-11-15', 'settled'),
    ledgerEntry('2026-11-16', 'no_data'),
    ledgerEntry('2026-11-17', 'no_data'),
  ];

  it('are reported once, when there are three', () => {
    expect(changes({ ledger: quiet }, { days: [day('2026-11-18', 'no_data')] })).toEqual(['newly_without_data']);
    const longer = [...quiet, ledgerEntry('2026-11-18', 'no_data')];
    expect(changes({ ledger: longer }, { days: [day('2026-11-19', 'no_data')] })).toEqual([]);
  });

  it('do not include late or failed days', () => {
    expect(changes({ ledger: quiet }, { days: [day('2026-11-18', 'pending')] })).toEqual([]);
    expect(changes({ ledger: quiet }, { reason: 'timeout', days: [day('2026-11-18', 'failed')] })).toEqual([
      'newly_failing',
    ]);
  });
});
