import type { SeriesBreak } from '../../platforms/contract.js';
import { breaksBetween } from '../breaks.js';
import type { Point, Series } from './series.js';

const WEEK = 7;

/** The newest figure of a series, and what it was a week before. */
export interface Change {
  /** What the figure covers: the sum of seven days, or one day's value. */
  readonly covers: 'week' | 'day';
  /** The last of these days. */
  readonly until: string;
  readonly value: number;
  /** How many of the seven days have a value. */
  readonly days: number;
  /** Whether a day of either week has not settled. */
  readonly provisional: boolean;
  /** The change, as a share of the figure a week before; null if the two cannot be compared. */
  readonly ratio: number | null;
  /** Why they cannot. */
  readonly obstacle: 'missing' | 'break' | 'zero' | null;
}

/**
 * Compares the week that ends with the newest settled day with the week before. Only events are added up; of levels, unique people
 * and averages the day is compared with the same day of the week before. Null if there are no values.
 */
export function weekOnWeek({ metric, points }: Series): Change | null {
  const valued = points.findLastIndex(({ value }) => value !== null);
  const settled = points.findLastIndex(({ value, settled }) => value !== null && settled);
  const newest = settled >= 0 ? settled : valued;
  const last = points[newest];
  if (last === undefined) return null;
  const covers = metric.aggregate === 'sum' ? 'week' : 'day';
  const length = covers === 'week' ? WEEK : 1;
  const week = endingAt(points, newest, length);
  const before = endingAt(points, newest - WEEK, length);
  const [value, former] = [total(week), total(before)];
  const isWhole = [week, before].every((days) => days.length === length && days.every(({ value }) => value !== null));
  const obstacle = !isWhole
    ? 'missing'
    : breaksBetween(metric.breaks, { since: before[0]?.date ?? last.date, until: last.date }).length > 0
      ? 'break'
      : former === 0
        ? 'zero'
        : null;
  return {
    covers,
    until: last.date,
    value,
    days: week.filter((day) => day.value !== null).length,
    provisional: [...week, ...before].some((day) => day.value !== null && !day.settled),
    ratio: obstacle === null ? (value - former) / former : null,
    obstacle,
  };
}

/** The breaks on days of a series. */
export function breaksWithin({ metric, points }: Series): SeriesBreak[] {
  const [since = '', until = ''] = [points[0]?.date, points.at(-1)?.date];
  return (metric.breaks ?? []).filter((each) => each.from <= until && (each.until ?? each.from) >= since);
}

function endingAt(points: readonly Point[], last: number, length: number): readonly Point[] {
  return points.slice(Math.max(0, last - length + 1), Math.max(0, last + 1));
}

function total(days: readonly Point[]): number {
  return days.reduce((sum, { value }) => sum + (value ?? 0), 0);
}
