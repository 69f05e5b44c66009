import type { Day, Platform } from '../platforms/platform.js';
import type { DateRange, LedgerEntry } from '../store/accounts.js';
import { addDays, dateAt, datesBetween, dayOf, lastEndedDate, nearestDay } from './day.js';

const HOUR_MS = 3_600_000;
/** More than any platform takes to settle, and room for a missed run. */
export const DEFAULT_LOOKBACK_DAYS = 7;

/** The days that a run looks at: the last ended ones, or those named (dates in each platform's own time zone). */
export type Window =
  | { readonly kind: 'lookback'; readonly days: number }
  | { readonly kind: 'dates'; readonly since: string; readonly until: string };

export interface PlanInput {
  readonly day: Platform['day'];
  readonly window: Window;
  readonly ledger: readonly Pick<LedgerEntry, 'date' | 'state'>[];
  readonly now: Date;
  /** Collect again what is settled. */
  readonly again: boolean;
}

export interface Plan {
  readonly due: readonly Day[];
  /** Named days that are further back than the platform answers for. */
  readonly tooOld: readonly Day[];
  /** The last ended day, when it is due. */
  readonly lastEndedDate: string | null;
  /** The day under which closing figures are filed, when they are due; it may not have ended. */
  readonly closing: Day | null;
}

/**
 * Which days of an account are due, from its outcomes and the clock alone. A day that has not ended in the platform's
 * time zone is not due. A failed day always is: whatever its reason, a repaired token, a granted permission or a new
 * version may have mended it since.
 */
export function plan({ day, window, ledger, now, again }: PlanInput): Plan {
  const lastEnded = lastEndedDate(now, day.timeZone);
  const oldest = addDays(lastEnded, 1 - day.lookbackDays);
  const states = new Map(ledger.map((entry) => [entry.date, entry.state]));
  const range = windowRange(window, day.timeZone, now);

  const due: Day[] = [];
  const tooOld: Day[] = [];
  for (const date of datesBetween(range.since, range.until)) {
    const candidate = dayOf(date, day.timeZone);
    if (date < oldest) tooOld.push(candidate);
    else if (again || isDue(states.get(date), hasSettled(candidate, day.settlesAfterHours, now))) due.push(candidate);
  }
  const nearest = nearestDay(now, day.timeZone);
  const isNamed = window.kind === 'lookback' || (range.since <= nearest.date && nearest.date <= range.until);
  return {
    due,
    tooOld,
    lastEndedDate: due.at(-1)?.date === lastEnded ? lastEnded : null,
    closing: due.length > 0 && isNamed ? nearest : null,
  };
}

/** The window as ended dates of a time zone; empty (`since` after `until`) when none of it has ended. */
export function windowRange(window: Window, timeZone: string, now: Date): DateRange {
  const lastEnded = lastEndedDate(now, timeZone);
  if (window.kind === 'lookback') return { since: addDays(lastEnded, 1 - window.days), until: lastEnded };
  return { since: window.since, until: window.until < lastEnded ? window.until : lastEnded };
}

/** Warns when the named days include one that has not ended in the platform's time zone; null when all have. */
export function openDaysWarning(
  { name, day }: Pick<Platform, 'name' | 'day'>,
  window: Window,
  now: Date,
): string | null {
  if (window.kind === 'lookback' || window.until <= lastEndedDate(now, day.timeZone)) return null;
  return `${name}: ${window.until} has not ended in the time zone ${day.timeZone} yet; only days that have are collected`;
}

/** A range of dates that holds the window in every time zone of the world, the coming midnight included. */
export function ledgerRange(window: Window, now: Date): DateRange {
  if (window.kind === 'dates') return { since: window.since, until: window.until };
  return { since: addDays(dateAt(now, 'UTC'), -window.days - 2), until: addDays(dateAt(now, 'UTC'), 1) };
}

export function hasSettled(day: Day, settlesAfterHours: number, now: Date): boolean {
  return now.getTime() >= day.end.getTime() + settlesAfterHours * HOUR_MS;
}

function isDue(state: LedgerEntry['state'] | undefined, settled: boolean): boolean {
  switch (state) {
    case 'settled':
    case 'no_data':
      return false;
    case 'provisional':
      return settled;
    default:
      return true;
  }
}
