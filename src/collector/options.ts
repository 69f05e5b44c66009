import type { Shard } from '../store/accounts.js';
import type { Window } from './plan.js';

export const DEFAULT_CONCURRENCY = 32;

export interface CollectOptions {
  readonly userId?: string;
  readonly platforms?: readonly string[];
  /** One part of the users, with a lease of its own; goes without `userId`. */
  readonly shard?: Shard;
  readonly window: Window;
  /** Requests, and accounts, under way at once. */
  readonly concurrency: number;
  /** Collect again what is settled, and overwrite it. */
  readonly refresh: boolean;
  /** Overwrite the rows of other writers that stand in the place of values collected; what is settled is collected again for it. */
  readonly adopt: boolean;
  /** A run without a single account is fine, instead of `CollectError` `no_connections`. */
  readonly allowEmpty?: boolean;
  /** Plan only: no request, no write, no lease. */
  readonly dryRun: boolean;
  /** Aborted to stop politely: nothing more is asked, what was fetched is written. */
  readonly signal: AbortSignal;
  readonly limits: RunLimits;
  /** What started the run, for `collection_runs.trigger`. */
  readonly trigger: string;
}

/** What a run may cost; what is left when it is reached is due in the next run. */
export interface RunLimits {
  /** Requests in all, retries among them. */
  readonly maxRequests: number;
  readonly maxDurationMs: number;
  /** The longest rest that a platform may ask for. */
  readonly maxWaitMs: number;
}

export const DEFAULT_LIMITS: RunLimits = { maxRequests: 200_000, maxDurationMs: 3 * 3_600_000, maxWaitMs: 300_000 };
