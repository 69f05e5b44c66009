import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FAILURE_REASONS, leaseLost, type PlatformError } from '../errors.js';
import { outcome, recordCounts, storedAccounts } from './account-answers.js';
import type { AccountFilter, DateRange, OutcomeRow, RecordCounts, StoredAccount } from './accounts.js';
import type { Ask } from './function-call.js';
import { filterArgs } from './opening.js';
import type { RunSummary } from './run-summary.js';
import type { Lease, NewRun, RunStatus } from './store.js';

/** What processes that share a run ask of the store. Throws `lease_lost` when the run has ended, or another has taken its lease. */
export interface SharedRuns {
  /** Takes the lease of a scope, or joins the run with the same options that holds it. */
  begin(run: NewSharedRun): Promise<SharedLease>;
  /** Divides the next page of accounts into pieces, unless this page was divided before. */
  planPieces(request: PlanRequest): Promise<PlannedPieces>;
  /** Gives a piece to an attempt at it, or null if it is done. */
  openPiece(request: PieceRequest): Promise<OpenedPiece | null>;
  progress(runId: string): Promise<SharedProgress>;
  /** Takes a process out of those that work for a run. */
  leave(runId: string, process: string): Promise<void>;
  /** Lets all processes skip an API for the rest of the run. */
  shutApi(runId: string, api: string, error: Pick<PlatformError, 'reason' | 'message'>): Promise<void>;
  /** What calls have counted, in pages, in the order of the pieces. */
  readCounts(runId: string): AsyncIterable<readonly CallCounts[]>;
  /** Ends the run, and returns whether it had not ended before. `printed`: what its processes print. */
  finish(runId: string, status: RunStatus, summary: RunSummary, printed: string): Promise<boolean>;
}

export interface NewSharedRun extends NewRun {
  /** Those that decide what is collected. */
  readonly options: unknown;
  readonly startedAt: Date;
}

export type SharedLease =
  | {
      readonly kind: 'held';
      readonly runId: string;
      /** As the process that began the run read its clock. */
      readonly startedAt: Date;
      readonly isJoined: boolean;
    }
  /** A run with the same options ended a moment ago. */
  | { readonly kind: 'ended'; readonly runId: string; readonly finishedAt: Date }
  | { readonly kind: 'refused'; readonly by: Extract<Lease, { held: false }>['by'] };

/** The accounts of a run. */
interface RunAccounts {
  readonly runId: string;
  readonly filter: AccountFilter;
  /** As in `OpenRequest`. */
  readonly dueBefore: Date | null;
}

export interface PlanRequest extends RunAccounts {
  /** Counted from 0. */
  readonly page: number;
  readonly pageSize: number;
  /** Accounts per piece. */
  readonly pieceSize: number;
  /** What was counted before the first page; null with the others. */
  readonly counted: string | null;
  /** Before the first page: accounts that an active connection opens, and those of them with nothing due; null with the others. */
  readonly counts: { readonly connections: number; readonly idle: number } | null;
}

export interface PlannedPieces {
  /** The numbers of the page's pieces. */
  readonly pieces: readonly number[];
  /** Whether no page follows. */
  readonly isPlanned: boolean;
}

export interface PieceRequest extends RunAccounts {
  readonly piece: number;
  /** A UUID, which no other attempt at the piece has. */
  readonly attempt: string;
  readonly ledger: DateRange;
}

export interface OpenedPiece {
  /** Those that have not been recorded, or only some of their days. */
  readonly accounts: readonly StoredAccount[];
  /** These days. */
  readonly recorded: readonly OutcomeRow[];
}

export interface SharedProgress {
  readonly status: RunStatus;
  /** False of a run of one process; nothing else is of meaning then. */
  readonly isShared: boolean;
  readonly isPlanned: boolean;
  /** As in `PlanRequest`; null before the planning has begun. */
  readonly counts: PlanRequest['counts'];
  /** Those with something due, whether or not they are in pieces yet. */
  readonly accounts: { readonly total: number; readonly done: number; readonly failed: number };
  /** Those that are planned so far. */
  readonly pieces: { readonly total: number; readonly done: number };
  /** Processes that have renewed the lease within half a minute, and have not left. */
  readonly workers: number;
  /** Why APIs are skipped, by their names. */
  readonly shut: Readonly<Record<string, Pick<PlatformError, 'reason' | 'message'>>>;
  /** Null until the run has ended. */
  readonly printed: string | null;
}

/** What a call has counted. */
export interface CallCounts {
  /** As given to it. */
  readonly counted: string;
  /** What it has written; absent from the planning. */
  readonly metrics?: RecordCounts | undefined;
}

const PARTS_PAGE_SIZE = 200;

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const leaseAnswer = z.union([
  z
    .object({ held: z.literal(true), run_id: z.string(), started_at: instant, is_joined: z.boolean() })
    .transform((row) => ({
      kind: 'held' as const,
      runId: row.run_id,
      startedAt: row.started_at,
      isJoined: row.is_joined,
    })),
  z
    .object({ held: z.literal(false), ended: z.object({ run_id: z.string(), finished_at: instant }) })
    .transform(({ ended }) => ({ kind: 'ended' as const, runId: ended.run_id, finishedAt: ended.finished_at })),
  z
    .object({
      held: z.literal(false),
      by: z.object({ run_id: z.string(), started_at: z.string(), heartbeat_at: z.string() }),
    })
    .transform(({ by }) => ({
      kind: 'refused' as const,
      by: { runId: by.run_id, startedAt: by.started_at, heartbeatAt: by.heartbeat_at },
    })),
]);

const lost = z.object({ lease: z.literal('lost') });
const plannedAnswer = z.discriminatedUnion('lease', [
  lost,
  z.object({ lease: z.literal('held'), is_planned: z.boolean(), pieces: z.array(z.number()) }),
]);
const pieceAnswer = z.union([
  lost,
  z.object({ lease: z.literal('held'), accounts: z.null() }),
  z.object({ lease: z.literal('held'), accounts: storedAccounts, recorded: z.array(outcome) }),
]);
const progressAnswer = z
  .object({
    status: z.enum(['running', 'completed', 'partial', 'failed', 'interrupted', 'abandoned']),
    is_shared: z.boolean(),
    is_planned: z.boolean(),
    connections: z.number().nullable(),
    idle: z.number().nullable(),
    accounts: z.object({ total: z.number(), done: z.number(), failed: z.number() }),
    pieces: z.object({ total: z.number(), done: z.number() }),
    workers: z.number(),
    shut: z.record(z.string(), z.object({ reason: z.enum(FAILURE_REASONS), message: z.string() })),
    printed: z.string().nullable(),
  })
  .transform(({ is_shared: isShared, is_planned: isPlanned, connections, idle, ...row }) => ({
    ...row,
    isShared,
    isPlanned,
    counts: connections === null || idle === null ? null : { connections, idle },
  }));
const countsAnswer = z.object({
  parts: z.array(z.object({ counted: z.string(), metrics: recordCounts.optional() })),
  last_piece: z.number().nullable(),
});
const finishedAnswer = z.object({ finished: z.boolean() });

/** Carries out `Store.shared`. `askOnce` does not wait for the database. */
export function sharedRuns(ask: Ask, askOnce: Ask): SharedRuns {
  return {
    begin: ({ scope, trigger, isFull, options, startedAt }) =>
      ask(leaseAnswer, 'begin_collection_run', {
        run_id: randomUUID(),
        scope,
        trigger,
        is_full: isFull,
        shared: { options, started_at: startedAt.toISOString() },
      }),

    async planPieces({ page, pageSize, pieceSize, counted, counts, ...accounts }) {
      const answer = await ask(plannedAnswer, 'plan_collection_pieces', {
        page,
        page_size: pageSize,
        piece_size: pieceSize,
        counted,
        counts,
        ...accountArgs(accounts),
      });
      if (answer.lease === 'lost') throw leaseLost();
      return { pieces: answer.pieces, isPlanned: answer.is_planned };
    },

    async openPiece({ piece, attempt, ledger, ...of }) {
      const answer = await ask(pieceAnswer, 'open_collection_piece', {
        piece,
        attempt,
        ...accountArgs(of),
        ...ledger,
      });
      if (answer.lease === 'lost') throw leaseLost();
      if (answer.accounts === null) return null;
      const { accounts, recorded } = answer;
      return { accounts, recorded };
    },

    progress: (runId) => ask(progressAnswer, 'read_collection_progress', { run_id: runId }),

    async leave(runId, process) {
      await askOnce(z.object({ left: z.boolean() }), 'leave_collection_run', { run_id: runId, process });
    },

    async shutApi(runId, api, { reason, message }) {
      await ask(z.object({ lease: z.enum(['held', 'lost']) }), 'shut_collection_api', {
        run_id: runId,
        api,
        reason,
        message,
      });
    },

    async *readCounts(runId) {
      for (let after: number | null = -1; after !== null; ) {
        const args = { run_id: runId, after_piece: after, page_size: PARTS_PAGE_SIZE };
        const page: z.output<typeof countsAnswer> = await ask(countsAnswer, 'read_collection_parts', args);
        yield page.parts;
        after = page.last_piece;
      }
    },

    async finish(runId, status, summary, printed) {
      return (await ask(finishedAnswer, 'finish_collection_run', { run_id: runId, status, summary, printed })).finished;
    },
  };
}

function accountArgs({ runId, filter, dueBefore }: RunAccounts) {
  return { run_id: runId, ...filterArgs(filter), due_before: dueBefore?.toISOString() ?? null };
}
