import { HOUR_MS } from '../clock.js';
import type { Day, Platform } from '../platforms/contract.js';
import type { DateRange } from '../store/accounts.js';
import { addDays, dateAt, datesBetween, dayOf, lastEndedDate } from './day.js';

/** Longer than any platform takes to settle, with room for a missed run. */
export const DEFAULT_LOOKBACK_DAYS = 7;
/** For how many ended days a day can still be asked for once a week, or be doubted. */
export const OPEN_DAYS = 28;

/** The days that a run considers. */
export type Window =
  /** The last ended days, and the backlog of older ones. */
  | { readonly kind: 'lookback'; readonly days: number }
  /** One named day, which is always asked for. */
  | { readonly kind: 'day'; readonly date: string }
  /** Named days from `since` to `until`, inclusive, which are asked for unless they are complete. Without `until`: up to the last ended day. */
  | { readonly kind: 'dates'; readonly since: string; readonly until?: string };

/** The window as ended dates in a time zone; empty (`since` after `until`) if none of it has ended. */
export function windowRange(window: Window, timeZone: string, now: Date): DateRange {
  const lastEnded = lastEndedDate(now, timeZone);
  if (window.kind === 'lookback') return { since: addDays(lastEnded, 1 - window.days), until: lastEnded };
  const { since, until = lastEnded } = namedDays(window);
  return { since, until: until < lastEnded ? until : lastEnded };
}

function namedDays(window: Exclude<Window, { kind: 'lookback' }>): Pick<DateRange, 'since'> & Partial<DateRange> {
  return window.kind === 'day' ? { since: window.date, until: window.date } : window;
}

/** How many days are named, including those that have not ended everywhere; null if the window is a lookback. */
export function countNamedDays(window: Window, now: Date): number | null {
  if (window.kind === 'lookback') return null;
  const { since, until = addDays(dateAt(now, 'UTC'), -1) } = namedDays(window);
  return datesBetween(since, until).length;
}

/** Warns when the named days include one that has not ended in the platform's time zone; null when all have. */
export function openDaysWarning(
  { name, day }: Pick<Platform, 'name' | 'day'>,
  window: Window,
  now: Date,
): string | null {
  if (window.kind === 'lookback') return null;
  const { since, until = since } = namedDays(window);
  if (until <= lastEndedDate(now, day.timeZone)) return null;
  return `${name}: ${until} has not ended in ${day.timeZone} yet; only ended days are collected`;
}

/**
 * A range of dates that contains the window and the days that can be doubted or asked for weekly, in every time zone, even if the
 * run goes on past the next midnight.
 */
export function ledgerRange(window: Window, now: Date): DateRange {
  const today = dateAt(now, 'UTC');
  const first = window.kind === 'lookback' ? addDays(today, 1 - window.days) : namedDays(window).since;
  const [since = first] = [first, addDays(today, 1 - OPEN_DAYS)].sort();
  return { since: addDays(since, -3), until: addDays(today, 1) };
}

export function hasSettled(day: Day, settlesAfterHours: number, now: Date): boolean {
  return now.getTime() >= day.end.getTime() + settlesAfterHours * HOUR_MS;
}

/** The newest day up to `ended` that should have settled. */
export function lastSettledDate(ended: string, { timeZone, settlesAfterHours }: Platform['day'], now: Date): string {
  let date = ended;
  while (!hasSettled(dayOf(date, timeZone), settlesAfterHours, now)) date = addDays(date, -1);
  return date;
}

/** Whether a day is the window's oldest or already outside it, so that no later answer is expected. */
export function isLastOfWindow(date: string, timeZone: string, now: Date): boolean {
  return date <= addDays(lastEndedDate(now, timeZone), 1 - DEFAULT_LOOKBACK_DAYS);
}
