import type { Day, MetricInfo, MetricValue, Platform } from '../platforms/contract.js';
import type { DoubtReason, Figures, LedgerEntry, StoredAccount } from '../store/accounts.js';
import { daysBetween, lastEndedDate } from './day.js';
import { OPEN_DAYS } from './window.js';

/** A platform anomaly: at least this share of at least this many accounts. */
export const FEWEST_ACCOUNTS = 10;
export const ANOMALY_SHARE = 0.8;
/** The ages, in days, at which a doubted day is asked for again; from `OPEN_DAYS` on it always is. */
const ASKED_AGAIN_AFTER_DAYS = [2, 3, 4, 6, 8, 12, 16, 22];
/** An account had values when it had them on most of this many days. */
const COMPARED_DAYS = 7;

/** A day as the platform answers it now. */
export interface Answered {
  readonly date: string;
  readonly figures: Figures;
}

/** Whether a day's own values are present and nonzero. Levels are ignored: they do not change when nothing happens. */
export function figuresOf(values: readonly { readonly value: MetricValue; readonly info: MetricInfo }[]): Figures {
  if (values.length === 0) return 'nothing';
  const counts = values.filter(({ info }) => info.aggregate !== 'last');
  return counts.length > 0 && counts.every(({ value }) => value.value === 0) ? 'zero' : 'values';
}

/**
 * Whether an account had values on most of the seven known days that are nearest to a date, those in doubt left out. Days after
 * it count as well: a backlog is filled from its newest day on.
 */
function hadValues(ledger: readonly LedgerEntry[], answers: readonly Answered[], date: string): boolean {
  const known = new Map<string, Figures>();
  for (const entry of ledger) {
    const figures = figuresKnown(entry);
    if (figures !== null) known.set(entry.date, figures);
  }
  for (const answer of answers) if (answer.figures === 'values') known.set(answer.date, 'values');
  known.delete(date);
  const distance = (other: string) => Math.abs(daysBetween(other, date));
  const nearest = [...known].sort(([a], [b]) => distance(a) - distance(b)).slice(0, COMPARED_DAYS);
  return nearest.filter(([, figures]) => figures === 'values').length > COMPARED_DAYS / 2;
}

/** A day's figures, unless doubted. */
function figuresKnown({ state, figures, doubt }: LedgerEntry): Figures | null {
  if (doubt !== null) return null;
  if (state === 'no_data') return 'nothing';
  return state === 'settled' || state === 'provisional' ? figures : null;
}

/** Whether values are stored of a day, as well as of one that failed in part. */
export function hasValues(entry: LedgerEntry | undefined): boolean {
  return entry?.figures === 'values';
}

/** Whether what the platform said of a day is not believed yet. */
export function isDoubted(entry: LedgerEntry | undefined): boolean {
  return entry !== undefined && entry.doubt !== null;
}

export interface JudgeInput {
  readonly account: Pick<StoredAccount, 'ledger'>;
  readonly platform: Pick<Platform, 'day'>;
  readonly day: Day;
  /** What the platform says of all days in the same answer. */
  readonly answers: readonly Answered[];
  readonly askedAt: Date;
}

export interface Judgement {
  /** Why what the platform says of a day is not believed; null where it is. */
  readonly doubt: DoubtReason | null;
  /**
   * Whether an account that has values on other days shows zeros or nothing on this one. Absent where that says nothing of the
   * platform: the account mostly has no values, or the day has been settled before.
   */
  readonly hasFallen?: boolean;
}

export const NO_DOUBT: Judgement = { doubt: null };

/**
 * Judges what a platform says of a day that has settled. A day that was doubted once is doubted until it has values, or until it
 * is so old that zeros are believed.
 */
export function judge(
  { account, platform, day, answers, askedAt }: JudgeInput,
  figures: Figures,
  known: LedgerEntry | undefined,
): Judgement {
  if (daysBetween(day.date, lastEndedDate(askedAt, platform.day.timeZone)) >= OPEN_DAYS) return NO_DOUBT;
  if (figures === 'values') return { doubt: null, hasFallen: false };
  const hasFallen = hadValues(account.ledger, answers, day.date);
  const doubt = known?.doubt ?? (hasFallen && figures === 'zero' ? 'fell_to_zero' : null);
  return hasFallen && known?.state !== 'settled' ? { doubt, hasFallen } : { doubt };
}

/** Whether a day in doubt is asked for again, which happens at intervals that grow. */
export function isAskedAgain(date: string, timeZone: string, now: Date): boolean {
  const age = daysBetween(date, lastEndedDate(now, timeZone));
  return age >= OPEN_DAYS || ASKED_AGAIN_AFTER_DAYS.includes(age);
}
