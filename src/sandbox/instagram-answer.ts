import type { SandboxAccount } from './account.js';
import { pacificDayAt, type SandboxDay } from './days.js';
import { graphTime } from './graph.js';
import { shownShare, shownSplit, shownValue } from './readiness.js';
import { type Breakdown, trueReach, UNIQUE_METRICS } from './values.js';

/** A request for Instagram's insights that the API has accepted. */
export interface Question {
  readonly metrics: readonly string[];
  readonly period: string;
  readonly total: boolean;
  readonly breakdown: Breakdown | undefined;
  /** Ms since the epoch; the range includes both ends. */
  readonly since: number;
  readonly until: number;
  /** When it was asked, ms since the epoch. */
  readonly now: number;
}

/** A metric's entry in `data`; undefined if the API leaves it out. */
export function insightsEntry(
  metric: string,
  account: SandboxAccount,
  days: readonly SandboxDay[],
  question: Question,
): object | undefined {
  if (!question.total) return seriesEntry(metric, account, days, question);
  return totalEntry(metric, account, days, question);
}

/** Periods of several days, each labelled with its last day. */
const ROLLING: Readonly<Record<string, number>> = { week: 7, days_28: 28 };

function seriesEntry(
  metric: string,
  account: SandboxAccount,
  days: readonly SandboxDay[],
  { now, period }: Question,
): object | undefined {
  const oldest = pacificDayAt(now).index - 30;
  const length = ROLLING[period];
  const shown = (day: SandboxDay) =>
    length === undefined
      ? (shownValue(account, metric, day, now) ?? 0)
      : trueReach(account.accountId, metric, day.date, length);
  const values = days
    .filter((day) => shownShare(account, metric, day, now) > 0)
    .filter((day) => metric !== 'follower_count' || (day.end <= now && day.index >= oldest))
    .map((day) => ({
      value: valueOn(day, shown(day), now),
      // Unlike Facebook's, the label is the START of the measured day.
      end_time: graphTime(day.start),
    }));
  return values.length > 0 ? { ...heading(metric, account.accountId, period), values } : undefined;
}

function totalEntry(
  metric: string,
  account: SandboxAccount,
  days: readonly SandboxDay[],
  { breakdown, now }: Question,
): object | undefined {
  const breakdowns = breakdown && { breakdowns: [slices(metric, account, days, breakdown, now)] };
  if (metric === 'follows_and_unfollows') {
    // Without its breakdown, the entry is present but has no `total_value`.
    return { ...heading(metric, account.accountId), ...(breakdowns && { total_value: breakdowns }) };
  }
  const daily = days.map((day) => valueOn(day, shownValue(account, metric, day, now) ?? Number.NaN, now));
  if (daily.some(Number.isNaN)) return undefined;
  const value = UNIQUE_METRICS.has(metric) ? withoutRepeats(daily) : sum(daily);
  return { ...heading(metric, account.accountId), total_value: { value, ...breakdowns } };
}

function slices(
  metric: string,
  account: SandboxAccount,
  days: readonly SandboxDay[],
  breakdown: Breakdown,
  now: number,
): object {
  const sums = new Map<string, number>();
  for (const day of days) {
    for (const [category, value] of Object.entries(shownSplit(account, metric, day, breakdown, now))) {
      sums.set(category, (sums.get(category) ?? 0) + valueOn(day, value, now));
    }
  }
  const results = [...sums].map(([category, value]) => ({ dimension_values: [category], value }));
  return { dimension_keys: [breakdown], results };
}

/** A day that has not ended has only a partial value, which must never be stored as the day's. */
function valueOn(day: SandboxDay, value: number, now: number): number {
  return day.end <= now ? value : 1 + Math.floor(value / 1000);
}

/** An account that visits on two days counts once. The result is less than the sum, so that tests notice when days are added up. */
function withoutRepeats(daily: readonly number[]): number {
  const most = Math.max(...daily);
  return most + Math.floor((sum(daily) - most) / 2);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function heading(metric: string, accountId: string, period = 'day') {
  return {
    name: metric,
    period,
    title: metric,
    description: `The sandbox's ${metric}.`,
    id: `${accountId}/insights/${metric}/${period}`,
  };
}
