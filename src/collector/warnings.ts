import type { ForeignRows, PrimaryChange } from '../store/accounts.js';
import { DEFAULT_LOOKBACK_DAYS } from './plan.js';
import type { WithoutPermission } from './tally.js';

/** What a run says of its accounts as a whole. */

export function successionWarning({ userId, platform, accountId, formerAccountId, reason }: PrimaryChange): string {
  const why = reason === null ? 'is no longer connected' : `has failed for ${DEFAULT_LOOKBACK_DAYS} days (${reason})`;
  return `user ${userId}: ${platform} account ${accountId} takes the place of ${formerAccountId} in analytics_snapshots, which ${why}; to choose another, run analytics-collect connections primary`;
}

export function unknownUsersWarning(accounts: number): string {
  return `accounts of users who do not exist in the application's table of users are not collected: ${accounts}; remove their connections`;
}

export function foreignWarning({ rows, since, until }: ForeignRows): string {
  const days = since === until ? `${since}` : `${since} to ${until}`;
  return `values not written because a row of another writer stands in their place in analytics_snapshots: ${rows} (${days}); collect those days with --adopt to overwrite such rows`;
}

export function permissionWarning({ platform, accounts, message }: WithoutPermission): string {
  const who =
    accounts === 1 ? 'an account lacks a permission and is' : `${accounts} accounts lack a permission and are`;
  return `${platform}: ${who} skipped until it is granted (${message}); analytics-collect status lists what to grant`;
}
