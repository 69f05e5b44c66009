import type { FailureReason } from '../errors.js';

/**
 * How a planned (connection, day) ended.
 * `settled`: final values written. `provisional`: values written before the settling time. `pending`: ended, nothing there
 * yet. `no_data`: settling time passed, still nothing. `failed`: see the reason. `skipped`: not asked, on purpose.
 */
export const OUTCOME_STATES = ['settled', 'provisional', 'pending', 'no_data', 'failed', 'skipped'] as const;

export type OutcomeState = (typeof OUTCOME_STATES)[number];

/** What the ledger (`collection_outcomes`) knows of a connection's day. */
export interface LedgerEntry {
  readonly date: string;
  readonly state: OutcomeState;
}

/** One row of the ledger to write. */
export interface Outcome {
  readonly connectionId: string;
  readonly date: string;
  readonly userId: string;
  readonly platform: string;
  readonly state: OutcomeState;
  readonly reason: FailureReason | null;
  readonly message: string | null;
  /** How many snapshots go with it. */
  readonly metrics: number;
}
