import type { Insight } from '../meta/insights.js';
import type { MetricValue, PostTypes } from '../platform.js';
import { CONTENT_TYPES, FOLLOW_TYPES, METRICS } from './metrics.js';

/** The day's totals; an insight without a value is no value. `impressions` is written beside `views`, which succeeded it. */
export function totalsFrom(insights: readonly Insight[]): MetricValue[] {
  return insights.flatMap((insight): MetricValue[] => {
    const value = totalOf(insight);
    if (value === undefined) return [];
    if (insight.name !== 'views') return [{ metric: insight.name, value }];
    return [
      { metric: 'views', value },
      { metric: 'impressions', value, apiMetric: 'views' },
    ];
  });
}

/** Each metric's split by content type. */
export function splitsFrom(insights: readonly Insight[]): Map<string, PostTypes> {
  return new Map(insights.map((insight) => [insight.name, postTypes(insight)]));
}

/** New and lost followers. */
export function followsFrom(insights: readonly Insight[]): MetricValue[] {
  return insights.flatMap(resultsOf).flatMap(({ type, value }) => {
    const metric = FOLLOW_TYPES.get(type);
    return metric === undefined ? [] : [{ metric, value, apiMetric: 'follows_and_unfollows' }];
  });
}

/** A window of one day may come as a total or as a series of one. */
function totalOf({ total_value: total, values }: Insight): number | undefined {
  return total?.value ?? (values?.length === 1 ? values[0]?.value : undefined) ?? undefined;
}

/**
 * Several of the API's types may be one of ours (`POST`, `CAROUSEL_CONTAINER`): counts of events are added up. Accounts may
 * be in both, so each of theirs keeps its own name rather than become a number that the API never gave.
 */
function postTypes(insight: Insight): PostTypes {
  const unique = METRICS.some(({ name, unit }) => name === insight.name && unit === 'accounts');
  const split = new Map<string, number>();
  for (const { type, value } of resultsOf(insight)) {
    // A type that had no part in it is left out, so that the only one that had can be told.
    if (value === 0) continue;
    const known = CONTENT_TYPES.get(type) ?? type.toLowerCase();
    const name = unique && split.has(known) ? type.toLowerCase() : known;
    split.set(name, (split.get(name) ?? 0) + value);
  }
  return Object.fromEntries(split);
}

function resultsOf({ total_value: total }: Insight): { type: string; value: number }[] {
  return (total?.breakdowns ?? []).flatMap(({ results = [] }) =>
    results.flatMap(({ dimension_values: [type], value }) =>
      type === undefined || value === undefined || value === null ? [] : [{ type, value }],
    ),
  );
}
