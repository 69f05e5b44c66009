import { z } from 'zod';

/**
 * What is stored of a run's summary, under the names that `collect --json` prints. Who and what failed stands in the accounts' own
 * rows, and goes with their users.
 */
export interface RunCounts {
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
  days: {
    planned: number;
    settled: number;
    provisional: number;
    pending: number;
    no_data: number;
    failed: number;
    skipped: number;
  };
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
  /** Accounts that failed beyond those that the summary lists. */
  failures_omitted: number;
}

/** What a run counted of one platform. */
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

/** Of a run that broke off. */
export interface RunError {
  error: string;
  finished_at: string;
}

/** Null while a run is at work, and where something other than this program wrote it. */
export type RunSummary = RunCounts | RunError | null;

const count = z.number();

/** What has a default is missing from the runs of earlier versions. */
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
