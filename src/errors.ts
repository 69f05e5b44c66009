import { EXIT } from './exit-codes.js';

/** Why an account or one of its days could not be collected. Stored in `reason`; readers rely on these names. */
export const FAILURE_REASONS = [
  'needs_reconnect',
  'missing_permission',
  'throttled',
  'quota_exhausted',
  'platform_error',
  'timeout',
  'unexpected_response',
  'undecryptable_token',
  'configuration',
] as const;

/** One of `FAILURE_REASONS`. */
export type FailureReason = (typeof FAILURE_REASONS)[number];

export function isFailureReason(text: string): text is FailureReason {
  return FAILURE_REASONS.some((reason) => reason === text);
}

/**
 * Why a day is not collected although nothing failed. `out_of_reach`: further back than the platform answers for.
 * `missing_permission`: the user has not granted what the platform asks for.
 */
export const SKIP_REASONS = ['personal_profile', 'out_of_reach', 'missing_permission'] as const;

/** One of `SKIP_REASONS`. */
export type SkipReason = (typeof SKIP_REASONS)[number];

/** The reason of an account of which no day was reached before the run came to one of its limits. It is not stored. */
export const NOT_REACHED = 'not_reached';

/** Whether accounts with this reason were skipped: they did not fail. */
export function isSkipReason(reason: string): boolean {
  return [...SKIP_REASONS, NOT_REACHED].some((known) => known === reason);
}

/**
 * What a platform's failure affects: the days of one request, everything of one connection or, judging by its message, everyone
 * who uses the same API. Whether that API is skipped for the rest of a run depends on whether other accounts get the same failure.
 */
export type FailureScope = 'day' | 'connection' | 'platform';

/** A platform refused or did not answer. Becomes an outcome in the ledger, and never ends the run. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';

  constructor(
    readonly reason: FailureReason,
    message: string,
    readonly scope: FailureScope = 'day',
  ) {
    super(message);
  }
}

/** The access token is not accepted; a renewed one may be. */
export class StaleToken extends PlatformError {
  constructor(said: string) {
    super('needs_reconnect', `${said}; connect the account again`, 'connection');
  }
}

/** The run has reached one of its limits. No platform is at fault: what is left is not reached, and due in the next run. */
export class RunLimit extends PlatformError {}

/** Thrown by a request that was not sent, or not awaited, because the run is stopping. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('the run was interrupted');
  }
}

/** The codes of errors that end a command, each with its exit code. */
export const EXIT_CODES = {
  usage: EXIT.usage,
  config_invalid: EXIT.usage,
  no_store: EXIT.usage,
  key_missing: EXIT.usage,
  schema_missing: EXIT.usage,
  schema_outdated: EXIT.usage,
  store_refused: EXIT.usage,
  store_unreachable: EXIT.failed,
  store_slow: EXIT.failed,
  store_conflict: EXIT.failed,
  store_exhausted: EXIT.failed,
  store_failed: EXIT.failed,
  store_damaged: EXIT.failed,
  store_other_version: EXIT.usage,
  host_exhausted: EXIT.failed,
  store_locked: EXIT.locked,
  disk_full: EXIT.failed,
  disk_failed: EXIT.failed,
  engine_failed: EXIT.failed,
  lock_lost: EXIT.failed,
  lease_held: EXIT.locked,
  lease_lost: EXIT.failed,
  no_connections: EXIT.failed,
  clock_skew: EXIT.failed,
  stopping: EXIT.failed,
  address_taken: EXIT.failed,
  check_failed: EXIT.failed,
  consent_denied: EXIT.failed,
  consent_failed: EXIT.failed,
  consent_incomplete: EXIT.failed,
  consent_timeout: EXIT.failed,
  no_accounts: EXIT.failed,
  not_found: EXIT.failed,
  file_failed: EXIT.failed,
  output_failed: EXIT.failed,
  package_missing: EXIT.failed,
} as const;

/** The code of a `CollectError`; codes are added, never changed. */
export type ErrorCode = keyof typeof EXIT_CODES;

/** A failure that ends the command: what failed and why (`message`) and what to do about it (`fix`), one sentence each. */
export class CollectError extends Error {
  override readonly name = 'CollectError';
  readonly exitCode: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.exitCode = EXIT_CODES[code];
  }
}

/** The database does not take a row: its value, or what the table requires of it, is at fault. */
export class RowRefused extends CollectError {
  constructor(message: string, fix: string) {
    super('store_failed', message, fix);
  }
}

/** A call is larger than the database's gateway accepts. */
export class CallTooLarge extends CollectError {
  constructor(message: string, fix: string) {
    super('store_failed', message, fix);
  }
}

/** Another run is in progress in the scope. */
export class LeaseHeld extends CollectError {
  constructor(
    readonly runId: string,
    readonly startedAt: Date,
    message: string,
    fix: string,
  ) {
    super('lease_held', message, fix);
  }
}

/** Another run has taken over this run's lease, which a heartbeat or a write noticed. */
export function leaseLost(): CollectError {
  return new CollectError(
    'lease_lost',
    'The lease expired and another run took over, so this run stopped.',
    'Nothing is lost: the other run collects what this one did not.',
  );
}

/** There is no PostgreSQL over which processes could share a run. */
export function noJobs(): CollectError {
  return new CollectError(
    'usage',
    '--distributed needs DATABASE_URL: processes share a run over PostgreSQL.',
    'Set it to a PostgreSQL that all of them reach, even beside SUPABASE_URL; or divide the users among them with --shard.',
  );
}

/** Another attempt at a piece of the run has begun, because this process was taken for dead. The run goes on. */
export class PieceTaken extends CollectError {
  constructor() {
    super(
      'lease_lost',
      'Another worker took over these accounts.',
      'Nothing is lost: it collects what this one did not.',
    );
  }
}

/** A run that processes share has ended with an error, which another of them reports. */
export class EndedElsewhere extends CollectError {
  constructor(runId: string) {
    super(
      'lease_lost',
      `Run ${runId} ended with an error, which another of its processes has reported.`,
      'See the output of that process, or `analytics-collect status`.',
    );
  }
}

/** Whether an error of Node or of a database has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
