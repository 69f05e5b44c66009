import { DAY_MS, MINUTE_MS } from '../clock.js';

/** By how much the start of a scheduled run may differ from day to day. */
const TOLERANCE_MS = 10 * MINUTE_MS;
/** On how many days in a row a run must have begun at about the same time. */
const DAYS = 3;

/**
 * When the next run begins, going by the last ones; null if none began at about the same time on each of the last three
 * days. `starts`: ISO 8601.
 */
export function nextRunAt(starts: readonly string[], now: Date): Date | null {
  const instants = starts.map((start) => Date.parse(start));
  const hasOneAt = (instant: number) => instants.some((start) => Math.abs(start - instant) <= TOLERANCE_MS);
  const isRegular = (start: number) =>
    Array.from({ length: DAYS - 1 }, (_, back) => start - (back + 1) * DAY_MS).every(hasOneAt);
  const next = instants
    .filter((start) => start + DAY_MS > now.getTime() && start <= now.getTime() && isRegular(start))
    .map((start) => start + DAY_MS);
  return next.length === 0 ? null : new Date(Math.min(...next));
}
