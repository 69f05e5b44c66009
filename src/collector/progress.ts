import type { Platform } from '../platforms/contract.js';
import type { LedgerEntry, StoredAccount } from '../store/accounts.js';
import { addDays, datesBetween, lastEndedDate } from './day.js';
import { DEFAULT_LOOKBACK_DAYS } from './window.js';

/** Days before the window that are not done and that the platform still answers for, ascending. */
export function openDays(
  { firstDay, doneTo }: Pick<StoredAccount, 'firstDay' | 'doneTo'>,
  entries: ReadonlyMap<string, Pick<LedgerEntry, 'state' | 'isGone'>>,
  oldest: string,
  until: string,
): string[] {
  if (firstDay === null) return [];
  const since = [firstDay, doneTo === null ? firstDay : addDays(doneTo, 1), oldest].sort().at(-1) ?? oldest;
  return datesBetween(since, until).filter((date) => {
    const entry = entries.get(date);
    return !isDone(entry) && entry?.isGone !== true;
  });
}

/** Outside the window, empty and settled days are final. */
function isDone(entry: Pick<LedgerEntry, 'state'> | undefined): boolean {
  return entry?.state === 'settled' || entry?.state === 'no_data';
}

/** The state of an account's days after a run. */
export interface Progress {
  /** As in `StoredAccount`. */
  readonly doneTo: string | null;
  /** Days that are still to be collected, not counting doubted ones. */
  readonly backlog: number;
  /** Days without values that the platform no longer answers for: they can never be collected. */
  readonly lost: number;
  /** The platform no longer answers for days up to this one, and some were open: provisional ones stay as they are. */
  readonly closedTo: string | null;
}

/** What is left of an account's days before the window, from its current outcomes. */
export function progressOf(
  account: Pick<StoredAccount, 'firstDay' | 'doneTo'>,
  ledger: readonly Pick<LedgerEntry, 'date' | 'state' | 'doubt' | 'isGone'>[],
  day: Platform['day'],
  now: Date,
): Progress {
  const { firstDay, doneTo } = account;
  if (firstDay === null) return { doneTo, backlog: 0, lost: 0, closedTo: null };
  const entries = new Map(ledger.map((entry) => [entry.date, entry]));
  const lastEnded = lastEndedDate(now, day.timeZone);
  const oldest = addDays(lastEnded, 1 - day.reachDays);
  const windowSince = addDays(lastEnded, 1 - DEFAULT_LOOKBACK_DAYS);
  const isLeft = (date: string) => date >= oldest && entries.get(date)?.isGone !== true;
  const undone = doneTo === null || doneTo < addDays(firstDay, -1) ? firstDay : addDays(doneTo, 1);
  // A day that failed in a backfill is older than those that are already done.
  const reopened = ledger.filter((entry) => entry.date >= firstDay && isLeft(entry.date) && !isDone(entry));
  const [since = undone] = [undone, ...reopened.map(({ date }) => date)].sort();
  const open = datesBetween(since, addDays(windowSince, -1)).filter((date) => !isDone(entries.get(date)));
  const left = open.filter(isLeft);
  const [next = undone > windowSince ? undone : windowSince] = left;
  return {
    doneTo: addDays(next, -1),
    backlog: left.filter((date) => (entries.get(date)?.doubt ?? null) === null).length,
    // Those after `next` are counted when `doneTo` has come to them.
    lost: open.filter((date) => date < next && entries.get(date)?.state !== 'provisional').length,
    closedTo: open.some((date) => date < oldest) ? addDays(oldest, -1) : null,
  };
}
