import type { ApiState } from '../http/gate.js';
import type { OutcomeState } from '../store/accounts.js';
import type { Change } from './changes.js';

/** What a run reports while it is going on. No event holds a token. */
export type CollectEvent =
  | {
      readonly type: 'started';
      readonly runId: string;
      readonly scope: string;
      readonly store: string;
      readonly connections: number;
      /** Those of them with nothing due: no `connection` event follows for them. */
      readonly idle: number;
      /** How many named days each has; null in a run over the window and in a dry run, which counts only due days. */
      readonly days: number | null;
      readonly dryRun: boolean;
      /** Whether another process began the run. Default: false. */
      readonly isJoined?: boolean;
    }
  | { readonly type: 'connection'; readonly connection: ConnectionReport }
  /** How many of a connection's named days are done so far, including those done before this run. */
  | { readonly type: 'days'; readonly connectionId: string; readonly days: number }
  | { readonly type: 'warning'; readonly message: string }
  /** The run has its lease. */
  | { readonly type: 'lease'; readonly runId: string; readonly scope: string }
  | SharedEvent
  | ProgressEvent
  /** The database does not answer, and is waited for. `code` is that of a `CollectError`. */
  | { readonly type: 'waiting'; readonly code: string; readonly message: string }
  | ({ readonly type: 'api' } & ApiState)
  | ({ readonly type: 'phase' } & PhaseReport);

/**
 * What happens to this process in a run that processes share. `joined`: another began it. `left`: this process was interrupted; the
 * others go on. `ended`: another has ended and reported it. `late`: it had ended before this process came.
 */
export interface SharedEvent {
  readonly type: 'shared';
  readonly state: 'joined' | 'left' | 'ended' | 'late';
  readonly runId: string;
}

/** How far a run has come that processes share: what all of them have done together, every few seconds. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly runId: string;
  /** Those with something due. */
  readonly connections: { readonly total: number; readonly done: number; readonly failed: number };
  /** Processes that work for it at present. */
  readonly workers: number;
}

/** A part of a run, reported once at its end. The parts overlap: accounts are planned, fetched and recorded in parallel. */
export interface PhaseReport {
  readonly phase: Phase;
  /** From the first step's begin to the last one's end, ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Summed over all steps, which run in parallel: it may exceed the time between. */
  readonly busyMs: number;
}

/** `sync` updates the accounts and reads the first ones; `finish` does what needs all of them. */
export type Phase = 'sync' | 'plan' | 'fetch' | 'record' | 'finish';

/** How one connection ended. `nothing_due`: all its days were collected before. */
export interface ConnectionReport {
  readonly connectionId: string;
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly result: 'succeeded' | 'failed' | 'skipped' | 'nothing_due';
  /**
   * How many of its planned days ended in each state, or were not reached before the run came to a limit; in a dry run, all are
   * under `due`.
   */
  readonly days: Readonly<Partial<Record<OutcomeState | 'due' | 'not_reached', number>>>;
  /** The planned dates, ascending. */
  readonly dates: readonly string[];
  readonly metrics: number;
  readonly changes: readonly Change[];
  /** Collected for the first time. */
  readonly isNew: boolean;
  /** Given nothing but closing figures, which are never backfilled. */
  readonly onlyClosing: boolean;
  /** Days before the window that are still to be collected. */
  readonly backlog: number;
  /** Days that can no longer be collected, found in this run. */
  readonly lost: number;
  /** The first failure's reason and message, or why it was skipped. */
  readonly reason: string | null;
  readonly message: string | null;
}

/** Called with each event during a run. Must not throw. */
export type OnEvent = (event: CollectEvent) => void;
