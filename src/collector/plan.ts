import type { Day, Platform } from '../platforms/contract.js';
import type { LedgerEntry, StoredAccount } from '../store/accounts.js';
import { addDays, datesBetween, dayOf, daysSinceEpoch, lastEndedDate, nearestDay } from './day.js';
import { isAskedAgain } from './doubt.js';
import { isIncomplete } from './expected.js';
import type { CollectOptions } from './options.js';
import { openDays } from './progress.js';
import { hasOnlyClosing, isClosing } from './snapshots.js';
import { hasSettled, isLastOfWindow, OPEN_DAYS, type Window, windowRange } from './window.js';

/** The parts of an account that a plan depends on. */
export type PlannedAccount = Pick<StoredAccount, 'id' | 'firstDay' | 'doneTo' | 'closingDay' | 'metrics' | 'ledger'>;

export interface PlanInput {
  readonly account: PlannedAccount;
  readonly day: Platform['day'];
  /** Whether the platform has closing figures. */
  readonly hasClosing: boolean;
  readonly window: Window;
  /** How many days before the window to plan at most. */
  readonly backlog: number;
  readonly now: Date;
  /** Whether to collect complete days again. */
  readonly again: boolean;
}

export interface Plan {
  /** Ascending. */
  readonly due: readonly Day[];
  /** Named days that are further back than the platform answers for. */
  readonly tooOld: readonly Day[];
  /** How many days before the window are left for later runs. */
  readonly backlog: number;
  /** The last ended day, if it is itself due. */
  readonly lastEndedDate: string | null;
  /** The day under which closing figures are filed, if they are due; it may not have ended yet. */
  readonly closing: Day | null;
  /** Whether a day that has not settled yet is asked for again once it has. */
  readonly asksAgain: boolean;
}

/** The due days of one account, from its ledger and the clock. */
export function planAccount(
  account: PlannedAccount,
  { day, metrics }: Pick<Platform, 'day' | 'metrics'>,
  { window, backlog, refresh, adopt }: Pick<CollectOptions, 'window' | 'backlog' | 'refresh' | 'adopt'>,
  now: Date,
): Plan {
  const given = { account, day, window, backlog, again: refresh || adopt, now };
  if (hasOnlyClosing({ metrics })) return planClosing(given);
  return plan({ ...given, hasClosing: metrics.some(isClosing) });
}

export function isNothingDue({ due, tooOld }: Plan): boolean {
  return due.length + tooOld.length === 0;
}

/**
 * Which days of an account are due, from its outcomes and the clock alone. A day that has not ended in the platform's time zone
 * is not due. In the window, every day is due that is not complete, whatever the reason: a token may have been repaired, a
 * permission granted, or late data delivered. A platform that answers for a range in one request is asked for the whole window
 * as soon as one of its days is due.
 */
export function plan({ account, day, hasClosing, window, backlog, now, again }: PlanInput): Plan {
  const lastEnded = lastEndedDate(now, day.timeZone);
  const oldest = addDays(lastEnded, 1 - day.reachDays);
  const range = windowRange(window, day.timeZone, now);
  const entries = new Map(account.ledger.map((entry) => [entry.date, entry]));
  const dates = datesBetween(range.since, range.until);
  const answerable = dates.filter((date) => date >= oldest);

  const nearest = nearestDay(now, day.timeZone);
  const isCertain = account.closingDay !== null && account.closingDay >= nearest.date;
  const wantsClosing = hasClosing && (again || window.kind === 'day' || !isCertain);

  // Of an account that has had nothing but closing figures, no day under way goes by without them.
  const hasDays = Object.values(account.metrics).some(([, last]) => last >= range.since);
  const wantsNothingElse =
    window.kind === 'lookback' && wantsClosing && account.closingDay !== null && !hasDays && !entries.has(nearest.date);
  const due = answerable.filter((date) => {
    if (again || window.kind === 'day') return true;
    // Missing closing figures are requested again as long as their day's end is the nearest.
    if (date === nearest.date && wantsClosing) return true;
    if (date === lastEnded && wantsNothingElse) return true;
    const isLastChance = window.kind === 'lookback' && date === range.since;
    const context = { account, day, now, isLastChance, isNamed: window.kind === 'dates' };
    return isDue(entries.get(date), dayOf(date, day.timeZone), context);
  });
  const older = window.kind === 'lookback' ? openDays(account, entries, oldest, addDays(range.since, -1)) : [];
  const open = older.filter((date) => isAnswerable(entries.get(date), dayOf(date, day.timeZone), day, now));
  const madeUpFor = backlog > 0 ? open.slice(-backlog) : [];
  const inOneRequest =
    day.asks === 'range' && window.kind === 'lookback' && due.length + madeUpFor.length > 0
      ? [...answerable, ...weekly(account, due, lastEnded, oldest)]
      : [];
  const all = [...new Set([...madeUpFor, ...due, ...inOneRequest])].sort();
  const holdsNearest = window.kind === 'lookback' || (range.since <= nearest.date && nearest.date <= range.until);
  return {
    due: all.map((date) => dayOf(date, day.timeZone)),
    tooOld: dates.filter((date) => date < oldest).map((date) => dayOf(date, day.timeZone)),
    backlog: open.length - madeUpFor.length,
    lastEndedDate: due.includes(lastEnded) ? lastEnded : null,
    closing: wantsClosing && holdsNearest && all.length > 0 ? nearest : null,
    // Without a backlog, a day may leave the window unasked.
    asksAgain: window.kind === 'lookback' && backlog > 0 && !again,
  };
}

/**
 * For a platform that has only closing figures: the day whose end is nearest, whether it has ended or not. Figures for other days
 * cannot be had.
 */
function planClosing({ account, day, window, now, again }: Omit<PlanInput, 'hasClosing'>): Plan {
  const nearest = nearestDay(now, day.timeZone);
  const entries = new Map(account.ledger.map((entry) => [entry.date, entry]));
  const isDue = again || window.kind === 'day' || isOpen(entries.get(nearest.date), nearest, day, now);
  const range = windowRange(window, day.timeZone, now);
  const named = window.kind === 'lookback' ? null : datesBetween(range.since, range.until);
  const due = isDue && (named === null || named.includes(nearest.date)) ? [nearest] : [];
  const missed = (named ?? []).filter((date) => date < nearest.date && entries.get(date)?.state !== 'settled');
  return {
    due,
    tooOld: missed.map((date) => dayOf(date, day.timeZone)),
    backlog: 0,
    lastEndedDate: null,
    closing: due[0] ?? null,
    asksAgain: false,
  };
}

function isOpen(entry: LedgerEntry | undefined, date: Day, day: Platform['day'], now: Date): boolean {
  return entry?.state !== 'settled' && isAnswerable(entry, date, day, now);
}

/** Days asked for once a week, on a weekday that depends on the account, by the first run that asks for the last ended day. */
function weekly({ id, firstDay }: PlannedAccount, due: readonly string[], lastEnded: string, oldest: string): string[] {
  if (firstDay === null || !due.includes(lastEnded) || daysSinceEpoch(lastEnded) % 7 !== id % 7) return [];
  const since = [addDays(lastEnded, 1 - OPEN_DAYS), firstDay, oldest].sort().at(-1) ?? lastEnded;
  return datesBetween(since, lastEnded);
}

interface DueContext {
  readonly account: PlannedAccount;
  readonly day: Platform['day'];
  readonly now: Date;
  /** The day leaves the window when the next day ends. */
  readonly isLastChance: boolean;
  /** The operator asked for this day by name. */
  readonly isNamed: boolean;
}

function isDue(entry: LedgerEntry | undefined, date: Day, context: DueContext): boolean {
  const { account, day, now, isLastChance, isNamed } = context;
  if (!isAnswerable(entry, date, day, now)) return false;
  if (entry?.isGone) return isNamed;
  // An empty day outside the window is asked for again only if a range takes one request.
  const isLate = () => isLastOfWindow(addDays(date.date, 1), day.timeZone, now);
  if (entry?.state === 'no_data' && isLate()) return isNamed || day.asks === 'range';
  if (entry?.state !== 'settled') return true;
  // On platforms asked day by day, missing metrics are asked for only once more, on the window's last day.
  return (day.asks === 'range' || isLastChance) && isIncomplete(entry, account.metrics, now);
}

/** A provisional day is asked for again once it has settled and, if it is doubted, at growing intervals. */
function isAnswerable(entry: LedgerEntry | undefined, date: Day, day: Platform['day'], now: Date): boolean {
  if (entry?.state !== 'provisional') return true;
  if (entry.doubt !== null) return isAskedAgain(date.date, day.timeZone, now);
  return hasSettled(date, day.settlesAfterHours, now);
}
