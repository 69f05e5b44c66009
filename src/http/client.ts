import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import got, { type OptionsInit, RequestError, TimeoutError } from 'got';
import pLimit from 'p-limit';
import { Interrupted, PlatformError } from '../errors.js';
import type { Http, HttpAnswer, HttpRequest, Judge } from './http.js';
import { MAX_ATTEMPTS, retryDelay } from './retry.js';

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 30_000;

export interface HttpCounters {
  /** Requests sent, retries among them. */
  total: number;
  retried: number;
}

export interface HttpClientOptions {
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Aborted when the run is to stop: nothing more is sent, what is under way is given up. */
  readonly signal: AbortSignal;
  readonly counters: HttpCounters;
  readonly now: () => Date;
  /** Waits before another attempt; throws `Interrupted` when the signal is aborted. Tests need not wait. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Requests over kept-alive connections. No redirect is followed: it could carry a token to another host. */
export function createHttp({
  concurrency,
  signal,
  counters,
  now,
  pause = sleepUnlessAborted,
}: HttpClientOptions): Http & { close(): void } {
  // Every request under way listens to the one signal: their number is bounded, and no leak.
  setMaxListeners(0, signal);
  const limit = pLimit(concurrency);
  const agent = {
    http: new HttpAgent({ keepAlive: true, maxSockets: concurrency }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: concurrency }),
  };
  const client = got.extend({
    agent,
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: {
      lookup: CONNECT_TIMEOUT_MS,
      connect: CONNECT_TIMEOUT_MS,
      secureConnect: CONNECT_TIMEOUT_MS,
      request: ANSWER_TIMEOUT_MS,
    },
    headers: { 'user-agent': 'analytics-collect', accept: 'application/json' },
  });

  async function send(request: HttpRequest): Promise<HttpAnswer | PlatformError> {
    if (signal.aborted) throw new Interrupted();
    counters.total++;
    const options: OptionsInit = { method: request.method, headers: request.headers, signal };
    if (request.form) options.form = request.form;
    try {
      const response = await client(request.url, { ...options, isStream: false, responseType: 'text' });
      return {
        status: response.statusCode,
        headers: flatten(response.headers),
        json: parseJson(String(response.body)),
      };
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      if (error instanceof RequestError) return networkError(error, request.url);
      throw error;
    }
  }

  return {
    async ask<T>(request: HttpRequest, judge: Judge<T>): Promise<T> {
      for (let attempt = 1; ; attempt++) {
        const answer = await limit(send, request);
        const verdict = answer instanceof PlatformError ? ({ kind: 'retry', error: answer } as const) : judge(answer);
        if (verdict.kind === 'accept') return verdict.value;
        if (verdict.kind === 'refuse') throw verdict.error;
        const delay = retryDelay({
          attempt,
          maxAttempts: 'maxAttempts' in verdict ? (verdict.maxAttempts ?? MAX_ATTEMPTS) : MAX_ATTEMPTS,
          retryAfter: answer instanceof PlatformError ? undefined : answer.headers['retry-after'],
          now: now(),
          random: Math.random(),
        });
        if (delay === null) throw verdict.error;
        await pause(delay, signal);
        counters.retried++;
      }
    },
    close() {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw new Interrupted();
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Names the host and the network's code only: got's own message may quote the address. */
function networkError(error: RequestError, url: URL): PlatformError {
  if (error instanceof TimeoutError)
    return new PlatformError('timeout', `${url.host} did not answer in time (${error.event})`);
  return new PlatformError('platform_error', `${url.host} could not be reached (${error.code})`);
}
