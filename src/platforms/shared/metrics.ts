import type { MetricInfo } from '../contract.js';

/** A row of a platform's table of metrics, with how the API is asked for it. `Request` names the platform's kinds of requests. */
export interface AskedMetric<Request extends string> extends MetricInfo {
  /** The request that returns it; absent for a retired name, which repeats another metric's value. */
  readonly asked?: Request;
  /** A day is complete without it. */
  readonly optional?: true;
  /** When the API refuses a request without naming a metric, metrics are left out in this order. */
  readonly givenUp?: 1 | 2 | 3;
  /** The splits that the API offers for it. */
  readonly splits?: readonly ('postTypes' | 'followTypes')[];
}

/** The names that the API is asked for, each once. */
export function apiNames(metrics: readonly MetricInfo[]): string[] {
  return [...new Set(metrics.map(({ name, apiName = name }) => apiName))];
}

/** The groups of metrics to give up, in that order. */
export function givenUpFirst(metrics: readonly AskedMetric<string>[]): string[][] {
  const turns = [1, 2, 3].map((turn) => apiNames(metrics.filter(({ givenUp }) => givenUp === turn)));
  return turns.filter((group) => group.length > 0);
}

/** Figures of several days, which cannot be computed from single days: the API's period and the stored name. */
export function ofSeveralDays(metrics: readonly MetricInfo[]): { period: 'week' | 'days_28'; metric: string }[] {
  return metrics.flatMap(({ name: metric, period }) =>
    period === 'week' || period === 'days_28' ? [{ period, metric }] : [],
  );
}
