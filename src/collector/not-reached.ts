import { type PlatformError, RunLimit } from '../errors.js';
import { type DayResult, isNonEmpty, type NonEmpty } from '../platforms/contract.js';

/** The days of an account that a limit of the run left undone. They have no outcome. */
export interface NotReached {
  /** Ascending. */
  readonly dates: NonEmpty<string>;
  /** The limit. */
  readonly why: string;
}

/** The days that a platform returned without all of their values, because the run came to a limit; undefined if there are none. */
export function cutShort(results: readonly DayResult[]): NotReached | undefined {
  const errors = new Map<string, PlatformError>();
  for (const result of results) if (result.kind === 'failed') errors.set(result.date, result.error);
  const cut = [...errors].filter(([, error]) => error instanceof RunLimit).sort();
  const dates = cut.map(([date]) => date);
  return isNonEmpty(dates) ? { dates, why: cut[0]?.[1].message ?? '' } : undefined;
}

/** With the days that were to follow. */
export function withDates({ dates: [first, ...others], why }: NotReached, more: readonly string[]): NotReached {
  const [earliest = first, ...later] = [first, ...others, ...more].sort();
  return { dates: [earliest, ...later], why };
}
