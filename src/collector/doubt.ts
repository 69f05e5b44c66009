import type { Day, MetricInfo, MetricValue, Platform } from '../platforms/contract.js';
import type { DoubtReason, Figures, LedgerEntry, StoredAccount } from '../store/accounts.js';
import { daysBetween, lastEndedDate } from './day.js';
import { OPEN_DAYS } from './window.js';

/** A platform anomaly: at least this share of at least this many accounts. */
export const FEWEST_ACCOUNTS = 10;
export const ANOMALY_SHARE = 0.8;
/** The ages, in days, at which a doubted day is asked for again; from `OPEN_DAYS` on it is asked for in every run. */
const ASKED_AGAIN_AFTER_DAYS = [2, 3, 4, 6, 8, 12, 16, 22];
/** An account counts as having values if it has them on most of this many days. */
const COMPARED_DAYS = 7;

/** The platform's current answer for a day. */
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
 * Whether an account had values on most of the seven known days nearest to a date, not counting doubted days. Days after the date
 * count as well, because a backlog is filled from its newest day backwards.
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

/** Whether values are stored for a day, which may have failed in part. */
export function hasValues(entry: LedgerEntry | undefined): boolean {
  return entry?.figures === 'values';
}

/** Whether the platform's answer for a day is not yet believed. */
export function isDoubted(entry: LedgerEntry | undefined): boolean {
  return entry !== undefined && entry.doubt !== null;
}

export interface JudgeInput {
  readonly account: Pick<StoredAccount, 'ledger'>;
  readonly platform: Pick<Platform, 'day'>;
  readonly day: Day;
  /** What the same answer says about all of its days. */
  readonly answers: readonly Answered[];
  readonly askedAt: Date;
}

export interface Judgement {
  /** Why the platform's answer for a day is not believed; null if it is. */
  readonly doubt: DoubtReason | null;
  /**
   * Whether an account that has values on other days has zeros or no data on this one. Absent if that says nothing about the
   * platform: the account mostly has no values, or the day was already settled.
   */
  readonly hasFallen?: boolean;
}

export const NO_DOUBT: Judgement = { doubt: null };

/**
 * Judges a platform's answer for a day that has settled. Once doubted, a day stays doubted until it has values, or until it is
 * so old that zeros are believed.
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

/** Whether a doubted day is asked for again, which happens at growing intervals. */
export function isAskedAgain(date: string, timeZone: string, now: Date): boolean {
  const age = daysBetween(date, lastEndedDate(now, timeZone));
  return age >= OPEN_DAYS || ASKED_AGAIN_AFTER_DAYS.includes(age);
}
