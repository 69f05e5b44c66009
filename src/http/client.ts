import pLimit from 'p-limit';
import type { Clock } from '../clock.js';
import { Interrupted, PlatformError, RunLimit } from '../errors.js';
import { formatNumber } from '../text.js';
import { createGate, type Gate } from './gate.js';
import type { Http, HttpAnswer, HttpRequest, Judge, Verdict } from './http.js';
import { withinOpenFiles } from './open-files.js';
import { LONGEST_RETRY_AFTER_MS, MAX_ATTEMPTS, retryAfterMs, retryDelay } from './retry.js';
import { createTransport } from './transport.js';

export interface HttpCounters {
  /** Requests sent, including retries. */
  total: number;
  retried: number;
}

export interface HttpClientOptions {
  /** Requests in progress at once. */
  readonly concurrency: number;
  /** Aborted to stop the run: nothing more is sent, and requests in progress are cancelled. */
  readonly signal: AbortSignal;
  readonly counters: HttpCounters;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** Called with the headers of every answer. */
  readonly onAnswer?: (headers: HttpAnswer['headers']) => void;
  readonly limits: RunLimits;
  /** How long an answer may take. Default: 30 seconds. */
  readonly answerTimeoutMs?: number | undefined;
}

/** The limits of a run. Once one is reached nothing more is sent, and the rest is left to the next run. */
export interface RunLimits {
  /** Requests in total, including retries. */
  readonly maxRequests: number;
  /** Since the run began, on a monotonic clock. */
  readonly maxDurationMs: number;
  /** The longest rest to wait for when a platform asks for one. */
  readonly maxWaitMs: number;
}

export interface HttpClient {
  /** The requests of one account of a platform. Problems of one API do not affect another. */
  lane(platform: string, account: string): Http;
  close(): void;
}

export function createHttp(options: HttpClientOptions): HttpClient {
  const { concurrency, signal, counters, clock, warn, limits } = options;
  const transport = createTransport(options);
  const transmit = withinOpenFiles(transport.send, { concurrency, warn, pause });
  const begunAt = clock.monotonic();
  const limit = pLimit(concurrency);
  const gates = new Map<string, Gate>();

  async function send(request: HttpRequest): Promise<HttpAnswer | PlatformError> {
    if (signal.aborted) throw new Interrupted();
    const exceeded = exceededLimit(limits, counters.total, clock.monotonic() - begunAt);
    if (exceeded) {
      warn(`${exceeded.message}; the rest is due in the next run`);
      throw exceeded;
    }
    counters.total++;
    const answer = await transmit(request);
    if (!(answer instanceof PlatformError)) options.onAnswer?.(answer.headers);
    return answer;
  }

  function gateOf(api: string): Gate {
    const gate = gates.get(api) ?? createGate({ api, maxWaitMs: limits.maxWaitMs, now: clock.now, warn });
    gates.set(api, gate);
    return gate;
  }

  async function pause(ms: number): Promise<void> {
    await clock.sleep(ms, signal).catch(() => {
      throw new Interrupted();
    });
  }

  /** Asks the gate only when it is the request's turn, so that answers that arrived while it was queued count. */
  async function sendWhenAdmitted(gate: Gate, account: string, request: HttpRequest) {
    for (;;) {
      const sent = await limit(async () => {
        const rest = gate.admit(account);
        const { answered } = gate;
        return rest > 0 ? { rest } : { answer: await send(request), answered };
      });
      if (sent.answer) return sent;
      await pause(sent.rest);
    }
  }

  async function ask<T>(gate: Gate, account: string, request: HttpRequest, judge: Judge<T>): Promise<T> {
    let answeredBefore: number | null = null;
    for (let attempt = 1; ; attempt++) {
      const { answer, answered } = await sendWhenAdmitted(gate, account, request);
      answeredBefore ??= answered;
      const verdict: Verdict<T> = answer instanceof PlatformError ? { kind: 'retry', error: answer } : judge(answer);
      gate.note(account, verdict);
      if (verdict.kind === 'accept') return verdict.value;
      if (verdict.kind === 'refuse') throw verdict.error;
      const retryAfter = answer instanceof PlatformError ? undefined : answer.headers['retry-after'];
      const asked = retryAfterMs(retryAfter, clock.now());
      const delay = retryDelay({
        attempt,
        maxAttempts: verdict.maxAttempts ?? MAX_ATTEMPTS,
        retryAfter,
        now: clock.now(),
        random: Math.random(),
      });
      if (delay === null) {
        gate.giveUp(account, verdict.error, answeredBefore);
        throw asked !== null && asked > LONGEST_RETRY_AFTER_MS ? tooPatient(verdict.error, asked) : verdict.error;
      }
      await pause(delay);
      counters.retried++;
    }
  }

  return {
    lane: (platform, account) => ({
      ask: (request, judge) => ask(gateOf(request.api ?? platform), account, request, judge),
    }),
    close: transport.close,
  };
}

function exceededLimit(
  { maxRequests, maxDurationMs }: RunLimits,
  sent: number,
  elapsedMs: number,
): PlatformError | null {
  if (sent >= maxRequests) {
    return new RunLimit(
      'quota_exhausted',
      `the run has reached its limit of ${formatNumber(maxRequests)} requests (--max-requests)`,
      'connection',
    );
  }
  if (elapsedMs >= maxDurationMs)
    return new RunLimit('timeout', 'the run has reached its time limit (--max-duration)', 'connection');
  return null;
}

function tooPatient(error: PlatformError, ms: number): PlatformError {
  const minutes = Math.ceil(ms / 60_000);
  return new PlatformError(
    'throttled',
    `${error.message}; retry after ${formatNumber(minutes)} min, which is longer than a run waits`,
    'connection',
  );
}
