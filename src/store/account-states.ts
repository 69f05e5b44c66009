import type { FailureReason } from '../errors.js';
import type { DateRange } from './accounts.js';

/** The days that `status` looks at, on one platform. */
export interface StatusWindow extends DateRange {
  /** The newest day that should have settled; later days without values are late, not missing. */
  readonly settledTo: string;
}

/** The windows of all collected platforms, by platform. */
export type StatusWindows = Readonly<Record<string, StatusWindow>>;

/**
 * The state of an account. `late`: the only missing days have not settled, and most accounts of the platform have one of
 * them; or they are doubted. `no_data`: the platform has no
 * values on any day of the window. `not_reached`: days are missing although nothing failed, because no run has asked for them.
 * `skipped`: a permission is missing, or it is a personal profile.
 */
export const ACCOUNT_STATES = ['complete', 'late', 'no_data', 'failing', 'not_reached', 'skipped'] as const;

export type AccountState = (typeof ACCOUNT_STATES)[number];

export interface StatusRows {
  readonly platforms: readonly PlatformStatusRow[];
  /** Active connections of services that are not collected, by service. */
  readonly ignored: Readonly<Record<string, number>>;
}

export interface PlatformStatusRow {
  readonly platform: string;
  /** Accounts that an active connection opens. */
  readonly accounts: number;
  /** Those of them with at least one day in the window that is `settled` or `provisional`. */
  readonly accountsWithData: number;
  /** The newest day that was collected for any account, or null. */
  readonly newestDay: string | null;
  /** (account, day) pairs of the window without an outcome, `pending` or `failed`. */
  readonly daysMissing: number;
  /** Days of its accounts that can no longer be collected. */
  readonly lostDays: number;
  /** Accounts that fail or lack a permission, by reason, the most frequent first. */
  readonly reasons: readonly FailingGroup[];
  /** Some of these accounts: for each reason, up to a hundred that have been failing longest. */
  readonly failing: readonly FailingAccount[];
  /** How many accounts are in each state; they add up to `accounts`. */
  readonly states: Readonly<Record<AccountState, number>>;
  /** The earliest day since which an account has no data or was not reached; null if there are none. */
  readonly since: Readonly<Record<'no_data' | 'not_reached', string | null>>;
  /** The window's days, but at least the last 14 ended ones and at most 60, ascending. */
  readonly days: readonly DayCounts[];
}

/** How many of the accounts that should have a day have it. Accounts that are skipped or without data are left out. */
export interface DayCounts {
  readonly date: string;
  readonly complete: number;
  readonly late: number;
  readonly missing: number;
}

/** The accounts of a platform that fail for one reason. */
export interface FailingGroup {
  readonly reason: FailureReason;
  readonly accounts: number;
  /** Since which UTC date the first of them fails, and the most consecutive runs in which one failed. */
  readonly since: string;
  readonly runs: number;
  /** How many of them have failed in how many consecutive runs, the fewest runs first. */
  readonly byRuns: readonly { readonly runs: number; readonly accounts: number }[];
}

/** An account that the last run failed to collect, or that lacks a permission. */
export interface FailingAccount {
  readonly connectionId: string;
  readonly userId: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly reason: FailureReason;
  readonly message: string | null;
  /** The UTC date of the first of the consecutive runs that failed. */
  readonly failingSince: string;
  /** The number of those runs. */
  readonly runs: number;
}

/** Which accounts are listed. */
export interface ListedAccounts {
  readonly windows: StatusWindows;
  /** Null: all. */
  readonly userId: string | null;
  readonly reason: FailureReason | null;
  /** Null: all. */
  readonly states: readonly AccountState[] | null;
}

/** An account and its state as of the last run. */
export interface ListedAccount {
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly connectionId: string | null;
  readonly state: AccountState;
  readonly reason: FailureReason | null;
  readonly message: string | null;
  /** Since when it fails or lacks a permission (UTC), has no data, or was not reached; null otherwise. */
  readonly since: string | null;
  /** The number of consecutive runs that failed. */
  readonly runs: number;
  /** The newest day collected. */
  readonly lastDay: string | null;
}
