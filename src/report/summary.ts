import type { FailureReason } from '../errors.js';
import type { RunCounts } from '../store/run-summary.js';
import type { Change } from './changes.js';

/** The summary of a run: what `collect --json` prints. Field names are a published contract. */
export interface Summary extends RunCounts {
  /** One entry per account that failed: the first 1,000. */
  failures: Failure[];
  /** Ids of connections, by what has changed since they were last collected: the first 1,000 of each change. */
  changes: Record<Change, string[]>;
  changes_omitted: Record<Change, number>;
  /** Exact counts, for the platforms where an account newly fails or was repaired. */
  changes_by_platform: Record<string, PlatformChanges>;
  warnings: string[];
}

/** How many of a platform's accounts newly fail or were repaired. */
export interface PlatformChanges {
  /** Accounts by reason. */
  newly_failing: Partial<Record<FailureReason, number>>;
  repaired: number;
}

/** The part of a summary that is stored. */
export function countsOf(summary: Summary): RunCounts {
  const { failures, changes, changes_omitted, changes_by_platform, warnings, ...counts } = summary;
  return counts;
}

/** An account that failed, entirely or on some of its days. */
export interface Failure {
  user_id: string;
  platform: string;
  account_id: string | null;
  /** The connection that was tried last. */
  connection_id: string;
  /** The account's, or that of the first day that failed. */
  reason: FailureReason;
  message: string;
  /** How many days failed; `since` and `until` are the first and the last of them. */
  days: number;
  since: string;
  until: string;
  /** The UTC date of the first of the consecutive runs that failed. */
  failing_since: string;
  /** The number of those runs, including this one. */
  runs: number;
}
