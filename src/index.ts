/** The library behind the command: the same runs, from a program of your own. */
import { type AppOptions, openApp } from './app.js';
import { type CollectOptions, DEFAULT_OPTIONS } from './collector/options.js';
import { DEFAULT_LOOKBACK_DAYS } from './collector/window.js';
import type { OnEvent } from './report/events.js';
import type { StatusReport } from './report/status.js';
import type { Summary } from './report/summary.js';

export { type App, type AppOptions, openApp } from './app.js';
export type { CollectOptions, RunLimits } from './collector/options.js';
export type { Window } from './collector/window.js';
export type { AddedConnection, ConnectionInput } from './connections.js';
export { CollectError, FAILURE_REASONS, type FailureReason, PlatformError } from './errors.js';
export type { Http, HttpAnswer, HttpRequest, Judge, Verdict } from './http/http.js';
export type {
  Account,
  CheckContext,
  Day,
  DayResult,
  MetricInfo,
  MetricValue,
  Platform,
  PlatformContext,
  PlatformDefinition,
  Split,
} from './platforms/contract.js';
export { definePlatform } from './platforms/contract.js';
export { judgePlain } from './platforms/shared/verdicts.js';
export type { CollectEvent, ConnectionReport, OnEvent } from './report/events.js';
export type { StatusReport } from './report/status.js';
export type { Summary } from './report/summary.js';
export { baseAddress, credential, secret, setting } from './setting.js';

const DEFAULTS: CollectOptions = { ...DEFAULT_OPTIONS, trigger: 'library', signal: new AbortController().signal };

/** One run, as `analytics-collect collect`. Throws `CollectError` when there can be none. */
export async function collect(
  options: Partial<CollectOptions> & AppOptions = {},
  onEvent: OnEvent = () => undefined,
): Promise<Summary> {
  const app = await openApp(options);
  try {
    return await app.collect({ ...DEFAULTS, ...options }, onEvent);
  } finally {
    await app.close();
  }
}

/** How things stand over the last `days` ended days, as `analytics-collect status`. Throws `CollectError`. */
export async function status({
  days = DEFAULT_LOOKBACK_DAYS,
  ...options
}: { days?: number } & AppOptions = {}): Promise<StatusReport> {
  const app = await openApp(options);
  try {
    return await app.status(days);
  } finally {
    await app.close();
  }
}
