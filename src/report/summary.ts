import type { FailureReason } from '../errors.js';
import type { RunCounts } from '../store/run-summary.js';
import type { Change } from './changes.js';

/** The summary of a run: what `collect --json` prints. Field names are a published contract. */
export interface Summary extends RunCounts {
  /** One entry per account that failed: the first 1,000. */
  failures: Failure[];
  /** Ids of connections, by what is new of them since they were last collected. */
  changes: Record<Change, string[]>;
  warnings: string[];
}

/** What of it is stored. */
export function countsOf({ failures, changes, warnings, ...counts }: Summary): RunCounts {
  return counts;
}

/** An account that failed, as a whole or on some of its days. */
export interface Failure {
  user_id: string;
  platform: string;
  account_id: string | null;
  /** The connection that was tried last. */
  connection_id: string;
  /** Of the account, or of its first day that failed. */
  reason: FailureReason;
  message: string;
  /** How many days failed: the first and the last of them are `since` and `until`. */
  days: number;
  since: string;
  until: string;
  /** The UTC date of the first of the runs that failed one after the other. */
  failing_since: string;
  /** How many runs that is, this one among them. */
  runs: number;
}
