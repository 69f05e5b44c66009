import type { Anomaly } from '../collector/anomalies.js';
import { DEFAULT_LOOKBACK_DAYS, OPEN_DAYS } from '../collector/window.js';
import type { Platform } from '../platforms/contract.js';
import type { ForeignRows, RecordCounts, Succession } from '../store/accounts.js';
import type { LostDays, Tally, WithoutPermission } from './tally.js';

export function successionWarning({ userId, platform, accountId, formerAccountId, reason }: Succession): string {
  const why = reason === null ? 'is no longer connected' : `has failed for ${DEFAULT_LOOKBACK_DAYS} days (${reason})`;
  return `user ${userId}: ${platform} account ${accountId} takes the place of ${formerAccountId} in analytics_snapshots: the former account ${why}; to choose another, run analytics-collect connections primary CONNECTION_ID`;
}

export function unknownUsersWarning(accounts: number): string {
  return `accounts not collected because their user is missing from the application's table of users: ${accounts}; remove their connections`;
}

/** What only the end of a run can tell. */
export function closingWarnings(
  tally: Pick<Tally, 'withoutPermission' | 'lostDays'>,
  { foreign }: Pick<RecordCounts, 'foreign'>,
  platforms: ReadonlyMap<string, Platform>,
): string[] {
  return [
    ...(foreign.rows > 0 ? [foreignWarning(foreign)] : []),
    ...tally.withoutPermission().map(permissionWarning),
    ...tally.lostDays().map((lost) => lostWarning(lost, platforms.get(lost.platform)?.day.reachDays ?? 0)),
  ];
}

function foreignWarning({ rows, since, until }: ForeignRows): string {
  const days = since === until ? `${since}` : `${since} to ${until}`;
  return `values not written because a row of another writer stands in their place in analytics_snapshots: ${rows} (${days}); collect those days with --adopt to overwrite such rows`;
}

function permissionWarning({ platform, accounts, message }: WithoutPermission): string {
  const who =
    accounts === 1 ? 'an account lacks a permission and is' : `${accounts} accounts lack a permission and are`;
  return `${platform}: ${who} skipped until it is granted (${message}); analytics-collect status lists what to grant`;
}

function lostWarning({ platform, accounts, days }: LostDays, reachDays: number): string {
  const of = accounts === 1 ? 'an account' : `${accounts} accounts`;
  return `${platform}: days of ${of} that can no longer be collected: ${days}; it answers for the last ${reachDays} days only`;
}

/** `days`: of all accounts together. */
export function outOfReachWarning({ name, day }: Pick<Platform, 'name' | 'day'>, days: number): string {
  const are = days === 1 ? '1 day is' : `${days} days are`;
  return `${name}: ${are} out of reach; the API goes back ${day.reachDays} days`;
}

export function anomalyWarning({ platform, date, fallen, accounts }: Anomaly): string {
  return `${platform}: ${fallen} of ${accounts} accounts show zeros or nothing for ${date}, which is not believed; the day stays provisional and is asked for again, for up to ${OPEN_DAYS} days`;
}
