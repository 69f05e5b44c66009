/**
 * The library behind the command: the same runs, from your own program.
 *
 * Dates are `YYYY-MM-DD` in the platform's time zone, instants are ISO 8601 in UTC or `Date`, durations are milliseconds
 * (`…Ms`). What ends a call is thrown as a `CollectError` with a `code`; what happens to one account is an outcome in the summary.
 */
import { type AppOptions, openApp as open } from './app.js';
import type { CollectOptions } from './collector/options.js';
import type { AddedConnection, ConnectionInput } from './connections.js';
import {
  parseAppOptions,
  parseCollectOptions,
  parseConnection,
  parseId,
  parseOnEvent,
  parseRunOptions,
  parseStatusOptions,
} from './library/options.js';
import type { OnEvent } from './report/events.js';
import type { StatusReport } from './report/status-report.js';
import type { Summary } from './report/summary.js';
import type { AppliedSchema } from './store/apply-schema.js';
import type { ChosenPrimary, ConnectionSummary, WrittenMetric } from './store/store.js';

export type { AppOptions } from './app.js';
export type { CollectOptions } from './collector/options.js';
export type { Window } from './collector/window.js';
export type { AddedConnection, ConnectionInput } from './connections.js';
export {
  CollectError,
  type ErrorCode,
  FAILURE_REASONS,
  type FailureReason,
  type FailureScope,
  PlatformError,
  type SkipReason,
} from './errors.js';
export type { RunLimits } from './http/client.js';
export type { ApiState } from './http/gate.js';
export type { Http, HttpAnswer, HttpRequest, Judge, Rest, Verdict } from './http/http.js';
export type { Pace, Rates } from './http/pace.js';
export { type Sandbox, type SandboxOptions, startSandbox } from './library/sandbox.js';
export type { SandboxSettings } from './open-sandbox.js';
export type { DefaultStore } from './open-store.js';
export type { AppCredential, Consent, ConsentedAccount, ConsentFlow, RequestParameters } from './platforms/consent.js';
export type {
  Account,
  CheckContext,
  Collected,
  Day,
  DayResult,
  MetricInfo,
  MetricValue,
  NonEmpty,
  Platform,
  PlatformContext,
  Reconciliation,
  RefusedMetrics,
  Renewal,
  RenewedTokens,
  SeriesBreak,
  Split,
} from './platforms/contract.js';
export { dayResult } from './platforms/contract.js';
export type { PlatformDefinition } from './platforms/definition.js';
export { definePlatform } from './platforms/definition.js';
export { judgePlain } from './platforms/shared/verdicts.js';
export type { ApiVersion, NewerVersion } from './platforms/version.js';
export type { Change } from './report/changes.js';
export type {
  CollectEvent,
  ConnectionReport,
  OnEvent,
  Phase,
  PhaseReport,
  ProgressEvent,
  SharedEvent,
} from './report/events.js';
export type {
  Action,
  Coming,
  DistributedRun,
  ExpiringToken,
  FailingReport,
  PlatformStatus,
  ReportedRun,
  StatusReport,
} from './report/status-report.js';
export type { Failure, PlatformChanges, Summary } from './report/summary.js';
export type { Fault, PlainFault, SandboxPlatform } from './sandbox/account.js';
export type { SandboxKind } from './sandbox/kinds.js';
export {
  baseAddress,
  credential,
  loginAddress,
  loginSecret,
  secret,
  setting,
  type Values,
  type Variable,
} from './setting.js';
export type { DayCounts } from './store/account-states.js';
export type { OutcomeState } from './store/accounts.js';
export type { AppliedSchema } from './store/apply-schema.js';
export type { PlatformSummary, RunCounts, RunError, RunSummary } from './store/run-summary.js';
export type { Selection } from './store/selection.js';
export type { ChosenPrimary, ConnectionSummary, NewConnection, RunStatus, WrittenMetric } from './store/store.js';
export type { Environment } from './variables.js';

/** An open database with the platforms and the key of its tokens, for several calls. Close it when done. */
export interface App {
  /** What the user should be told before anything else, such as where a new key was created. */
  readonly notices: readonly string[];
  /**
   * One run, as `analytics-collect collect`. Throws `CollectError`: `usage` for wrong options, `lease_held` while another run of
   * the same scope is in progress, `no_connections`, `clock_skew`, or what the database throws (`store_…`, `schema_…`).
   */
  collect(options?: Partial<CollectOptions>, onEvent?: OnEvent): Promise<Summary>;
  /** The state of each platform over the last `days` ended days (default: 7), as `analytics-collect status`. */
  status(days?: number): Promise<StatusReport>;
  /** What was written in the last 24 hours, by platform and metric. */
  writtenToday(): Promise<WrittenMetric[]>;
  /** Brings the database's schema up to date, and says what it did. A Supabase project needs `DATABASE_URL` for this. */
  applySchema(): Promise<AppliedSchema>;
  /** Every connection, active or not, without its tokens. */
  listConnections(): Promise<ConnectionSummary[]>;
  /**
   * Adds a connection, or renews the one of the same user, platform and account. Its tokens are given unencrypted and stored
   * encrypted. Throws `CollectError`: `check_failed` when the platform does not accept the token, `usage` for a wrong
   * argument or an unknown platform.
   */
  addConnection(connection: ConnectionInput): Promise<AddedConnection>;
  /** Removes a connection; the data collected from its account is kept. False if there is no connection with this id. */
  removeConnection(id: string): Promise<boolean>;
  /** Makes the account that a connection opens the primary one of its user and platform. */
  choosePrimary(connectionId: string): Promise<ChosenPrimary>;
  /** Closes the database. The app cannot be used afterwards. */
  close(): Promise<void>;
}

/**
 * Opens the configured database. Settings come from the environment over `.env`, unless `environment` is given. Throws
 * `CollectError`: `usage` for wrong options, `config_invalid`, `no_store`, `key_missing`, or what opening the database throws (`store_…`).
 */
export async function openApp(options: AppOptions = {}): Promise<App> {
  const { ownPlatforms = [], ...others } = parseAppOptions(options);
  const app = await open({ ...others, ownPlatforms });
  return {
    notices: app.notices,
    collect: async (run = {}, onEvent = () => undefined) =>
      app.collect(parseCollectOptions({ ...parseRunOptions(run), ownPlatforms }), parseOnEvent(onEvent)),
    status: async (days) => app.status(parseStatusOptions(days === undefined ? {} : { days }).days),
    writtenToday: app.writtenToday,
    applySchema: app.applySchema,
    listConnections: () => app.store.listConnections(),
    addConnection: async (connection) => app.addConnection(parseConnection(connection)),
    removeConnection: async (id) => app.store.removeConnection(parseId(id)),
    choosePrimary: async (connectionId) => app.choosePrimary(parseId(connectionId)),
    close: app.close,
  };
}

/**
 * One run, as `analytics-collect collect`: opens the configured database, collects, and closes it. Throws `CollectError` when a run
 * is not possible: `usage` for wrong options, before anything is opened, otherwise as `openApp` and its `collect`.
 */
export async function collect(
  options: Partial<CollectOptions> & AppOptions = {},
  onEvent: OnEvent = () => undefined,
): Promise<Summary> {
  const parsed = parseCollectOptions(options);
  const told = parseOnEvent(onEvent);
  const app = await open(parsed);
  try {
    return await app.collect(parsed, told);
  } finally {
    await app.close();
  }
}

/**
 * The state of each platform over its last `days` ended days (default: 7), in its time zone, as `analytics-collect status`.
 * Throws `CollectError`: `usage` for wrong options, otherwise as `openApp`, or what the database throws.
 */
export async function status(options: { readonly days?: number } & AppOptions = {}): Promise<StatusReport> {
  const parsed = parseStatusOptions(options);
  const app = await open(parsed);
  try {
    return await app.status(parsed.days);
  } finally {
    await app.close();
  }
}
