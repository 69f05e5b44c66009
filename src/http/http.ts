import type { PlatformError } from '../errors.js';

/** A request to a platform. Tokens belong in `headers`, never in the address. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The API that is asked, for people: `YouTube Data API`. Each has its own quota, its own rests and its own trouble. Absent, the
   * platform is taken for one API.
   */
  readonly api?: string;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>>;
}

/** A whole answer. `json` is undefined when the body is not JSON. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly json: unknown;
}

/** What a platform makes of an answer, from its error codes rather than from the HTTP status alone. */
export type Verdict<T> = (
  | { readonly kind: 'accept'; readonly value: T }
  /** Worth another attempt; `error` is what it ends in when attempts run out. */
  | { readonly kind: 'retry'; readonly error: PlatformError; readonly maxAttempts?: number }
  /** An error of scope `platform` counts against the API: at once where its daily quota is gone, else once three accounts meet it. */
  | { readonly kind: 'refuse'; readonly error: PlatformError }
) & {
  /** The rests that the answer asks for before the next request. */
  readonly rests?: readonly Rest[];
};

/** A pause that a platform asks of one account, or of all that the app asks for. */
export interface Rest {
  readonly of: 'app' | 'account';
  readonly ms: number;
}

/** Judges a whole answer, whatever its status. */
export type Judge<T> = (answer: HttpAnswer) => Verdict<T>;

/** One account's requests: bounded in number, time and size; retried where that can help; paused when the platform asks for it. */
export interface Http {
  /** Throws `PlatformError` for a refusal or when attempts run out, `Interrupted` when the run is stopping. */
  ask<T>(request: HttpRequest, judge: Judge<T>): Promise<T>;
}
