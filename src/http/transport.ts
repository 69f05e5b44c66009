import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import decompressResponse from 'decompress-response';
import { Interrupted, PlatformError, RunLimit } from '../errors.js';
import { parseJson } from '../text.js';
import type { HttpAnswer, HttpRequest } from './http.js';
import { NotPublic, noPublicAddress } from './public.js';
import { type Agents, createRoutes } from './routes.js';
import { createSockets } from './sockets.js';

/** For the name's lookup, the connection and TLS together. */
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 10_000_000;
const HEADERS = {
  'user-agent': 'analytics-collect',
  accept: 'application/json',
  'accept-encoding': 'gzip, br, deflate',
};

export interface TransportOptions {
  /** Connections to a host. */
  readonly concurrency: number;
  /** Aborted to cancel the requests in progress, but for those that are awaited. */
  readonly signal: AbortSignal;
  /** How long an answer may take. Default: 30 seconds. */
  readonly answerTimeoutMs?: number | undefined;
  readonly warn: (message: string) => void;
}

export interface Transport {
  /**
   * Sends a request once. An answer that does not arrive, or is too large, is a `PlatformError`. Throws `Interrupted`, and `RunLimit`
   * when no connection can be opened here, and `PlatformError` `configuration` when the request may not be sent.
   */
  send(request: HttpRequest): Promise<HttpAnswer | PlatformError>;
  close(): void;
}

/**
 * Sends requests over kept-alive connections, with Node's own client: got would more than double its CPU time, for what is
 * not used here. Redirects are not followed: they could send a token to another host.
 */
export function createTransport({
  concurrency,
  signal,
  answerTimeoutMs = ANSWER_TIMEOUT_MS,
  warn,
}: TransportOptions): Transport {
  const routes = createRoutes({ keepAlive: true, maxSockets: concurrency });
  const awaited = createRoutes({ maxSockets: concurrency });
  const sockets = createSockets({ most: concurrency, signal, closeIdle: routes.closeIdle, warn });
  // One listener for all requests: closing their connections ends them.
  signal.addEventListener('abort', routes.destroy);

  return {
    async send(request) {
      const { host } = request.url;
      const { agent, isProxied } = await (request.awaited ? awaited : routes).to(request.url, request.publicOnly);
      if (signal.aborted) throw new Interrupted();
      try {
        const answer = await sockets.use(() => exchange(request, agent, answerTimeoutMs));
        return answer ?? tooLarge(host);
      } catch (error) {
        if (signal.aborted) throw new Interrupted();
        if (error instanceof RunLimit) throw error;
        if (error instanceof NotPublic) throw noPublicAddress(host);
        const unreached = networkError(error, isProxied ? `${host} through the proxy` : host);
        return request.publicOnly ? withAdvice(unreached) : unreached;
      }
    },
    close() {
      signal.removeEventListener('abort', routes.destroy);
      routes.destroy();
      awaited.destroy();
    },
  };
}

/** Sends a request and reads its answer; null as soon as that exceeds the size limit. */
function exchange(given: HttpRequest, agents: Agents, timeoutMs: number): Promise<HttpAnswer | null> {
  return new Promise((resolve, reject) => {
    const isSecure = given.url.protocol === 'https:';
    const body = given.method === 'POST' ? bodyOf(given) : null;
    const headers = { ...HEADERS, ...(body !== null && bodyHeaders(body)), ...given.headers };
    const request = isSecure
      ? httpsRequest(given.url, { method: given.method, headers, agent: agents.https })
      : httpRequest(given.url, { method: given.method, headers, agent: agents.http });

    const expire = (what: string) => {
      reject(new Late(what));
      request.destroy();
    };
    const timers = [setTimeout(expire, timeoutMs, 'request')];
    request
      .on('socket', (socket) => {
        if (!socket.connecting) return;
        const timer = setTimeout(expire, CONNECT_TIMEOUT_MS, 'connect');
        timers.push(timer);
        socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(timer));
      })
      .on('response', (response) => {
        const { statusCode: status = 0, headers } = response;
        textOf(decompressResponse(response)).then((text) => {
          if (text === null) request.destroy();
          resolve(text === null ? null : { status, headers: headers as HttpAnswer['headers'], json: parseJson(text) });
        }, reject);
      })
      .on('error', reject)
      .on('close', () => {
        for (const timer of timers) clearTimeout(timer);
      })
      .end(body?.text);
  });
}

interface Body {
  readonly type: string;
  readonly text: string;
}

function bodyOf({ form, json }: HttpRequest): Body {
  return json === undefined
    ? { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() }
    : { type: 'application/json', text: JSON.stringify(json) };
}

function bodyHeaders({ type, text }: Body) {
  return { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) };
}

/** Reads a stream as text; null as soon as it exceeds the size limit of an answer, which counts what a compressed one unfolds to. */
function textOf(stream: Readable): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream
      .on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size <= LARGEST_ANSWER_BYTES) return;
        resolve(null);
        stream.destroy();
      })
      .on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      .on('error', reject)
      .on('close', () => reject(Object.assign(new Error('The answer ended early'), { code: 'ECONNRESET' })));
  });
}

/** A limit of time was reached. */
class Late extends Error {
  constructor(readonly what: string) {
    super(`The ${what} took too long`);
  }
}

function tooLarge(host: string): PlatformError {
  return new PlatformError(
    'unexpected_response',
    `${host} answered with more than ${LARGEST_ANSWER_BYTES / 1_000_000} MB`,
  );
}

/** The host of a user's account may be gone, as no platform's is. */
function withAdvice({ reason, message }: PlatformError): PlatformError {
  return new PlatformError(reason, `${message}; if this server is gone for good, remove the connection`);
}

/** Names only the host and the network's error code: Node's own message may quote the address. */
function networkError(error: unknown, host: string): PlatformError {
  if (error instanceof Late) return new PlatformError('timeout', `${host} did not answer in time (${error.what})`);
  const code = error instanceof Error && 'code' in error ? error.code : 'unknown error';
  return new PlatformError('platform_error', `cannot reach ${host} (${code})`);
}
