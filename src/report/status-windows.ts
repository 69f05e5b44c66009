import { lastSettledDate, windowRange } from '../collector/window.js';
import type { Platform } from '../platforms/contract.js';
import type { StatusWindow, StatusWindows } from '../store/account-states.js';

/** The last `days` ended days of each platform, and the last of them that is past the settling time. */
export function statusWindows(
  platforms: ReadonlyMap<string, Pick<Platform, 'day'>>,
  days: number,
  now: Date,
): StatusWindows {
  return Object.fromEntries([...platforms].map(([name, { day }]) => [name, windowOf(day, days, now)]));
}

function windowOf(day: Platform['day'], days: number, now: Date): StatusWindow {
  const range = windowRange({ kind: 'lookback', days }, day.timeZone, now);
  return { ...range, settledTo: lastSettledDate(range.until, day, now) };
}
