import type { PlatformError } from '../errors.js';

/** A request to a platform. Tokens belong in `headers`, never in the address. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The API's name, for messages: `YouTube Data API`. Quotas, rests and outages are tracked per API. Default: the whole platform is
   * one API.
   */
  readonly api?: string;
  /**
   * The address comes from a user's account: it must be https, and is asked only at public IP addresses, never at one of a private network or
   * of this machine. The address that is connected to is what counts, also behind a proxy.
   */
  readonly publicOnly?: boolean;
  /** Once it is sent, its answer is awaited even if the run stops: what it replaces, such as a refresh token, is not given again. */
  readonly awaited?: boolean;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as `application/json`, in the place of a form. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** A complete answer. `json` is undefined if the body is not JSON. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly json: unknown;
}

/** How a platform's code judges an answer, by its error codes and not just by its HTTP status. */
export type Verdict<T> = (
  | { readonly kind: 'accept'; readonly value: T }
  /** Worth another attempt; `error` is thrown when attempts run out. */
  | { readonly kind: 'retry'; readonly error: PlatformError; readonly maxAttempts?: number }
  /**
   * The app has sent too many requests: the API is left alone for `ms`, or for as long as `Retry-After` says, and then the request is
   * sent again, without spending an attempt. `error` is thrown when that is longer than the run waits.
   */
  | { readonly kind: 'rest'; readonly error: PlatformError; readonly ms: number }
  /** An error of scope `platform` makes the run skip the API: at once if its daily quota is used up, otherwise when three accounts get it. */
  | { readonly kind: 'refuse'; readonly error: PlatformError }
) & {
  /** The rests that the answer asks for before the next request. */
  readonly rests?: readonly Rest[];
};

/** A pause that a platform demands for one account, or for all requests of the app. */
export interface Rest {
  readonly of: 'app' | 'account';
  readonly ms: number;
}

/** Judges a complete answer, whatever its status. */
export type Judge<T> = (answer: HttpAnswer) => Verdict<T>;

/** Sends one account's requests: limited in number, time and size; retried if that can help; paused when the platform asks for it. */
export interface Http {
  /** Throws `PlatformError` for a refusal or when attempts run out, `Interrupted` when the run is stopping. */
  ask<T>(request: HttpRequest, judge: Judge<T>): Promise<T>;
}
