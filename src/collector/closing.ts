import { FOR_GOOD, type SnapshotRow } from '../store/accounts.js';
import { type DayRecord, knownState, type RecordInput, skippedDay, stateOf } from './outcome.js';

interface ClosingInput extends Pick<RecordInput, 'account' | 'platform' | 'day' | 'askedAt'> {
  /** The figures filed under the day; null if they are filed under another one. */
  readonly filed: readonly SnapshotRow[] | null;
}

/**
 * Records a day of an account that has only closing figures: settled with those filed under it. Without any, it is lost when figures
 * are filed under a later day; before the account's first day, it has no data for good.
 */
export function recordClosing({ account, platform, day, askedAt, filed }: ClosingInput): DayRecord {
  const snapshots = filed ?? [];
  const known = account.ledger.find(({ date }) => date === day.date);
  const hasValues = snapshots.length > 0;
  const isOver = filed === null;
  const state = stateOf({
    hasValues,
    isFinal: askedAt >= day.end,
    isLast: isOver,
    known: knownState(known),
    doubt: null,
  });
  const isGone = isOver && state === 'no_data';
  if (isGone && account.firstDay !== null && day.date >= account.firstDay) {
    const why = `the ${platform.name} API gives only current figures of this account`;
    return skippedDay(account, day.date, 'out_of_reach', why);
  }
  return {
    outcome: {
      account: account.id,
      date: day.date,
      message: null,
      metrics: snapshots.length,
      missing: [],
      figures: hasValues ? 'values' : 'nothing',
      ...(state === 'no_data' ? { state, reason: isGone ? FOR_GOOD : null } : { state, reason: null }),
    },
    snapshots,
  };
}
