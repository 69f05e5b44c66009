import { HOUR_MS, MINUTE_MS } from '../clock.js';
import type { RunLimits } from '../http/client.js';
import { ALL, type Selection } from '../store/selection.js';
import { DEFAULT_LOOKBACK_DAYS, type Window } from './window.js';

/** What a run collects and what it may cost. */
export interface CollectOptions {
  readonly selection: Selection;
  /** Default: all that there are. */
  readonly platforms?: readonly string[];
  readonly window: Window;
  /** Days from before the window that are made up for, of each account: at most so many. */
  readonly backlog: number;
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

/** A run as it is when nothing else is asked for, but for what started it and what may stop it. */
export const DEFAULTS = {
  selection: ALL,
  window: { kind: 'lookback', days: DEFAULT_LOOKBACK_DAYS },
  backlog: 30,
  concurrency: 32,
  refresh: false,
  adopt: false,
  dryRun: false,
  limits: { maxRequests: 200_000, maxDurationMs: 3 * HOUR_MS, maxWaitMs: 5 * MINUTE_MS },
} as const satisfies Omit<CollectOptions, 'trigger' | 'signal'>;

/** What may be asked for, both included. */
export const BOUNDS = {
  /** Of a window, or of the days that `status` looks at. */
  days: { min: 1, max: 730 },
  backlog: { min: 0, max: 730 },
  concurrency: { min: 1, max: 1_000 },
  maxRequests: { min: 1, max: 100_000_000 },
  shards: { min: 1, max: 1_024 },
} as const;

/** Whether a run collects whatever is due, of every account. */
export function isOfEverything({
  selection,
  platforms,
  window,
}: Pick<CollectOptions, 'selection' | 'platforms' | 'window'>): boolean {
  return selection.kind === 'all' && platforms === undefined && window.kind === 'lookback';
}
