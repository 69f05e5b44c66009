import type { Anomaly } from '../collector/anomalies.js';
import { DEFAULT_LOOKBACK_DAYS, OPEN_DAYS } from '../collector/window.js';
import type { Platform } from '../platforms/contract.js';
import type { ForeignRows, RecordCounts, Succession } from '../store/accounts.js';
import { count, formatNumber } from '../text.js';
import type { LostDays, NotReachedDays, Tally, WithoutPermission } from './tally.js';

export function successionWarning({ userId, platform, accountId, formerAccountId, reason }: Succession): string {
  const why = reason === null ? 'is no longer connected' : `has failed for ${DEFAULT_LOOKBACK_DAYS} days (${reason})`;
  return `user ${userId}: ${platform} account ${accountId} replaces ${formerAccountId} in analytics_snapshots, because the former account ${why}; to choose another, run analytics-collect connections primary CONNECTION_ID`;
}

export function unknownUsersWarning(accounts: number): string {
  const are = accounts === 1 ? '1 account is' : `${formatNumber(accounts)} accounts are`;
  return `${are} not collected because the user is missing from the application's users table; remove the connections`;
}

/** Warnings that need the counts of the whole run. `isKept`: whether another run can follow on the same database. */
export function closingWarnings(
  tally: Pick<Tally, 'withoutPermission' | 'lostDays' | 'notReachedDays'>,
  { foreign }: Pick<RecordCounts, 'foreign'>,
  platforms: ReadonlyMap<string, Platform>,
  isKept: boolean,
): string[] {
  return [
    ...(foreign.rows > 0 ? [foreignWarning(foreign)] : []),
    ...tally.notReachedDays().map((left) => notReachedWarning(left, isKept)),
    ...tally.withoutPermission().map(permissionWarning),
    ...tally.lostDays().map((lost) => lostWarning(lost, platforms.get(lost.platform)?.day.reachDays ?? 0)),
  ];
}

function foreignWarning({ rows, since, until }: ForeignRows): string {
  const days = since === until ? `${since}` : `${since} to ${until}`;
  const were = rows === 1 ? '1 value was' : `${formatNumber(rows)} values were`;
  return `${were} not written (${days}), because analytics_snapshots already has rows of another writer; collect those days with --adopt to overwrite them`;
}

function notReachedWarning({ why, accounts, days }: NotReachedDays, isKept: boolean): string {
  const left = `${why}: ${count(days, 'day')} of ${count(accounts, 'account')} ${days === 1 ? 'was' : 'were'} not reached`;
  return isKept ? `${left}; the next run that includes ${days === 1 ? 'it' : 'them'} begins with these accounts` : left;
}

function permissionWarning({ platform, accounts, message }: WithoutPermission): string {
  const who =
    accounts === 1 ? 'an account may not be read and is' : `${formatNumber(accounts)} accounts may not be read and are`;
  return `${platform}: ${who} skipped until that changes (${message}); analytics-collect status says what to do`;
}

function lostWarning({ platform, onlyClosing, accounts, days }: LostDays, reachDays: number): string {
  const what = days === 1 ? '1 day' : `${formatNumber(days)} days`;
  const whose = accounts === 1 ? 'an account' : `${formatNumber(accounts)} accounts`;
  const reach = onlyClosing
    ? 'no run got the closing figures at their end, and the API gives them as of now only'
    : `the API goes back ${formatNumber(reachDays)} days`;
  return `${platform}: ${what} of ${whose} can no longer be collected; ${reach}`;
}

/** `days`: summed over all accounts. */
export function outOfReachWarning({ name, day }: Pick<Platform, 'name' | 'day'>, days: number): string {
  const are = days === 1 ? '1 day is' : `${formatNumber(days)} days are`;
  return `${name}: ${are} out of reach; the API goes back ${formatNumber(day.reachDays)} days`;
}

export function anomalyWarning({ platform, date, fallen, accounts }: Anomaly): string {
  return `${platform}: ${formatNumber(fallen)} of ${formatNumber(accounts)} accounts have zeros or no data for ${date}, which is doubtful; the day stays provisional and is collected again for up to ${OPEN_DAYS} days`;
}
