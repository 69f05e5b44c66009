import type { SeriesBreak } from '../platforms/contract.js';
import type { DateRange } from '../store/accounts.js';

/** The breaks of a metric's series that lie between two of the days of a range: values on both sides must not be compared or added up. */
export function breaksBetween(breaks: readonly SeriesBreak[] = [], { since, until }: DateRange): SeriesBreak[] {
  return breaks.filter(({ from, until: last = from }) => since < last && from <= until);
}
