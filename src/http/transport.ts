import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError, type StreamOptions, TimeoutError } from 'got';
import { Interrupted, PlatformError } from '../errors.js';
import { parseJson } from '../text.js';
import type { HttpAnswer, HttpRequest } from './http.js';

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 10_000_000;

export interface TransportOptions {
  /** Connections to a host. */
  readonly concurrency: number;
  /** Aborted to cancel the requests in progress. */
  readonly signal: AbortSignal;
  /** How long an answer may take. Default: 30 seconds. */
  readonly answerTimeoutMs?: number | undefined;
}

export interface Transport {
  /** Sends a request once. An answer that does not arrive, or is too large, is a `PlatformError`. Throws `Interrupted`. */
  send(request: HttpRequest): Promise<HttpAnswer | PlatformError>;
  close(): void;
}

/** Sends requests over kept-alive connections. Redirects are not followed: they could send a token to another host. */
export function createTransport({
  concurrency,
  signal,
  answerTimeoutMs = ANSWER_TIMEOUT_MS,
}: TransportOptions): Transport {
  // Every request in flight listens to this signal; their number is bounded, so this is not a leak.
  setMaxListeners(0, signal);
  const agent = {
    http: new HttpAgent({ keepAlive: true, maxSockets: concurrency }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: concurrency }),
  };
  const client = got.extend({
    agent,
    followRedirect: false,
    throwHttpErrors: false,
    // A small compressed body could expand past the size limit.
    decompress: false,
    retry: { limit: 0 },
    timeout: {
      lookup: CONNECT_TIMEOUT_MS,
      connect: CONNECT_TIMEOUT_MS,
      secureConnect: CONNECT_TIMEOUT_MS,
      request: answerTimeoutMs,
    },
    headers: { 'user-agent': 'analytics-collect', accept: 'application/json' },
  });

  return {
    async send(request) {
      const options: StreamOptions = { method: request.method, headers: request.headers, signal };
      // Without a body, a stream of a POST waits for one.
      if (request.method === 'POST') options.form = request.form ?? {};
      try {
        const stream = client.stream(request.url, options);
        // Nothing else handles an abort after the last byte.
        stream.on('error', () => undefined);
        // A stream that has ended still listens to the run's signal.
        const body = await bounded(stream).finally(() => stream.destroy());
        if (body === null) throw tooLarge(request.url);
        if (!stream.response) throw new Error('the answer ended without headers');
        const { statusCode, headers } = stream.response;
        return { status: statusCode, headers: flatten(headers), json: parseJson(body) };
      } catch (error) {
        if (signal.aborted) throw new Interrupted();
        if (error instanceof RequestError) return networkError(error, request.url);
        throw error;
      }
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

/** Reads a stream as text; null as soon as it exceeds the size limit of an answer. */
async function bounded(stream: AsyncIterable<Buffer>): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function tooLarge(url: URL): PlatformError {
  return new PlatformError(
    'unexpected_response',
    `${url.host} answered with more than ${LARGEST_ANSWER_BYTES / 1_000_000} MB`,
  );
}

/** Names only the host and the network's error code: got's own message may quote the address. */
function networkError(error: RequestError, url: URL): PlatformError {
  if (error instanceof TimeoutError)
    return new PlatformError('timeout', `${url.host} did not answer in time (${error.event})`);
  return new PlatformError('platform_error', `cannot reach ${url.host} (${error.code})`);
}
