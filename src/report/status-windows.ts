import { addDays, dayOf } from '../collector/day.js';
import { hasSettled, windowRange } from '../collector/window.js';
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

function windowOf({ timeZone, settlesAfterHours }: Platform['day'], days: number, now: Date): StatusWindow {
  const range = windowRange({ kind: 'lookback', days }, timeZone, now);
  let settledTo = range.until;
  while (!hasSettled(dayOf(settledTo, timeZone), settlesAfterHours, now)) settledTo = addDays(settledTo, -1);
  return { ...range, settledTo };
}
