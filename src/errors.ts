import { EXIT } from './exit-codes.js';

/** Why an account or its day could not be collected. Stored in `reason`; readers rely on these names. */
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

/**
 * Why a day is not collected without anything having failed. `out_of_reach`: further back than the platform answers.
 * `missing_permission`: the user has not granted what the platform asks for.
 */
export const SKIP_REASONS = ['personal_profile', 'out_of_reach', 'missing_permission'] as const;

/** One of `SKIP_REASONS`. */
export type SkipReason = (typeof SKIP_REASONS)[number];

export function isSkipReason(reason: string): reason is SkipReason {
  return SKIP_REASONS.some((known) => known === reason);
}

/**
 * How far a platform's failure reaches: the days of one request, everything of one connection, or, as far as its words tell,
 * everybody who asks the same API. Whether that API is skipped for the rest of a run is decided by what other accounts meet.
 */
export type FailureScope = 'day' | 'connection' | 'platform';

/** A platform's refusal or silence. It ends as an outcome in the ledger, never as the end of the run. */
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

/** The run may not ask for more: no fault of a platform, and what is left is due in the next run. */
export class RunLimit extends PlatformError {}

/** Thrown by a request that was not sent, or not awaited to its end, because the run is stopping. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('the run was interrupted');
  }
}

/** What ends a command, with the exit code it ends in. */
export const EXIT_CODES = {
  usage: EXIT.usage,
  config_invalid: EXIT.usage,
  no_store: EXIT.usage,
  key_missing: EXIT.usage,
  schema_missing: EXIT.usage,
  schema_outdated: EXIT.usage,
  store_refused: EXIT.usage,
  store_unreachable: EXIT.failed,
  store_failed: EXIT.failed,
  store_locked: EXIT.locked,
  lease_held: EXIT.locked,
  lease_lost: EXIT.failed,
  no_connections: EXIT.failed,
  clock_skew: EXIT.failed,
  stopping: EXIT.failed,
  address_taken: EXIT.failed,
  check_failed: EXIT.failed,
  not_found: EXIT.failed,
} as const;

/** What a `CollectError` is known by; names are added, never changed. */
export type ErrorCode = keyof typeof EXIT_CODES;

/** A failure that ends the command: says what failed and why (`message`) and what to do about it (`fix`), a sentence each. */
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

/** Another run is at work in the scope. */
export class LeaseHeld extends CollectError {
  constructor(
    readonly runId: string,
    message: string,
    fix: string,
  ) {
    super('lease_held', message, fix);
  }
}

/** Another run has taken over this run's lease: whoever notices first, a heartbeat or a write. */
export function leaseLost(): CollectError {
  return new CollectError(
    'lease_lost',
    'The lease expired and another run took over, so this run stopped.',
    'Nothing is lost: the other run collects what this one did not.',
  );
}

/** Whether an error is one of Node's or a database's with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
