/** The library behind the command: the same runs, from a program of your own. */
export { type App, type AppOptions, type ConnectionInput, openApp } from './app.js';
export type { CollectOptions } from './collector/collect.js';
export type { CollectEvent, ConnectionReport, OnEvent } from './collector/events.js';
export type { Window } from './collector/plan.js';
export type { StatusReport } from './collector/status.js';
export type { Summary } from './collector/summary.js';
export { CollectError, FAILURE_REASONS, type FailureReason, PlatformError } from './errors.js';
export type { Account, Day, DayResult, MetricValue, Platform, PlatformContext } from './platforms/platform.js';
