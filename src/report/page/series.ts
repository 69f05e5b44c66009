import { datesBetween } from '../../collector/day.js';
import type { MetricInfo, Platform } from '../../platforms/contract.js';
import type { DateRange } from '../../store/accounts.js';
import type { StoredValue, ValuesAccount } from '../../store/values.js';

/** How many metrics are shown of an account whose platform names no main ones. */
const MOST_METRICS = 4;

/** A metric of an account over the report's days. */
export interface Series {
  readonly metric: MainMetric;
  /** One for each day, ascending. */
  readonly points: readonly Point[];
}

export interface Point {
  readonly date: string;
  /** Null, never zero, if there is none. */
  readonly value: number | null;
  readonly settled: boolean;
}

export interface AccountSeries {
  readonly account: ValuesAccount;
  /** The main metrics that have values. */
  readonly series: readonly Series[];
}

export type MainMetric = MetricInfo & { readonly main: string };

/** The metrics of a platform that the report shows. */
export function mainMetrics(metrics: readonly MetricInfo[]): MainMetric[] {
  const main = metrics.filter((metric): metric is MainMetric => metric.main !== undefined);
  if (main.length > 0) return main;
  const own = metrics.filter(({ aliasOf }) => aliasOf === undefined);
  const ofTheDay = own.filter(({ period = 'day' }) => period === 'day');
  return (ofTheDay.length > 0 ? ofTheDay : own)
    .slice(0, MOST_METRICS)
    .map((metric) => ({ ...metric, main: metric.name }));
}

export interface SeriesCollector {
  /** Takes the next value; they must be ordered by account. */
  add(value: StoredValue): void;
  /** The series of the first `most` accounts with values. */
  readonly accounts: readonly AccountSeries[];
  /** How many accounts had values. */
  readonly seen: number;
}

/** Collects the series of some accounts from the values of many. */
export function collectSeries(
  platforms: ReadonlyMap<string, Pick<Platform, 'metrics'>>,
  windows: Readonly<Record<string, DateRange>>,
  most: number,
): SeriesCollector {
  const shown = new Map([...platforms].map(([name, { metrics }]) => [name, mainMetrics(metrics)]));
  const accounts: { account: ValuesAccount; series: { metric: MainMetric; points: Point[] }[] }[] = [];
  let [seen, last] = [0, null as number | null];

  function begin(account: ValuesAccount): void {
    const metrics = shown.get(account.platform) ?? [];
    accounts.push({ account, series: metrics.map((metric) => ({ metric, points: [] })) });
  }

  return {
    add({ account, metric, date, value, settled }) {
      if (account.id !== last) {
        seen++;
        last = account.id;
        if (accounts.length < most) begin(account);
      }
      const current = accounts.at(-1);
      if (current?.account.id !== account.id) return;
      current.series.find((each) => each.metric.name === metric)?.points.push({ date, value, settled });
    },
    get accounts() {
      return accounts.map(({ account, series }) => ({
        account,
        series: series
          .filter(({ points }) => points.length > 0)
          .map(({ metric, points }) => ({ metric, points: onEachDay(points, windows[account.platform]) })),
      }));
    },
    get seen() {
      return seen;
    },
  };
}

function onEachDay(points: readonly Point[], window: DateRange | undefined): Point[] {
  const byDate = new Map(points.map((point) => [point.date, point]));
  const { since, until } = window ?? { since: points[0]?.date ?? '', until: points.at(-1)?.date ?? '' };
  return datesBetween(since, until).map((date) => byDate.get(date) ?? { date, value: null, settled: false });
}
