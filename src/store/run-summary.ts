import { z } from 'zod';

/**
 * What `collection_runs.summary` keeps of a run, under the names that `collect --json` prints. Who and what failed stands in the
 * accounts' own rows, and goes with their users. Fields with a default are missing from the runs of earlier versions.
 */
const runCounts = z.object({
  run_id: z.string(),
  /** `failed` when nothing at all succeeded; `partial` when some connection failed. */
  status: z.enum(['completed', 'partial', 'failed', 'interrupted']),
  scope: z.string(),
  /** True when nothing was asked or written: `days.planned` is what a run would collect. */
  dry_run: z.boolean().default(false),
  /** The days asked for, over all platforms; null when nothing was due. */
  dates: z.object({ since: z.string(), until: z.string() }).nullable().default(null),
  started_at: z.string(),
  finished_at: z.string(),
  duration_ms: z.number(),
  users: z.object({ total: z.number(), succeeded: z.number(), failed: z.number() }),
  connections: z.object({ total: z.number(), succeeded: z.number(), failed: z.number(), skipped: z.number() }),
  days: z.object({
    planned: z.number(),
    settled: z.number(),
    provisional: z.number(),
    pending: z.number(),
    no_data: z.number(),
    failed: z.number(),
    skipped: z.number(),
  }),
  /** Days found in this run to be beyond their platform's reach: nobody can have them any more. */
  lost: z.number().default(0),
  /** Days from before the window that are left to make up for in later runs. */
  backlog: z.number().default(0),
  /** Platforms with accounts collected for the first time: how many, and since when the platform answers for them. */
  backfill: z.record(z.string(), z.object({ accounts: z.number(), since: z.string() })).default({}),
  /** `foreign`: values in whose place another writer's row stands. */
  metrics: z.object({
    inserted: z.number(),
    updated: z.number(),
    unchanged: z.number(),
    foreign: z.number().default(0),
  }),
  requests: z.object({ total: z.number(), retried: z.number() }),
  platforms: z.record(
    z.string(),
    z.object({
      connections: z.number(),
      succeeded: z.number(),
      failed: z.number(),
      skipped: z.number(),
      /** Values collected, whether new to the table or not. */
      metrics: z.number(),
      /** Why accounts failed or were skipped, each counted under its first reason. */
      reasons: z.record(z.string(), z.number()).default({}),
    }),
  ),
  /** Accounts that failed beyond those that the run itself lists. */
  failures_omitted: z.number().default(0),
});

/** Of a run that broke off. */
const runError = z.object({ error: z.string(), finished_at: z.string() });

/** Null while a run is at work, and where something other than this program wrote it. */
export const runSummary = z.union([runCounts, runError]).nullable().catch(null);

export type RunCounts = z.output<typeof runCounts>;
export type RunSummary = z.output<typeof runSummary>;
