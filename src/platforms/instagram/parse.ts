import type { Day, MetricValue, Split } from '../contract.js';
import type { Insight } from '../meta/insights.js';
import type { Warn } from '../shared/parts.js';
import { type SplitPart, splitOf } from '../shared/split.js';
import { CONTENT_TYPES, FOLLOW_TYPES, METRICS } from './metrics.js';

/** The day's totals, each from a total or from a series; an insight without a value is left out. */
export function totalsFrom(insights: readonly Insight[], day: Day, warn: Warn): MetricValue[] {
  return insights.flatMap((insight) => {
    const value = insight.total_value?.value ?? valueOfDay(insight, day, warn);
    return value === undefined ? [] : [{ metric: insight.name, value }];
  });
}

/** Each metric's split by content type. */
export function postTypesFrom(insights: readonly Insight[]): Map<string, Split> {
  return splitsFrom(insights, CONTENT_TYPES);
}

/** Each metric's split by whether the viewer follows the account. */
export function followTypesFrom(insights: readonly Insight[]): Map<string, Split> {
  return splitsFrom(insights, FOLLOW_TYPES);
}

/**
 * New and lost followers: `FOLLOWER` and `NON_FOLLOWER` of `follows_and_unfollows`, as observed, not as documented. The API
 * leaves out zeros: if one of the two is present, the other is 0; if neither is, both are unknown.
 */
export function followsFrom(insights: readonly Insight[]): MetricValue[] {
  const results = insights.filter(({ name }) => name === 'follows_and_unfollows').flatMap(categoriesOf);
  const sides = [
    { metric: 'follows', found: results.find(({ type }) => type === 'FOLLOWER') },
    { metric: 'unfollows', found: results.find(({ type }) => type === 'NON_FOLLOWER') },
  ];
  const known = sides.some(({ found }) => found?.value !== undefined);
  return sides.flatMap(({ metric, found }) => {
    // A side that is listed without a value is not zero.
    const value = found === undefined && known ? 0 : found?.value;
    return value === undefined ? [] : [{ metric, value }];
  });
}

/** The value of a series for a day: the one labelled with it, or the only one. */
export function valueOfDay({ name, values = [] }: Insight, day: Day, warn: Warn): number | undefined {
  const labelled = values.find(({ end_time: label }) => label !== undefined && isIn(day, new Date(label)));
  if (labelled === undefined && values.length > 1) {
    warn(
      `instagram: none of the ${values.length} values of ${name} is labelled with the requested day; they are ignored`,
    );
  }
  const value = (labelled ?? (values.length === 1 ? values[0] : undefined))?.value;
  return typeof value === 'number' ? value : undefined;
}

/** Unlike Facebook, Instagram labels a day with its first instant. */
function isIn(day: Day, label: Date): boolean {
  return day.start <= label && label < day.end;
}

function splitsFrom(insights: readonly Insight[], names: ReadonlyMap<string, string>): Map<string, Split> {
  return new Map(insights.map((insight) => [insight.name, splitOf(resultsOf(insight), names, isUnique(insight.name))]));
}

function isUnique(metric: string): boolean {
  return METRICS.some(({ name, aggregate }) => name === metric && aggregate === 'none');
}

function resultsOf(insight: Insight): SplitPart[] {
  return categoriesOf(insight).flatMap(({ type, value }) => (value === undefined ? [] : [{ type, value }]));
}

function categoriesOf({ total_value: total }: Insight): { type: string; value: number | undefined }[] {
  return (total?.breakdowns ?? []).flatMap(({ results = [] }) =>
    results.flatMap(({ dimension_values: [type], value }) =>
      type === undefined ? [] : [{ type, value: value ?? undefined }],
    ),
  );
}
