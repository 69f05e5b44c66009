import type { FailureReason } from '../errors.js';
import type { DayCounts } from '../store/account-states.js';
import type { RunRow } from '../store/store.js';

/** What `status` shows and `status --json` prints. */
export interface StatusReport {
  store: string;
  /** The newest run of any kind. */
  last_run: ReportedRun | null;
  /** The newest run over everything due of all users, or of a shard of them: of all platforms, and not of named days. */
  last_full_run: ReportedRun | null;
  /** When the next run is expected (ISO 8601, UTC), from the times at which full runs began on the last days; null if these differ. */
  next_run_at: string | null;
  /** When all users were last covered by full runs that completed, fully or partially. */
  last_success: { started_at: string; age_hours: number } | null;
  platforms: PlatformStatus[];
  /** What to do, by platform and reason, for the most accounts first. */
  actions: Action[];
  /** Active connections of services that are not collected, by service. */
  ignored: Record<string, number>;
  /** Tokens that have ended or end within 15 days, or whose access to data does, and that only their user can renew: the soonest hundred. */
  expiring_tokens: ExpiringToken[];
  /** How many more tokens with an early date there may be. */
  expiring_tokens_omitted: number;
  /** API versions in use that have ended or end soon. */
  warnings: string[];
  /** What ends soon, the soonest first. */
  coming: Coming[];
}

/** A run and its progress. */
export interface ReportedRun {
  run_id: string;
  /** `all`, `user:ID` or `shard:I/N`. */
  scope: string;
  trigger: string;
  status: RunRow['status'];
  started_at: string;
  finished_at: string | null;
  /** Hours since it started. */
  age_hours: number;
  summary: RunRow['summary'];
  /** Of a run in progress that processes share; absent otherwise. */
  distributed?: DistributedRun;
}

/** How far a run has come that processes share. */
export interface DistributedRun {
  /** Processes that work for it: they gave a sign within the last 30 seconds. */
  workers: number;
  /** Up to 25 accounts each. More may be added until `planned`. */
  pieces: { total: number; done: number };
  planned: boolean;
  /** Those with something due. */
  connections: { total: number; done: number; failed: number };
}

/** The end of an API version in use, or of tokens that only their users can renew: `what` happens on a UTC date, and what to do. */
export interface Coming {
  what: string;
  on: string;
  fix: string;
}

/** A connection that its user has to renew. */
export interface ExpiringToken {
  connection_id: string;
  user_id: string;
  platform: string;
  account_id: string | null;
  account_name: string | null;
  /** When it ends: ISO 8601, UTC. */
  token_expires_at: string;
  /** What ends: the token, or its access to the data of the account, which a token without an end has for a time only. */
  ends: 'token' | 'access';
}

/** The state of one platform's accounts. Dates are in the platform's time zone. */
export interface PlatformStatus {
  platform: string;
  /** The period reported on: ended days of the platform. */
  since: string;
  until: string;
  /** Accounts that an active connection opens, and those of them with data in the window. */
  accounts: number;
  accounts_with_data: number;
  /**
   * Each account is one of these, so that they add up to `accounts`: `complete` (no expected day is open), `late` (open are only days
   * that have not settled, or that are doubted), `no_data` (the platform has no values on any day of the period), `failing_total`
   * (failing, or with missing days that no run has asked for) or `skipped` (a permission is missing, or it is a personal profile).
   */
  complete: number;
  late: number;
  no_data: number;
  failing_total: number;
  skipped: number;
  /** The newest of these days that is complete for 99 % of the accounts that should have it and have data; null if there is none. */
  complete_to: string | null;
  /** The days of the period, but at least the last 14 and at most 60. An account's days are expected from the first one collected on; those of accounts that are skipped or without data are left out. */
  days: DayCounts[];
  newest_day: string | null;
  days_missing: number;
  /** Days of its accounts that the platform stopped answering for before they were collected. */
  lost_days: number;
  /** Settled days of its accounts in the period whose figures do not add up by the platform's own definition; null: not compared, with more than 10,000 accounts. */
  discrepancies: number | null;
  /** Up to a hundred accounts of each reason, those failing longest first. */
  failing: FailingReport[];
  /** Accounts that fail beyond those. */
  failing_omitted: number;
  /** Up to a hundred accounts that lack a permission: `message` says what to grant. Nothing of theirs has failed. */
  missing_permission: FailingReport[];
  missing_permission_omitted: number;
  /** How many accounts fail or lack a permission, by reason, the most frequent first. */
  reasons: Record<string, number>;
}

/** What to do about the accounts of a platform that fail for one reason, lack a permission or have no data. */
export interface Action {
  platform: string;
  /** `no_data`: the platform has no values of the account. `not_reached`: no run has asked for days that are due. */
  reason: FailureReason | 'no_data' | 'not_reached';
  accounts: number;
  /** Since when the first of them fails: `YYYY-MM-DD`, UTC. */
  since: string;
  /** The most consecutive runs in which one of them failed. */
  runs: number;
  /** How many of them failed in how many consecutive runs, the fewest first. */
  by_runs: { runs: number; accounts: number }[];
  fix: string;
}

/** An account that fails or lacks a permission, and since when: `YYYY-MM-DD`, UTC. */
export interface FailingReport {
  connection_id: string;
  user_id: string;
  account_id: string | null;
  account_name: string | null;
  reason: FailureReason;
  message: string | null;
  failing_since: string;
  /** Days from `failing_since` to the window's end, inclusive. */
  days: number;
  /** Consecutive runs that failed. */
  runs: number;
}
