import { addDays, lastEndedDate } from '../collector/day.js';
import type { Platform } from '../platforms/contract.js';
import type { Summary } from './summary.js';

/** How far back accounts that were collected for the first time can be collected, by platform. */
export function backfillOf(
  newAccounts: Readonly<Record<string, number>>,
  platforms: ReadonlyMap<string, Pick<Platform, 'day'>>,
  now: Date,
): Summary['backfill'] {
  const entries = Object.entries(newAccounts).flatMap(([name, accounts]) => {
    const day = platforms.get(name)?.day;
    // What has only figures as of now has none of the past.
    return day === undefined || day.reachDays === 1
      ? []
      : [[name, { accounts, since: addDays(lastEndedDate(now, day.timeZone), 1 - day.reachDays) }] as const];
  });
  return Object.fromEntries(entries);
}
