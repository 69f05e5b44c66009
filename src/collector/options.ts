import { HOUR_MS, MINUTE_MS } from '../clock.js';
import type { RunLimits } from '../http/client.js';
import type { Rates } from '../http/pace.js';
import { ALL, type Selection } from '../store/selection.js';
import { DEFAULT_LOOKBACK_DAYS, type Window } from './window.js';

/** What a run collects, and its limits. */
export interface CollectOptions {
  readonly selection: Selection;
  /** Default: all platforms. */
  readonly platforms?: readonly string[];
  readonly window: Window;
  /** How many days before the window to collect at most, per account. */
  readonly backlog: number;
  /** Requests, and accounts, in progress at once. */
  readonly concurrency: number;
  /** Collect settled days again, and overwrite their values. */
  readonly refresh: boolean;
  /** Overwrite rows of other writers that have the same key as a collected value. Settled days are collected again for this. */
  readonly adopt: boolean;
  /** Let a run without any account succeed, instead of throwing `CollectError` `no_connections`. */
  readonly allowEmpty?: boolean;
  /** Only plan: send no requests, write nothing, take no lease. */
  readonly dryRun: boolean;
  /** Abort it to stop gracefully: no more requests are sent, and what was fetched is written. */
  readonly signal: AbortSignal;
  readonly limits: RunLimits;
  /** Default: what the platforms state. */
  readonly rates?: Rates;
  /** Whether other processes may share the run. Default: false. */
  readonly distributed?: boolean;
  /** What started the run, for `collection_runs.trigger`. */
  readonly trigger: string;
}

/** The default options of a run, except `trigger` and `signal`. */
export const DEFAULTS = {
  selection: ALL,
  window: { kind: 'lookback', days: DEFAULT_LOOKBACK_DAYS },
  backlog: 30,
  concurrency: 32,
  refresh: false,
  adopt: false,
  dryRun: false,
  limits: { maxDurationMs: 3 * HOUR_MS, maxWaitMs: 5 * MINUTE_MS },
} as const satisfies Omit<CollectOptions, 'trigger' | 'signal'>;

/** The allowed values of options, inclusive. */
export const BOUNDS = {
  /** The length of a window, or of the period that `status` reports on. */
  days: { min: 1, max: 730 },
  backlog: { min: 0, max: 730 },
  concurrency: { min: 1, max: 1_000 },
  maxRequests: { min: 1, max: 100_000_000 },
  /** Requests a second. */
  rate: { min: 0.001, max: 10_000 },
  shards: { min: 1, max: 1_024 },
} as const;

/** Whether a run collects everything that is due of the users it selects. */
export function isOfAllDue({ platforms, window }: Pick<CollectOptions, 'platforms' | 'window'>): boolean {
  return platforms === undefined && window.kind === 'lookback';
}

/** Whether a run collects everything that is due, for every account. */
export function isOfEverything(options: Pick<CollectOptions, 'selection' | 'platforms' | 'window'>): boolean {
  return options.selection.kind === 'all' && isOfAllDue(options);
}
