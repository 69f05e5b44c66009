import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { type Day, type DayResult, dayResult } from '../contract.js';
import { readValues } from '../shared/parts.js';
import { list, whatIsWrong } from '../shared/shape.js';
import { DAILY } from './metrics.js';

/** Without a `split_field`, `all` is the only group. */
const answer = z.object({ all: z.object({ daily_metrics: list(z.looseObject({ date: z.string() }), 1_000) }) });
/** `AnalyticsDailyMetrics` and `DataStatus` in Pinterest's description of its API. */
const dailyMetrics = z.object({
  data_status: z.string().optional(),
  metrics: z.record(z.string(), z.unknown()).nullish(),
});

/** A result for each day, in the order given. Throws `PlatformError`. */
export function resultsFrom(json: unknown, days: readonly Day[]): DayResult[] {
  const parsed = answer.safeParse(json);
  if (!parsed.success) throw unexpected(whatIsWrong(parsed.error));
  const found = new Map(parsed.data.all.daily_metrics.map((element) => [element.date, element]));
  return days.map(({ date }) => {
    const element = found.get(date);
    // Pinterest says nothing about the day, not even whether there will be data.
    return element === undefined ? dayResult(date, []) : resultOf(date, element);
  });
}

function resultOf(date: string, element: unknown): DayResult {
  const parsed = dailyMetrics.safeParse(element);
  if (!parsed.success) {
    return { date, kind: 'failed', error: unexpected(`${date}: ${whatIsWrong(parsed.error)}`), values: [] };
  }
  const { data_status: status, metrics } = parsed.data;
  // Before the account or the metrics existed, or further back than Pinterest keeps them.
  if (status?.startsWith('BEFORE_')) return dayResult(date, [], true);
  const { values, error } = readValues(metrics ?? {}, API_NAMES);
  const named = values.map((value) => ({ ...value, metric: NAMES.get(value.metric) ?? value.metric }));
  if (error !== null) return { date, kind: 'failed', error, values: named };
  return dayResult(date, named, status === undefined ? undefined : status === 'READY');
}

const NAMES = new Map(DAILY.map(({ name, apiName }) => [apiName, name]));
const API_NAMES = [...NAMES.keys()];

function unexpected(what: string): PlatformError {
  return new PlatformError('unexpected_response', `user_account/analytics: ${what}`);
}
