import type { Collected, DayResult } from '../../src/platforms/contract.js';

/** The days' results, with the closing figures beside the values of the last one. */
export function withClosing({ days, closing }: Collected): DayResult[] {
  return days.map((day, index) =>
    index === days.length - 1 && 'values' in day ? { ...day, values: [...day.values, ...closing] } : day,
  );
}
