import type { Day, MetricValue } from '../contract.js';
import type { Insight } from '../meta/insights.js';
import { type Warn, withAliases } from '../shared/parts.js';
import { METRICS, REACH_PERIODS, REACTIONS, UNIQUE_VIEWERS } from './metrics.js';

/** A total has no date: it covers the requested days. If that is one day, the total is that day's; if several, it is no day's. */
export function withDates(insights: readonly Insight[], window: readonly Day[], warn: Warn): Insight[] {
  return insights.map((insight) => {
    const { name, total_value: total, values = [] } = insight;
    const lost = values.filter(({ value, end_time: end }) => typeof value === 'number' && end === undefined);
    if (lost.length > 0) warn(`facebook: ${name} has values without a date; they are ignored`);
    if (values.length > 0 || typeof total?.value !== 'number') return insight;
    const [day] = window;
    if (day !== undefined && window.length === 1) {
      return { ...insight, values: [{ value: total.value, end_time: day.end.toISOString() }] };
    }
    warn(`facebook: ${name} was returned as one total for ${window.length} days; it is ignored`);
    return insight;
  });
}

/** The values of a day, including those under retired names. */
export function valuesOf(insights: readonly Insight[], day: Day): MetricValue[] {
  const values = insights.flatMap((insight) =>
    onDay(insight, 'day', day).flatMap((value): MetricValue[] => {
      if (typeof value === 'number') return [{ metric: insight.name, value }];
      return insight.name === REACTIONS ? reactionsFrom(value) : [];
    }),
  );
  return withAliases(values, METRICS);
}

/** Unique viewers of the 7 and 28 days that end with a day. */
export function reachOf(insights: readonly Insight[], day: Day): MetricValue[] {
  return REACH_PERIODS.flatMap(({ period, metric }) => {
    const ofPeriod = insights.filter((insight) => insight.name === UNIQUE_VIEWERS && insight.period === period);
    const value = ofPeriod.flatMap((insight) => onDay(insight, period, day)).find((one) => typeof one === 'number');
    return value === undefined ? [] : [{ metric, value }];
  });
}

type Value = NonNullable<NonNullable<Insight['values']>[number]['value']>;

/** A value belongs to the day that its `end_time` ends: the first instant after it, 07:00Z in summer, 08:00Z in winter. */
function onDay({ period: given, values = [] }: Insight, period: string, day: Day): Value[] {
  if (given !== undefined && given !== period) return [];
  return values.flatMap(({ value, end_time: end }) => {
    if (value === undefined || value === null || end === undefined) return [];
    const instant = new Date(end);
    return day.start < instant && instant <= day.end ? [value] : [];
  });
}

/** Kinds with a count of 0 are left out of the split. Without any count there is no value. */
function reactionsFrom(kinds: Exclude<Value, number>): MetricValue[] {
  const counts = Object.entries(kinds).flatMap(([kind, count]) => (typeof count === 'number' ? [{ kind, count }] : []));
  if (counts.length === 0) return [];
  const reactions = Object.fromEntries(
    counts.filter(({ count }) => count !== 0).map(({ kind, count }) => [kind, count]),
  );
  return [{ metric: REACTIONS, value: counts.reduce((sum, { count }) => sum + count, 0), reactions }];
}
