import { ALL, type Selection } from '../store/selection.js';
import { DEFAULT_BACKLOG_DAYS, DEFAULT_LOOKBACK_DAYS, type Window } from './window.js';

const DEFAULT_CONCURRENCY = 32;

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

/** What a run may cost; what is left when it is reached is due in the next run. */
export interface RunLimits {
  /** Requests in all, retries among them. */
  readonly maxRequests: number;
  readonly maxDurationMs: number;
  /** The longest rest that a platform may ask for. */
  readonly maxWaitMs: number;
}

export const DEFAULT_LIMITS: RunLimits = { maxRequests: 200_000, maxDurationMs: 3 * 3_600_000, maxWaitMs: 300_000 };

/** A run as it is when nothing else is asked for, but for what started it and what may stop it. */
export const DEFAULT_OPTIONS = {
  selection: ALL,
  window: { kind: 'lookback', days: DEFAULT_LOOKBACK_DAYS },
  backlog: DEFAULT_BACKLOG_DAYS,
  concurrency: DEFAULT_CONCURRENCY,
  refresh: false,
  adopt: false,
  dryRun: false,
  limits: DEFAULT_LIMITS,
} as const satisfies Omit<CollectOptions, 'trigger' | 'signal'>;

/** Whether a run collects whatever is due, of every account. */
export function isOfEverything({
  selection,
  platforms,
  window,
}: Pick<CollectOptions, 'selection' | 'platforms' | 'window'>): boolean {
  return selection.kind === 'all' && platforms === undefined && window.kind === 'lookback';
}
