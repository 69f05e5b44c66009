import type { SnapshotRow } from '../store/accounts.js';
import { type DayRecord, knownState, type RecordInput, stateOf } from './outcome.js';

/** A day of an account that has nothing but closing figures: settled with those filed under it, and otherwise without data for good. */
export function recordClosing(
  { account, day, askedAt }: Pick<RecordInput, 'account' | 'day' | 'askedAt'>,
  snapshots: readonly SnapshotRow[],
): DayRecord {
  const known = account.ledger.find(({ date }) => date === day.date);
  const hasValues = snapshots.length > 0;
  const state = stateOf({
    hasValues,
    isFinal: askedAt >= day.end,
    isLast: false,
    known: knownState(known),
    doubt: null,
  });
  return {
    outcome: {
      account: account.id,
      date: day.date,
      state,
      reason: null,
      message: null,
      metrics: snapshots.length,
      missing: [],
      figures: hasValues ? 'values' : 'nothing',
    },
    snapshots,
  };
}
