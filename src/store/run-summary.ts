import { z } from 'zod';

/**
 * The stored part of a run's summary, under the names that `collect --json` prints. Failures are stored in the accounts' own rows,
 * and are deleted with their users.
 */
export interface RunCounts {
  run_id: string;
  /** `failed`: every connection failed. `partial`: some connections failed. */
  status: 'completed' | 'partial' | 'failed' | 'interrupted';
  scope: string;
  /** True if no requests were sent and nothing was written: `days.planned` is what a run would collect. */
  dry_run: boolean;
  /** The range of days asked for, over all platforms; null if nothing was due. */
  dates: { since: string; until: string } | null;
  started_at: string;
  finished_at: string;
  duration_ms: number;
  users: { total: number; succeeded: number; failed: number };
  connections: { total: number; succeeded: number; failed: number; skipped: number };
  days: {
    planned: number;
    settled: number;
    provisional: number;
    pending: number;
    no_data: number;
    failed: number;
    skipped: number;
    /** Left undone because the run came to one of its limits. */
    not_reached: number;
  };
  /** Days that this run found their platform no longer answers for: they can never be collected. */
  lost: number;
  /** Days before the window that are left for later runs. */
  backlog: number;
  /** Platforms with accounts collected for the first time: how many, and the first day that the platform still answers for. */
  backfill: Record<string, { accounts: number; since: string }>;
  /** `foreign`: values that were not written because another writer's row has the same key. */
  metrics: { inserted: number; updated: number; unchanged: number; foreign: number };
  requests: { total: number; retried: number };
  platforms: Record<string, PlatformSummary>;
  /** How many failed accounts the summary does not list. */
  failures_omitted: number;
}

/** A run's counts for one platform. */
export interface PlatformSummary {
  connections: number;
  succeeded: number;
  failed: number;
  skipped: number;
  /** Collected values, whether new to the table or not. */
  metrics: number;
  /** Why accounts failed or were skipped, each counted under its first reason; `not_reached`: a limit of the run. */
  reasons: Record<string, number>;
}

/** The summary of a run that ended with an error. */
export interface RunError {
  error: string;
  finished_at: string;
}

/** Null while a run is in progress, or if something other than this program wrote it. */
export type RunSummary = RunCounts | RunError | null;

const count = z.number();

/** Fields with defaults are missing from runs of earlier versions. */
const runCounts: z.ZodType<RunCounts> = z.object({
  run_id: z.string(),
  status: z.enum(['completed', 'partial', 'failed', 'interrupted']),
  scope: z.string(),
  dry_run: z.boolean().default(false),
  dates: z.object({ since: z.string(), until: z.string() }).nullable().default(null),
  started_at: z.string(),
  finished_at: z.string(),
  duration_ms: count,
  users: z.object({ total: count, succeeded: count, failed: count }),
  connections: z.object({ total: count, succeeded: count, failed: count, skipped: count }),
  days: z.object({
    planned: count,
    settled: count,
    provisional: count,
    pending: count,
    no_data: count,
    failed: count,
    skipped: count,
    not_reached: count.default(0),
  }),
  lost: count.default(0),
  backlog: count.default(0),
  backfill: z.record(z.string(), z.object({ accounts: count, since: z.string() })).default({}),
  metrics: z.object({ inserted: count, updated: count, unchanged: count, foreign: count.default(0) }),
  requests: z.object({ total: count, retried: count }),
  platforms: z.record(
    z.string(),
    z.object({
      connections: count,
      succeeded: count,
      failed: count,
      skipped: count,
      metrics: count,
      reasons: z.record(z.string(), count).default({}),
    }),
  ),
  failures_omitted: count.default(0),
});

const runError: z.ZodType<RunError> = z.object({ error: z.string(), finished_at: z.string() });

export const runSummary: z.ZodType<RunSummary> = z.union([runCounts, runError]).nullable().catch(null);
