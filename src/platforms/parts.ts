import { Interrupted, PlatformError } from '../errors.js';
import { metricNumber } from './number.js';
import type { Day, DayResult, MetricValue, PostTypes } from './platform.js';

/** What one of several requests gave: values, and what was wrong with the rest. */
export interface Part {
  readonly values: readonly MetricValue[];
  readonly error: PlatformError | null;
}

/** Turns a refusal into a part that holds the values known before. An interruption and a defect go on being thrown. */
export async function attempt(request: () => Promise<Part>, known: readonly MetricValue[] = []): Promise<Part> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof PlatformError) return { values: known, error };
    throw error;
  }
}

/** A day from its parts: one part missing leaves the day open to the next run, with what there is. */
export function dayFrom(date: string, parts: readonly Part[]): DayResult {
  const values = parts.flatMap((part) => part.values);
  const error = parts.find((part) => part.error !== null)?.error;
  return error ? { date, kind: 'failed', error, values } : { date, kind: 'collected', values };
}

/** Collects days side by side and leaves out those that an interruption cut short, so that the finished ones are kept. */
export async function eachDay(
  days: readonly Day[],
  collectDay: (day: Day) => Promise<DayResult>,
): Promise<DayResult[]> {
  const settled = await Promise.allSettled(days.map(collectDay));
  return settled.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    if (result.reason instanceof Interrupted) return [];
    throw result.reason;
  });
}

/** The named metrics among the fields of an answer: an absent one is no value, an unreadable one costs only itself. */
export function readValues(fields: Readonly<Record<string, unknown>>, metrics: readonly string[]): Part {
  const values: MetricValue[] = [];
  let error: PlatformError | null = null;
  for (const metric of metrics) {
    const parsed = metricNumber.nullish().safeParse(fields[metric]);
    if (!parsed.success) error ??= new PlatformError('unexpected_response', `${metric} is not a readable number`);
    else if (parsed.data !== undefined && parsed.data !== null) values.push({ metric, value: parsed.data });
  }
  return { values, error };
}

/** Each value with its split by content type, where there is one. */
export function withSplits(values: readonly MetricValue[], splits: ReadonlyMap<string, PostTypes>): MetricValue[] {
  return values.map((value) => {
    const split = splits.get(value.apiMetric ?? value.metric);
    return split && Object.keys(split).length > 0 ? { ...value, postTypes: split } : value;
  });
}
