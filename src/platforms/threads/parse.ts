import type { Day, MetricValue } from '../contract.js';
import type { Insight } from '../meta/insights.js';

const HALF_DAY_MS = 43_200_000;

/** A day's values in the series of several days. The API leaves out days without activity. */
export function seriesOn(insights: readonly Insight[], day: Day): MetricValue[] {
  return insights.flatMap(({ name: metric, values = [] }) =>
    values.flatMap(({ value, end_time: label }) =>
      typeof value === 'number' && label !== undefined && isOf(day, label) ? [{ metric, value }] : [],
    ),
  );
}

/** Totals, each a number or the sum over the links. An insight in neither form has no value. */
export function totalsFrom(insights: readonly Insight[]): MetricValue[] {
  return insights.flatMap(({ name: metric, total_value: total, link_total_values: links }) => {
    const value = total?.value ?? sumOf(links?.map((link) => link.value));
    return value === undefined ? [] : [{ metric, value }];
  });
}

/** A label is the end of its day, 07:00Z or 08:00Z of the next one. Half a day earlier is within the day in both cases. */
function isOf(day: Day, label: string): boolean {
  const noon = new Date(new Date(label).getTime() - HALF_DAY_MS);
  return day.start <= noon && noon < day.end;
}

/** Undefined if there is nothing to add up, or if a part is unknown. */
function sumOf(parts: readonly (number | null | undefined)[] = []): number | undefined {
  let sum: number | undefined;
  for (const part of parts) {
    if (typeof part !== 'number') return undefined;
    sum = (sum ?? 0) + part;
  }
  return sum;
}
