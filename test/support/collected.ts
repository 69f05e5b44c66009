import { valuesOf } from '../../src/collector/snapshots.js';
import { type Collected, type DayResult, dayResult } from '../../src/platforms/contract.js';

/** The days' results, with the closing figures beside the values of the last one. */
export function withClosing({ days, closing }: Collected): DayResult[] {
  return days.map((day, index) => {
    if (index < days.length - 1) return day;
    if (day.kind === 'failed') return { ...day, values: [...day.values, ...closing] };
    return day.kind === 'skipped' ? day : dayResult(day.date, [...valuesOf(day), ...closing]);
  });
}
