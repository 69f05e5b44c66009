import type { MetricInfo } from '../contract.js';

/** A row of a platform's table of metrics, with how the API is asked for it. `Request` names the platform's kinds of requests. */
export interface AskedMetric<Request extends string> extends MetricInfo {
  /** The request that has it; absent for a retired name, which repeats another's value. */
  readonly asked?: Request;
  /** A day is complete without it. */
  readonly optional?: true;
  /** In which turn it is left out when the API refuses a request and does not say for which metric. */
  readonly givenUp?: 1 | 2 | 3;
  /** The splits that the API gives of it. */
  readonly splits?: readonly ('postTypes' | 'followTypes')[];
}

/** The names that the API is asked for, each once. */
export function apiNames(metrics: readonly MetricInfo[]): string[] {
  return [...new Set(metrics.map(({ name, apiName = name }) => apiName))];
}

/** The groups in which metrics are given up, the first one first. */
export function givenUpFirst(metrics: readonly AskedMetric<string>[]): string[][] {
  const turns = [1, 2, 3].map((turn) => apiNames(metrics.filter(({ givenUp }) => givenUp === turn)));
  return turns.filter((group) => group.length > 0);
}

/** Figures of several days, which cannot be had from those of each: the API's period and the name stored. */
export function ofSeveralDays(metrics: readonly MetricInfo[]): { period: 'week' | 'days_28'; metric: string }[] {
  return metrics.flatMap(({ name: metric, period }) =>
    period === 'week' || period === 'days_28' ? [{ period, metric }] : [],
  );
}
