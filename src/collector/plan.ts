import type { Day, Platform } from '../platforms/platform.js';
import type { DateRange, LedgerEntry, StoredAccount } from '../store/accounts.js';
import { addDays, dateAt, datesBetween, dayOf, daysSinceEpoch, lastEndedDate } from './day.js';

const HOUR_MS = 3_600_000;
/** More than any platform takes to settle, and room for a missed run. */
export const DEFAULT_LOOKBACK_DAYS = 7;
/** Days before the window that are made up for in one run, of each account. */
export const DEFAULT_BACKLOG_DAYS = 30;
/** A metric is expected of a day that the account had within so many days. */
const EXPECTED_DAYS = 28;
/** What a platform that is asked by range is asked for once a week. */
const WEEKLY_DAYS = 28;

/** The days that a run looks at. */
export type Window =
  /** The last ended days, and what is left of older ones. */
  | { readonly kind: 'lookback'; readonly days: number }
  /** One named day: always asked for. */
  | { readonly kind: 'day'; readonly date: string }
  /** Named days, both inclusive: asked for as long as they are not complete. Without `until`, all that have ended. */
  | { readonly kind: 'dates'; readonly since: string; readonly until?: string };

/** What a plan looks at of an account. */
export type PlannedAccount = Pick<StoredAccount, 'id' | 'firstDay' | 'doneTo' | 'metrics' | 'ledger'>;

export interface PlanInput {
  readonly account: PlannedAccount;
  readonly day: Platform['day'];
  readonly window: Window;
  /** At most so many days from before the window. */
  readonly backlog: number;
  readonly now: Date;
  /** Collect again what is complete. */
  readonly again: boolean;
}

export interface Plan {
  /** Ascending. */
  readonly due: readonly Day[];
  /** Named days that are further back than the platform answers for. */
  readonly tooOld: readonly Day[];
  /** The last ended day, when it is due. */
  readonly closingDate: string | null;
}

/**
 * Which days of an account are due, from its outcomes and the clock alone. A day that has not ended in the platform's time
 * zone is not due. Of the window, all days are due that are not complete, whatever the reason: a repaired token, a granted
 * permission or a late platform may have mended them. A platform that answers a range for one request is asked for the whole
 * window as soon as one day of it is due.
 */
export function plan({ account, day, window, backlog, now, again }: PlanInput): Plan {
  const lastEnded = lastEndedDate(now, day.timeZone);
  const oldest = addDays(lastEnded, 1 - day.reachDays);
  const range = windowRange(window, day.timeZone, now);
  const entries = new Map(account.ledger.map((entry) => [entry.date, entry]));
  const dates = datesBetween(range.since, range.until);
  const answerable = dates.filter((date) => date >= oldest);

  const due = answerable.filter((date) => {
    if (again || window.kind === 'day') return true;
    const isLastChance = window.kind === 'lookback' && date === range.since;
    return isDue(entries.get(date), dayOf(date, day.timeZone), { account, day, now, isLastChance });
  });
  const older = window.kind === 'lookback' ? openDays(account, entries, oldest, addDays(range.since, -1)) : [];
  const madeUpFor = backlog > 0 ? older.slice(-backlog) : [];
  const inOneRequest =
    day.asks === 'range' && window.kind === 'lookback' && due.length + madeUpFor.length > 0
      ? [...answerable, ...weekly(account, due, lastEnded, oldest)]
      : [];
  const all = [...new Set([...madeUpFor, ...due, ...inOneRequest])].sort();
  return {
    due: all.map((date) => dayOf(date, day.timeZone)),
    tooOld: dates.filter((date) => date < oldest).map((date) => dayOf(date, day.timeZone)),
    closingDate: all.at(-1) === lastEnded ? lastEnded : null,
  };
}

/** Days from before the window that are not done and that the platform still answers for, ascending. */
function openDays(
  { firstDay, doneTo }: PlannedAccount,
  entries: ReadonlyMap<string, Pick<LedgerEntry, 'state'>>,
  oldest: string,
  until: string,
): string[] {
  if (firstDay === null) return [];
  const since = [firstDay, doneTo === null ? firstDay : addDays(doneTo, 1), oldest].sort().at(-1) ?? oldest;
  return datesBetween(since, until).filter((date) => !isDone(entries.get(date)?.state));
}

/** Beyond the window an empty day is empty for good, and a settled one is what it is. */
function isDone(state: LedgerEntry['state'] | undefined): boolean {
  return state === 'settled' || state === 'no_data';
}

/** Once a week, on a weekday of the account's own, with the first run that asks for the last ended day. */
function weekly({ id, firstDay }: PlannedAccount, due: readonly string[], lastEnded: string, oldest: string): string[] {
  if (firstDay === null || !due.includes(lastEnded) || daysSinceEpoch(lastEnded) % 7 !== id % 7) return [];
  const since = [addDays(lastEnded, 1 - WEEKLY_DAYS), firstDay, oldest].sort().at(-1) ?? lastEnded;
  return datesBetween(since, lastEnded);
}

/** How an account's days stand after a run. */
export interface Progress {
  /** As in `StoredAccount`. */
  readonly doneTo: string | null;
  /** Days that are left to make up for. */
  readonly backlog: number;
  /** Days found to be beyond the platform's reach: nobody can have them any more. */
  readonly lost: number;
}

/** What is left of an account's days before the window, from its outcomes as they are now. */
export function progressOf(
  account: Pick<StoredAccount, 'firstDay' | 'doneTo'>,
  ledger: readonly Pick<LedgerEntry, 'date' | 'state'>[],
  day: Platform['day'],
  now: Date,
): Progress {
  const { firstDay, doneTo } = account;
  if (firstDay === null) return { doneTo, backlog: 0, lost: 0 };
  const states = new Map(ledger.map(({ date, state }) => [date, state]));
  const lastEnded = lastEndedDate(now, day.timeZone);
  const oldest = addDays(lastEnded, 1 - day.reachDays);
  const since = doneTo === null || doneTo < addDays(firstDay, -1) ? firstDay : addDays(doneTo, 1);
  const open = datesBetween(since, addDays(lastEnded, -DEFAULT_LOOKBACK_DAYS)).filter(
    (date) => !isDone(states.get(date)),
  );
  const left = open.filter((date) => date >= oldest);
  const [next = addDays(lastEnded, 1 - DEFAULT_LOOKBACK_DAYS)] = left;
  const reached = addDays(next, -1);
  return {
    doneTo: doneTo !== null && doneTo > reached ? doneTo : reached,
    backlog: left.length,
    lost: open.length - left.length,
  };
}

/** Metrics that the account had on other days of late, and neither now nor before on this one. */
export function missingMetrics(
  { metrics, ledger }: Pick<StoredAccount, 'metrics' | 'ledger'>,
  date: string,
  given: ReadonlySet<string>,
  now: Date,
): string[] {
  const recent = addDays(dateAt(now, 'UTC'), -EXPECTED_DAYS);
  const before = ledger.find((entry) => entry.date === date);
  return Object.entries(metrics)
    .filter(([metric, [first, last]]) => {
      const isExpected = last >= recent && !(first === date && last === date);
      const wasThere = before !== undefined && first <= date && !before.missing.includes(metric);
      return isExpected && !wasThere && !given.has(metric);
    })
    .map(([metric]) => metric)
    .sort();
}

/** The window as ended dates of a time zone; empty (`since` after `until`) when none of it has ended. */
export function windowRange(window: Window, timeZone: string, now: Date): DateRange {
  const lastEnded = lastEndedDate(now, timeZone);
  if (window.kind === 'lookback') return { since: addDays(lastEnded, 1 - window.days), until: lastEnded };
  const { since, until = lastEnded } = namedDays(window);
  return { since, until: until < lastEnded ? until : lastEnded };
}

function namedDays(window: Exclude<Window, { kind: 'lookback' }>): Pick<DateRange, 'since'> & Partial<DateRange> {
  return window.kind === 'day' ? { since: window.date, until: window.date } : window;
}

/** Warns when the named days include one that has not ended in the platform's time zone; null when all have. */
export function openDaysWarning(
  { name, day }: Pick<Platform, 'name' | 'day'>,
  window: Window,
  now: Date,
): string | null {
  if (window.kind === 'lookback') return null;
  const { until } = namedDays(window);
  if (until === undefined || until <= lastEndedDate(now, day.timeZone)) return null;
  return `${name}: ${until} has not ended in the time zone ${day.timeZone} yet; only days that have are collected`;
}

/** A range of dates that holds the window, and what has ended since, in every time zone of the world, the coming midnight included. */
export function ledgerRange(window: Window, now: Date): DateRange {
  const today = dateAt(now, 'UTC');
  const since = window.kind === 'lookback' ? addDays(today, -window.days - 2) : namedDays(window).since;
  return { since, until: addDays(today, 1) };
}

export function hasSettled(day: Day, settlesAfterHours: number, now: Date): boolean {
  return now.getTime() >= day.end.getTime() + settlesAfterHours * HOUR_MS;
}

interface DueContext {
  readonly account: PlannedAccount;
  readonly day: Platform['day'];
  readonly now: Date;
  /** The window leaves this day with the next one that ends. */
  readonly isLastChance: boolean;
}

function isDue(entry: LedgerEntry | undefined, date: Day, { account, day, now, isLastChance }: DueContext): boolean {
  if (entry?.state === 'provisional') return hasSettled(date, day.settlesAfterHours, now);
  if (entry?.state !== 'settled') return true;
  // Asked by the day, each one costs requests of its own: what it lacks is looked for once more, at the end.
  return (day.asks === 'range' || isLastChance) && isIncomplete(entry, account.metrics, now);
}

/** A metric that first came later than this day was not there on it. */
function isIncomplete({ date, missing }: LedgerEntry, metrics: StoredAccount['metrics'], now: Date): boolean {
  const recent = addDays(dateAt(now, 'UTC'), -EXPECTED_DAYS);
  return Object.entries(metrics).some(
    ([metric, [first, last]]) => last >= recent && (first > date || missing.includes(metric)),
  );
}
