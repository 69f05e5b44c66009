import { HOUR_MS } from '../clock.js';
import type { Platform } from '../platforms/contract.js';
import { dateAt, dayOf } from './day.js';
import { type CollectOptions, DEFAULTS } from './options.js';
import { isNothingDue, type PlannedAccount, planAccount } from './plan.js';
import { DEFAULT_LOOKBACK_DAYS } from './window.js';

/**
 * When something of an account may become due in a run with the default window: when its current day ends, or a provisional day
 * settles. Null if something is due at `now`.
 */
export function nextDue(account: PlannedAccount, platform: Pick<Platform, 'day' | 'metrics'>, now: Date): Date | null {
  if (!isNothingDue(planAccount(account, platform, DEFAULTS, now))) return null;
  const { timeZone, settlesAfterHours } = platform.day;
  const endOf = (date: string) => dayOf(date, timeZone).end.getTime();
  const settling = account.ledger
    .filter(({ state, doubt }) => state === 'provisional' && doubt === null)
    .map(({ date }) => endOf(date) + settlesAfterHours * HOUR_MS)
    .filter((instant) => instant > now.getTime());
  return new Date(Math.min(endOf(dateAt(now, timeZone)), ...settling));
}

/** Whether a run collects nothing of accounts that `nextDue` found to have nothing due. */
export function isOfDueAccounts({
  window,
  refresh,
  adopt,
}: Pick<CollectOptions, 'window' | 'refresh' | 'adopt'>): boolean {
  return window.kind === 'lookback' && window.days === DEFAULT_LOOKBACK_DAYS && !refresh && !adopt;
}
