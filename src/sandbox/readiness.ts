import type { SandboxAccount } from './account.js';
import type { SandboxDay } from './days.js';
import { type Breakdown, shareOf, trueSplit, trueValue } from './values.js';
import type { World } from './world.js';

const HOUR_MS = 3_600_000;

/** Whether a day has any data by now, given the account's faults. */
export function hasData(day: SandboxDay, account: SandboxAccount, world: World): boolean {
  const { fault } = account;
  const now = world.now();
  if (shownShare(account, null, day, now) === 0) return false;
  if (fault?.kind === 'late' && now < day.end + fault.hours * HOUR_MS) return !world.meets(account, 'late');
  if (fault?.kind === 'gap' && fault.date === day.date) return !world.meets(account, 'gap');
  return true;
}

/**
 * What share of a metric's final value for a day the platform shows at an instant (ms): 1 is all of it, 0 is no value. Without a
 * metric: the share for the day as a whole.
 */
export function shownShare(account: SandboxAccount, metric: string | null, day: SandboxDay, now: number): number {
  if (account.silences?.some(([since, until]) => since <= now && now < until)) return 0;
  const course = account.courses?.find(
    ({ metrics, dates }) =>
      (metrics === undefined || (metric !== null && metrics.includes(metric))) && (dates?.includes(day.date) ?? true),
  );
  if (course === undefined) return 1;
  return course.steps.findLast(({ fromHours }) => now >= day.end + fromHours * HOUR_MS)?.share ?? 0;
}

/** The shown share of `trueValue`; undefined if nothing is shown. */
export function shownValue(account: SandboxAccount, metric: string, day: SandboxDay, now: number): number | undefined {
  const share = shownShare(account, metric, day, now);
  const value = trueValue(account.accountId, metric, day.date);
  return share === 0 || value === undefined ? undefined : shareOf(value, share);
}

/** `trueSplit` of the value that is shown. */
export function shownSplit(
  account: SandboxAccount,
  metric: string,
  day: SandboxDay,
  breakdown: Breakdown,
  now: number,
): Readonly<Record<string, number>> {
  const share = shownShare(account, metric, day, now);
  return share === 0 ? {} : trueSplit(account.accountId, metric, day.date, breakdown, share);
}
