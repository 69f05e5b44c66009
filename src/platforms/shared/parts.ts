import { Interrupted, PlatformError, RunLimit } from '../../errors.js';
import {
  type Day,
  type DayResult,
  dayResult,
  type MetricInfo,
  type MetricValue,
  type NonEmpty,
  type PlatformContext,
  type Split,
} from '../contract.js';
import { metricNumber } from './number.js';

export type Warn = PlatformContext['warn'];

/** The result of one of several requests: its values, and what was wrong with the rest. */
export interface Part {
  readonly values: readonly MetricValue[];
  readonly error: PlatformError | null;
}

/** Turns a `PlatformError` into a part with the values already known. Interruptions and defects are still thrown. */
export async function attempt(request: () => Promise<Part>, known: readonly MetricValue[] = []): Promise<Part> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof PlatformError) return { values: known, error };
    throw error;
  }
}

/** A day from its parts. If one part failed, the day keeps the other values and stays open for the next run. */
export function dayFrom(date: string, parts: readonly Part[]): DayResult {
  const { values, error } = joined(parts);
  return error ? { date, kind: 'failed', error, values } : dayResult(date, values);
}

/** Several parts as one. */
export function joined(parts: readonly Part[]): Part {
  return {
    values: parts.flatMap((part) => part.values),
    error: parts.find((part) => part.error !== null)?.error ?? null,
  };
}

export function lastOf<T>([first, ...others]: NonEmpty<T>): T {
  return others.at(-1) ?? first;
}

/** Collects days in parallel and leaves out those that an interruption cut short, so that the finished ones are kept. */
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

/**
 * Asks for values that a day is complete without: a failure is only a warning. The day stays open for the next run only if a
 * limit of this run was reached.
 */
export async function askOptional(what: string, warn: Warn, request: () => Promise<Part>): Promise<Part> {
  const part = await attempt(request);
  return { ...part, error: leftOpen(part.error, what, warn) };
}

/** Asks for closing figures if they are wanted. A failure does not affect the days; the next run asks again. */
export async function askClosing(
  what: string,
  { wantsClosing, warn }: Pick<PlatformContext, 'wantsClosing' | 'warn'>,
  request: () => Promise<Part>,
): Promise<readonly MetricValue[]> {
  if (!wantsClosing) return [];
  try {
    return (await askOptional(what, warn, request)).values;
  } catch (error) {
    if (error instanceof Interrupted) return [];
    throw error;
  }
}

/** Turns the failure of something optional into a warning, unless a limit of the run was reached. Returns the error that remains. */
export function leftOpen(error: PlatformError | null, what: string, warn: Warn): PlatformError | null {
  if (error === null || error instanceof RunLimit) return error;
  warn(`${what} could not be fetched: ${error.message}`, what);
  return null;
}

/**
 * Figures of several days, without those zeros that the last of these days does not confirm with a zero under `daily`: an API
 * that is not ready yet also answers 0.
 */
export function believable(figures: Part, values: readonly MetricValue[], daily: string): Part {
  const isZero = values.some(({ metric, value }) => metric === daily && value === 0);
  return { ...figures, values: figures.values.filter(({ value }) => value !== 0 || isZero) };
}

/** Metrics that a day is complete without, and where to report unreadable ones. */
export interface Optional {
  readonly metrics: readonly string[];
  readonly warn: Warn;
}

/**
 * The named metrics among the fields of an answer. An absent field has no value. An unreadable one does not affect the others,
 * and leaves the day open unless it is optional.
 */
export function readValues(
  fields: Readonly<Record<string, unknown>>,
  metrics: readonly string[],
  optional?: Optional,
): Part {
  const values: MetricValue[] = [];
  const unreadable: string[] = [];
  let error: PlatformError | null = null;
  for (const metric of metrics) {
    const field = fields[metric];
    if (field === undefined || field === null) continue;
    const parsed = metricNumber.safeParse(field);
    if (parsed.success) {
      values.push({ metric, value: parsed.data });
    } else {
      const what = `${metric} is not a readable number`;
      if (optional?.metrics.includes(metric)) unreadable.push(what);
      else error ??= new PlatformError('unexpected_response', what);
    }
  }
  // No warning for a day that stays open: the next run asks for it again.
  if (error === null) for (const what of unreadable) optional?.warn(`${what}; days are collected without it`);
  return { values, error };
}

/** Each value with its split, where there is one. */
export function withSplits(
  values: readonly MetricValue[],
  kind: 'postTypes' | 'followTypes' | 'reactions',
  splits: ReadonlyMap<string, Split>,
): MetricValue[] {
  return values.map((value) => {
    const split = splits.get(value.metric);
    return split && Object.keys(split).length > 0 ? { ...value, [kind]: split } : value;
  });
}

/** Each value, followed by copies under its retired names. */
export function withAliases(values: readonly MetricValue[], metrics: readonly MetricInfo[]): MetricValue[] {
  return values.flatMap((value) => {
    const aliases = metrics.filter(({ aliasOf }) => aliasOf === value.metric);
    return [value, ...aliases.map(({ name }) => ({ ...value, metric: name }))];
  });
}

/** Tiers of metrics to try: first all that are wanted, then fewer and fewer, as groups are given up in order. */
export function tiersOf(wanted: readonly string[], givenUpFirst: readonly (readonly string[])[]): string[][] {
  const tiers = [[...wanted]];
  for (const group of givenUpFirst) {
    const larger = tiers.at(-1) ?? [];
    const smaller = larger.filter((metric) => !group.includes(metric));
    if (smaller.length > 0 && smaller.length < larger.length) tiers.push(smaller);
  }
  return tiers;
}
