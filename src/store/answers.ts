import { z } from 'zod';
import { runSummary } from './run-summary.js';

/** The answers of the SQL functions, translated from SQL's spelling into the store's. */

const instant = z.iso.datetime({ offset: true });

export const schemaAnswer = z.object({
  schema_version: z.number(),
  unique_key: z.boolean(),
  // An older schema does not report it.
  value_type: z.string().default('numeric'),
});

export const leaseAnswer = z.discriminatedUnion('held', [
  z
    .object({ held: z.literal(true), run_id: z.string() })
    .transform((row) => ({ held: true as const, runId: row.run_id })),
  z
    .object({
      held: z.literal(false),
      by: z.object({ run_id: z.string(), started_at: instant, heartbeat_at: instant }),
    })
    .transform(({ by }) => ({
      held: false as const,
      by: { runId: by.run_id, startedAt: by.started_at, heartbeatAt: by.heartbeat_at },
    })),
]);

export const renewedAnswer = z.object({ renewed: z.boolean() });
export const finishedAnswer = z.object({ finished: z.boolean() });

const run = z
  .object({
    id: z.string(),
    scope: z.string(),
    trigger: z.string(),
    status: z.enum(['running', 'completed', 'partial', 'failed', 'interrupted', 'abandoned']),
    started_at: instant,
    heartbeat_at: instant,
    finished_at: instant.nullable(),
    summary: runSummary,
  })
  .transform((row) => ({
    runId: row.id,
    scope: row.scope,
    trigger: row.trigger,
    status: row.status,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
    finishedAt: row.finished_at,
    summary: row.summary,
  }));

export const runAnswer = z.object({ run: run.nullable() });
export const recentRunsAnswer = z.object({ runs: z.array(run) });

export const lastRunsAnswer = z
  .object({ succeeded_at: instant.nullable(), run: run.nullable(), full_run: run.nullable(), starts: z.array(instant) })
  .transform((answer) => ({
    run: answer.run,
    fullRun: answer.full_run,
    starts: answer.starts,
    succeededAt: answer.succeeded_at,
  }));

export const prunedAnswer = z.object({ deleted: z.number() });

export const oldAnswer = z.object({
  snapshots: z.number(),
  outcomes: z.number(),
  days: z.number(),
  users: z.number(),
  partitions: z.number(),
});

export const savedAnswer = z.object({
  connections: z.array(
    z.union([
      z
        .object({ id: z.string(), created: z.boolean(), has_refresh_token: z.boolean() })
        .transform(({ has_refresh_token: hasRefreshToken, ...saved }) => ({ ...saved, hasRefreshToken })),
      /** Why the table does not accept the connection. */
      z
        .object({ refused: z.string(), is_of_user: z.boolean() })
        .transform(({ refused, is_of_user: isOfUser }) => ({ refused, isOfUser })),
    ]),
  ),
});
export const removedAnswer = z.object({ removed: z.boolean() });

export const writtenAnswer = z.object({
  metrics: z.array(
    z.object({
      platform: z.string(),
      metric: z.string(),
      rows: z.number(),
      users: z.number(),
      total: z.number().nullable(),
    }),
  ),
});
