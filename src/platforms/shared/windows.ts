import { DAY_MS } from '../../clock.js';
import type { Day, NonEmpty } from '../contract.js';

/** Days, ascending, in windows that span at most so many days from the first to the last. */
export function windowsOf(days: readonly Day[], longestDays: number): NonEmpty<Day>[] {
  const result: [Day, ...Day[]][] = [];
  for (const day of days) {
    const current = result.at(-1);
    const isWithin = current && day.end.getTime() - current[0].start.getTime() <= longestDays * DAY_MS;
    if (isWithin) current.push(day);
    else result.push([day]);
  }
  return result;
}
