import { addDays, datesBetween, dayOf } from '../../src/collector/day.js';
import type { Account, Day, NonEmpty, Platform } from '../../src/platforms/contract.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { nonEmpty } from '../support/non-empty.js';

/** An account of the sandbox as a platform is given it. */
export function openedAccount(account: SandboxAccount): Account {
  const { accountId, accessToken, refreshToken = null } = account;
  return { accountId, accessToken, refreshToken, tokenExpiresAt: null };
}

/** All days up to this one that a platform answers for. */
export function daysWithinReach({ day: { reachDays, timeZone } }: Pick<Platform, 'day'>, last: string): NonEmpty<Day> {
  return nonEmpty(datesBetween(addDays(last, 1 - reachDays), last).map((date) => dayOf(date, timeZone)));
}
