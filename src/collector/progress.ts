import type { Platform } from '../platforms/contract.js';
import type { LedgerEntry, StoredAccount } from '../store/accounts.js';
import { addDays, datesBetween, lastEndedDate } from './day.js';
import { DEFAULT_LOOKBACK_DAYS } from './window.js';

/** Days from before the window that are not done and that the platform still answers for, ascending. */
export function openDays(
  { firstDay, doneTo }: Pick<StoredAccount, 'firstDay' | 'doneTo'>,
  entries: ReadonlyMap<string, Pick<LedgerEntry, 'state'>>,
  oldest: string,
  until: string,
): string[] {
  if (firstDay === null) return [];
  const since = [firstDay, doneTo === null ? firstDay : addDays(doneTo, 1), oldest].sort().at(-1) ?? oldest;
  return datesBetween(since, until).filter((date) => !isDone(entries.get(date)?.state));
}

/** Outside the window, empty and settled days are final. */
function isDone(state: LedgerEntry['state'] | undefined): boolean {
  return state === 'settled' || state === 'no_data';
}

/** How an account's days stand after a run. */
export interface Progress {
  /** As in `StoredAccount`. */
  readonly doneTo: string | null;
  /** Days that are left to make up for, those in doubt left out. */
  readonly backlog: number;
  /** Days without values found to be beyond the platform's reach: nobody can have them any more. */
  readonly lost: number;
  /** Up to this day the platform can no longer be asked, and days were open there: what is provisional stays as it is. */
  readonly closedTo: string | null;
}

/** What is left of an account's days before the window, from its outcomes as they are now. */
export function progressOf(
  account: Pick<StoredAccount, 'firstDay' | 'doneTo'>,
  ledger: readonly Pick<LedgerEntry, 'date' | 'state' | 'doubt'>[],
  day: Platform['day'],
  now: Date,
): Progress {
  const { firstDay, doneTo } = account;
  if (firstDay === null) return { doneTo, backlog: 0, lost: 0, closedTo: null };
  const doubted = new Set(ledger.filter(({ doubt }) => doubt !== null).map(({ date }) => date));
  const states = new Map(ledger.map(({ date, state }) => [date, state]));
  const lastEnded = lastEndedDate(now, day.timeZone);
  const oldest = addDays(lastEnded, 1 - day.reachDays);
  const windowSince = addDays(lastEnded, 1 - DEFAULT_LOOKBACK_DAYS);
  const undone = doneTo === null || doneTo < addDays(firstDay, -1) ? firstDay : addDays(doneTo, 1);
  // A day that failed in a backfill lies before those that were done already.
  const reopened = ledger.filter(({ date, state }) => date >= firstDay && date >= oldest && !isDone(state));
  const [since = undone] = [undone, ...reopened.map(({ date }) => date)].sort();
  const open = datesBetween(since, addDays(windowSince, -1)).filter((date) => !isDone(states.get(date)));
  const left = open.filter((date) => date >= oldest);
  const [next = undone > windowSince ? undone : windowSince] = left;
  return {
    doneTo: addDays(next, -1),
    backlog: left.filter((date) => !doubted.has(date)).length,
    lost: open.filter((date) => date < oldest && states.get(date) !== 'provisional').length,
    closedTo: left.length < open.length ? addDays(oldest, -1) : null,
  };
}
