import { expectKnownUser } from '../collector/connections.js';
import { type FailureReason, isFailureReason } from '../errors.js';
import type { Platform } from '../platforms/contract.js';
import type { AccountState, ListedAccount } from '../store/account-states.js';
import type { Store } from '../store/store.js';
import { bounded } from '../text.js';
import { FIXES, OTHER_FIXES } from './fixes.js';
import { statusWindows } from './status-windows.js';

/** What accounts can be selected by: the reason why they fail or lack a permission, or their state. */
export type ListedReason = FailureReason | AccountState;

/** Which accounts are listed; without a field, all. */
export interface AccountsFilter {
  readonly userId?: string;
  readonly platforms?: readonly string[];
  readonly reason?: ListedReason;
}

/** An account in `status --json` and `--csv` with `--user`, `--platform` or `--reason`. Field names are a published contract. */
export interface AccountStatus {
  user_id: string;
  platform: string;
  account_id: string | null;
  account_name: string | null;
  connection_id: string | null;
  state: AccountState;
  reason: FailureReason | null;
  message: string | null;
  /** Since when it fails or lacks a permission (UTC), or has no data: `YYYY-MM-DD`; null if it does not. */
  since: string | null;
  /** The number of consecutive runs that failed. */
  runs: number;
  /** The newest day collected. */
  last_day: string | null;
  fix: string | null;
}

interface Sources {
  readonly store: Store;
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'day'>>;
}

/**
 * The accounts that runs have seen, in pages, as the last run left them; `days` as for `readStatus`. Throws `CollectError` `usage` for
 * an unknown user, or what the store throws.
 */
export async function* readAccountStatuses(
  { store, platforms }: Sources,
  { userId, platforms: named, reason }: AccountsFilter,
  days: number,
  now: Date,
): AsyncGenerator<readonly AccountStatus[]> {
  await store.check();
  if (userId !== undefined) await expectKnownUser(store, userId);
  const chosen = new Map([...platforms].filter(([name]) => named === undefined || named.includes(name)));
  const isFailing = reason !== undefined && isFailureReason(reason);
  const pages = store.listAccounts({
    windows: statusWindows(chosen, days, now),
    userId: userId ?? null,
    reason: isFailing ? reason : null,
    states: reason === undefined || isFailing ? null : [reason],
  });
  for await (const accounts of pages) yield accounts.map(accountStatus);
}

function accountStatus(account: ListedAccount): AccountStatus {
  const { state, reason } = account;
  return {
    user_id: bounded(account.userId),
    platform: account.platform,
    account_id: account.accountId,
    account_name: account.accountName,
    connection_id: account.connectionId === null ? null : bounded(account.connectionId),
    state,
    reason,
    message: account.message,
    since: account.since,
    runs: account.runs,
    last_day: account.lastDay,
    fix: reason !== null ? FIXES[reason] : state === 'no_data' || state === 'not_reached' ? OTHER_FIXES[state] : null,
  };
}
