import type { IncomingHttpHeaders } from 'node:http';

export interface SandboxRequest {
  /** One of `APIS`; also the first segment of the path under which the sandbox serves it. */
  readonly api: string;
  /** The API's base address, without a trailing slash. */
  readonly base: string;
  readonly method: string;
  /** Without the API's prefix, still percent-encoded. */
  readonly path: string;
  /** Without `?`, still percent-encoded. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body of a POST. */
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  /** An object is sent as JSON, a string as it is. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The account whose token was used. */
  readonly accountId?: string;
  /** The API has no such address, so the client made a mistake. */
  readonly unexpected?: true;
  /** No answer at all. */
  readonly silence?: 'stall' | 'reset';
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(request: SandboxRequest): string | undefined {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
}

/** A path segment or parameter, decoded; undefined if its percent-encoding is invalid. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
