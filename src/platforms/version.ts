import type { HttpAnswer } from '../http/http.js';

/** A version of an API that may exist by now. */
export interface NewerVersion {
  readonly name: string;
  /** An address that tells, without a token. */
  readonly url: URL;
  exists(answer: HttpAnswer): boolean;
}

/** The version of an API that is used, and when it ends. */
export interface ApiVersion {
  /** As it is sent: `v25.0`. */
  readonly name: string;
  /** The date (`YYYY-MM-DD`) on which it ends, or may end at the earliest; null if none is known. */
  readonly endsOn: string | null;
  /** The variable that selects another version; null if there is no choice. */
  readonly variable: string | null;
  /** How to find out whether there is a version that is not known yet. Absent if that takes a token. */
  readonly newer?: NewerVersion;
}
