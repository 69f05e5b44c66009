import got, { type Request, RequestError, type StreamOptions, TimeoutError } from 'got';
import { Interrupted, OutOfFiles, PlatformError } from '../errors.js';
import { parseJson } from '../text.js';
import type { HttpAnswer, HttpRequest } from './http.js';
import { createRoutes } from './routes.js';

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
  const routes = createRoutes({ keepAlive: true, maxSockets: concurrency });
  const client = got.extend({
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: {
      lookup: CONNECT_TIMEOUT_MS,
      connect: CONNECT_TIMEOUT_MS,
      secureConnect: CONNECT_TIMEOUT_MS,
      request: answerTimeoutMs,
    },
    headers: { 'user-agent': 'analytics-collect', accept: 'application/json' },
  });

  // One listener for all requests: closing their connections ends them.
  signal.addEventListener('abort', routes.destroy);

  return {
    async send({ method, url, headers, form = {} }) {
      const { agent, isProxied } = await routes.to(url);
      // Without a body, a stream of a POST waits for one.
      const options: StreamOptions = { method, headers, agent, ...(method === 'POST' && { form }) };
      try {
        const stream = client.stream(url, options);
        stream.once('request', (request) => {
          // It has no connection yet.
          if (signal.aborted) request.destroy();
        });
        const body = await textOf(stream);
        if (body === null) throw tooLarge(url);
        if (!stream.response) throw new Error('the answer ended without headers');
        const { statusCode, headers } = stream.response;
        return { status: statusCode, headers: headers as HttpAnswer['headers'], json: parseJson(body) };
      } catch (error) {
        if (signal.aborted) throw new Interrupted();
        if (error instanceof RequestError)
          return networkError(error, isProxied ? `${url.host} through the proxy` : url.host);
        throw error;
      }
    },
    close() {
      signal.removeEventListener('abort', routes.destroy);
      routes.destroy();
    },
  };
}

/** Reads a stream as text; null as soon as it exceeds the size limit of an answer, which counts what a compressed one unfolds to. */
function textOf(stream: Request): Promise<string | null> {
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
      .on('error', reject);
  });
}

function tooLarge(url: URL): PlatformError {
  return new PlatformError(
    'unexpected_response',
    `${url.host} answered with more than ${LARGEST_ANSWER_BYTES / 1_000_000} MB`,
  );
}

/** Names only the host and the network's error code: got's own message may quote the address. */
function networkError(error: RequestError, host: string): PlatformError {
  if (error instanceof TimeoutError)
    return new PlatformError('timeout', `${host} did not answer in time (${error.event})`);
  if (error.code === 'EMFILE' || error.code === 'ENFILE')
    return new OutOfFiles(
      'platform_error',
      `cannot reach ${host}: this machine allows no more open files (${error.code})`,
    );
  return new PlatformError('platform_error', `cannot reach ${host} (${error.code})`);
}
