import type { OutcomeState } from '../store/accounts.js';
import type { Change } from './changes.js';

/** What a run reports while it goes on. No event holds a token. */
export type CollectEvent =
  | {
      readonly type: 'started';
      readonly runId: string;
      readonly scope: string;
      readonly store: string;
      readonly connections: number;
      /** How many days of each are named; null in a run of the last days and in a dry run, which counts only due days. */
      readonly days: number | null;
      readonly dryRun: boolean;
    }
  | { readonly type: 'connection'; readonly connection: ConnectionReport }
  /** `days` of a connection's named days are done so far, including those done before this run. */
  | { readonly type: 'days'; readonly connectionId: string; readonly days: number }
  | { readonly type: 'warning'; readonly message: string };

/** How one connection ended. `nothing_due`: all its days were collected before. */
export interface ConnectionReport {
  readonly connectionId: string;
  readonly userId: string;
  readonly platform: string;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly result: 'succeeded' | 'failed' | 'skipped' | 'nothing_due';
  /** Its planned days by how they ended; in a dry run, all under `due`. */
  readonly days: Readonly<Partial<Record<OutcomeState | 'due', number>>>;
  /** The dates planned, ascending. */
  readonly dates: readonly string[];
  readonly metrics: number;
  readonly changes: readonly Change[];
  /** Collected for the first time. */
  readonly isNew: boolean;
  /** Days from before the window that are left to make up for. */
  readonly backlog: number;
  /** Days that can no longer be collected, found in this run. */
  readonly lost: number;
  /** The first failure's reason and message, or why it was skipped. */
  readonly reason: string | null;
  readonly message: string | null;
}

/** Told of each event while a run goes on. Must not throw. */
export type OnEvent = (event: CollectEvent) => void;
