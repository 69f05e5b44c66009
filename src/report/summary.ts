import type { FailureReason } from '../errors.js';
import type { OutcomeState } from '../store/accounts.js';
import type { Change } from './changes.js';

/** The summary of a run: what `collect --json` prints. Field names are a published contract. */
export interface Summary {
  run_id: string;
  /** `failed` when nothing at all succeeded; `partial` when some connection failed. */
  status: 'completed' | 'partial' | 'failed' | 'interrupted';
  scope: string;
  /** True when nothing was asked or written: `days.planned` is what a run would collect. */
  dry_run: boolean;
  /** The days asked for, over all platforms; null when nothing was due. */
  dates: { since: string; until: string } | null;
  started_at: string;
  finished_at: string;
  duration_ms: number;
  users: { total: number; succeeded: number; failed: number };
  connections: { total: number; succeeded: number; failed: number; skipped: number };
  days: { planned: number } & Record<OutcomeState, number>;
  /** Days found in this run to be beyond their platform's reach: nobody can have them any more. */
  lost: number;
  /** Days from before the window that are left to make up for in later runs. */
  backlog: number;
  /** Platforms with accounts collected for the first time: how many, and since when the platform answers for them. */
  backfill: Record<string, { accounts: number; since: string }>;
  /** `foreign`: values in whose place another writer's row stands. */
  metrics: { inserted: number; updated: number; unchanged: number; foreign: number };
  requests: { total: number; retried: number };
  platforms: Record<string, PlatformSummary>;
  /** One entry per account that failed: the first 1,000. */
  failures: Failure[];
  /** Accounts that failed beyond those. */
  failures_omitted: number;
  /** Ids of connections, by what is new of them since they were last collected. */
  changes: Record<Change, string[]>;
  warnings: string[];
}

/** What `collection_runs.summary` keeps: who and what failed stands in the accounts' own rows, and goes with their users. */
export function countsOf({
  failures,
  changes,
  warnings,
  ...counts
}: Summary): Omit<Summary, 'failures' | 'changes' | 'warnings'> {
  return counts;
}

export interface PlatformSummary {
  connections: number;
  succeeded: number;
  failed: number;
  skipped: number;
  /** Values collected, whether new to the table or not. */
  metrics: number;
  /** Why accounts failed or were skipped, each counted under its first reason. */
  reasons: Record<string, number>;
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
