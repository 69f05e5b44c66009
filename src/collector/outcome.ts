import type { CollectError, FailureReason, PlatformError, SkipReason } from '../errors.js';
import type { DayResult, Platform } from '../platforms/contract.js';
import {
  type AccountRow,
  type DoubtReason,
  FOR_GOOD,
  type LedgerEntry,
  type OutcomeRow,
  type OutcomeState,
  type SnapshotRow,
  type StoredAccount,
} from '../store/accounts.js';
import { oneLine } from '../text.js';
import { figuresOf, hasValues, isDoubted, type JudgeInput, judge, NO_DOUBT } from './doubt.js';
import { missingMetrics } from './expected.js';
import type { NotReached } from './not-reached.js';
import { describe, isOfTheDay, snapshotOf, valuesOf } from './snapshots.js';
import { hasSettled, isLastOfWindow } from './window.js';

/** The outcome of a day and its rows, which are written together or not at all. */
export interface DayRecord {
  readonly outcome: OutcomeRow;
  readonly snapshots: readonly SnapshotRow[];
  /**
   * For a day that has settled: whether the account, which has values on other days, has zeros or no data on this one. Absent if
   * that does not matter.
   */
  readonly hasFallen?: boolean | undefined;
}

/** The result of an account in a run, with its days. */
export interface AccountRecord {
  /** Null if the platform was not asked, or not for all days: the account's state does not change. */
  readonly row: AccountRow | null;
  readonly days: readonly DayRecord[];
  /** Totals as of the request, filed under the day whose end is nearest. */
  readonly closing: readonly SnapshotRow[];
  /** The days that failed because the account as a whole did, ascending. The account's row has the reason. */
  readonly failedDates: readonly string[];
  /** The days that were skipped because the account as a whole lacks a permission, likewise. */
  readonly skippedDates: readonly string[];
  /** Absent if every day was reached, or the run was interrupted. */
  readonly notReached?: NotReached;
  /** Days before the window that are still to be collected. */
  readonly backlog: number;
  /** As in `Collected`; absent if the platform was not asked. */
  readonly onlyClosing?: boolean;
}

export const NO_DAYS: AccountRecord = {
  row: null,
  days: [],
  closing: [],
  failedDates: [],
  skippedDates: [],
  backlog: 0,
};

/** Whether there is nothing to write: the platform was asked for none of the account's days. */
export function isNothingDone({ row, days, closing }: AccountRecord): boolean {
  return row === null && days.length + closing.length === 0;
}

export interface RecordInput extends JudgeInput {
  readonly account: StoredAccount;
  readonly platform: Pick<Platform, 'name' | 'api' | 'day' | 'metrics'>;
  readonly result: DayResult;
  /** When the platform was asked. Whether a day has settled depends on this, not on when the answer arrives. */
  readonly askedAt: Date;
  /** Makes an API's message fit to be stored. */
  readonly clean: (text: string) => string;
  readonly warn: (message: string) => void;
}

/** Turns a platform's result for a day into the ledger's entry and the table's rows. */
export function recordDay(input: RecordInput): DayRecord {
  const { account, platform, day, result, askedAt, clean, warn } = input;
  if (result.kind === 'skipped') return skippedDay(account, day.date, result.reason, clean(result.why));
  const described = describe(valuesOf(result), platform, warn);
  const given = new Set(described.map(({ info }) => info.name));
  const missing = missingMetrics(account, day.date, given, askedAt);
  const known = account.ledger.find(({ date }) => date === day.date);
  const figures = figuresOf(described.filter(({ info }) => isOfTheDay(info)));
  // An API may skip a day and deliver it later: an empty day is pending until it has settled.
  const isFinal = saidFinal(result) ?? hasSettled(day, platform.day.settlesAfterHours, askedAt);
  const { doubt, hasFallen } = isFinal ? judge(input, figures, known) : NO_DOUBT;
  // Doubted zeros do not replace stored values.
  const isDropped = figures === 'zero' && hasValues(known) && (doubt !== null || result.kind === 'failed');
  const rows = isDropped ? [] : described;
  const stored = {
    account: account.id,
    date: day.date,
    metrics: rows.length,
    missing,
    figures: isDropped ? ('nothing' as const) : figures,
  };
  if (result.kind === 'failed') {
    return {
      outcome: { ...stored, ...troubleOf(result.error, clean) },
      snapshots: rows.map((value) => snapshotOf(value, input, false)),
    };
  }
  const state = stateOf({
    hasValues: stored.figures !== 'nothing',
    isFinal,
    isLast: isLastOfWindow(day.date, platform.day.timeZone, askedAt),
    known: knownState(known),
    doubt,
  });
  return {
    outcome: {
      ...stored,
      message: null,
      ...withReason(state, doubt, result),
    },
    snapshots: rows.map((value) => snapshotOf(value, input, state === 'settled')),
    hasFallen,
  };
}

/** A state that is no trouble, with what is to be known of it. */
function withReason(state: ReturnType<typeof stateOf>, doubt: DoubtReason | null, result: DayResult) {
  switch (state) {
    case 'provisional':
      return { state, reason: doubt };
    case 'no_data':
      return { state, reason: saidFinal(result) ? FOR_GOOD : null };
    default:
      return { state, reason: null };
  }
}

/** Whether the day is not to be asked for again: see `LedgerEntry`. */
export function isGone({ state, reason }: Pick<OutcomeRow, 'state' | 'reason'>): boolean {
  return (state === 'no_data' && reason === FOR_GOOD) || reason === 'out_of_reach';
}

/** Whether the platform itself says that its answer for a day is final; undefined if it does not say. */
function saidFinal(result: DayResult): boolean | undefined {
  return 'final' in result ? result.final : undefined;
}

/** A failed day for which the platform gave no result. */
export function failedDay(
  { id: account }: Pick<StoredAccount, 'id'>,
  date: string,
  error: PlatformError,
  clean: (text: string) => string,
): DayRecord {
  return {
    outcome: { account, date, metrics: 0, missing: [], figures: 'nothing', ...troubleOf(error, clean) },
    snapshots: [],
  };
}

/** A permission that the user has not granted is not a failure of the run. */
function troubleOf({ reason, message }: PlatformError, clean: (text: string) => string) {
  return reason === 'missing_permission'
    ? ({ state: 'skipped', reason, message: clean(message) } as const)
    : ({ state: 'failed', reason, message: clean(message) } as const);
}

export function skippedDay(
  { id: account }: Pick<StoredAccount, 'id'>,
  date: string,
  reason: SkipReason,
  why: string,
): DayRecord {
  return {
    outcome: { account, date, state: 'skipped', reason, message: why, metrics: 0, missing: [], figures: 'nothing' },
    snapshots: [],
  };
}

/** A day whose rows the database refused, with the database's message. */
export function refusedByStore({ outcome }: DayRecord, error: CollectError): DayRecord {
  const message = oneLine(`the database refused the values of this day: ${error.message}`);
  return {
    outcome: { ...outcome, state: 'failed', reason: 'unexpected_response', message, metrics: 0 },
    snapshots: [],
  };
}

export interface DayFailure {
  readonly day: string;
  readonly reason: FailureReason;
  readonly message: string;
}

/** The days that failed individually. */
export function failuresOf(days: readonly DayRecord[]): DayFailure[] {
  return days.flatMap(({ outcome }) =>
    outcome.state === 'failed' ? [{ day: outcome.date, reason: outcome.reason, message: outcome.message }] : [],
  );
}

/** The state of an account of which a day failed: a failure of its own stays, and goes before a missing permission. */
export function withFailure(row: AccountRow, failure: DayFailure | undefined): AccountRow {
  if (failure === undefined || (row.reason !== null && row.reason !== 'missing_permission')) return row;
  return { ...row, reason: failure.reason, message: failure.message };
}

/** The days that were skipped, entirely or in part, because a permission is missing. */
export function withoutPermission(
  days: readonly DayRecord[],
): { readonly reason: 'missing_permission'; readonly message: string }[] {
  return days.flatMap(({ outcome: { reason, message } }) =>
    reason === 'missing_permission' ? [{ reason, message: message ?? '' }] : [],
  );
}

/** A day's state before this answer: with rows it is provisional, even if the last attempt failed. */
export function knownState(known: LedgerEntry | undefined): OutcomeState | undefined {
  if (known === undefined || known.state === 'settled') return known?.state;
  if (known.figures !== 'nothing') return 'provisional';
  return isDoubted(known) ? undefined : known.state;
}

/**
 * Figures of another period say nothing about the day's own metrics: a day with nothing else is still pending. An answer without
 * values does not remove known ones: APIs return a day's values in one call and none in the next. A provisional day stays due as
 * long as it is in the window, and then keeps what it has.
 */
export function stateOf({
  hasValues,
  isFinal,
  isLast,
  known,
  doubt,
}: {
  readonly hasValues: boolean;
  readonly isFinal: boolean;
  readonly isLast: boolean;
  readonly known: OutcomeState | undefined;
  readonly doubt: DoubtReason | null;
}): Exclude<OutcomeState, 'failed' | 'skipped'> {
  if (doubt !== null && known !== 'settled') return 'provisional';
  if (hasValues) return isFinal ? 'settled' : 'provisional';
  if (known === 'settled') return known;
  if (known === 'provisional') return isFinal && isLast ? 'settled' : known;
  return isFinal ? 'no_data' : 'pending';
}
