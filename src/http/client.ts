import type { Clock } from '../clock.js';
import { Interrupted, PlatformError, RunLimit } from '../errors.js';
import { formatNumber } from '../text.js';
import type { Budget } from './budget.js';
import { type ApiState, createGate, type Gate } from './gate.js';
import type { Http, HttpAnswer, HttpRequest, Judge, Verdict } from './http.js';
import { createPacer, type Pace, type Pacer } from './pace.js';
import { LONGEST_RETRY_AFTER_MS, MAX_ATTEMPTS, retryAfterMs, retryDelay } from './retry.js';
import { createTransport } from './transport.js';
import { createTurns, type Queue } from './turns.js';

/** Of one request, for which no attempt is spent. */
const MOST_RESTS = 10;

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
  readonly onApiState?: (state: ApiState) => void;
  /** As in `GateOptions`. */
  readonly onShut?: ((api: string, error: PlatformError) => void) | undefined;
  /** Called with the headers of every answer, and what was asked. */
  readonly onAnswer?: (headers: HttpAnswer['headers'], request: HttpRequest) => void;
  readonly limits: RunLimits;
  /** Default: none for any API. */
  readonly paceOf?: (platform: string, api: string) => Pace;
  /** Keeps an API within its pace. Default, or null: as if no other process asked it. */
  readonly pacerOf?: ((api: string, pace: Pace) => Pacer | null) | undefined;
  /** What is left of `limits.maxRequests`, where other processes send requests, too. */
  readonly budget?: Budget | undefined;
  /** How long an answer may take. Default: 30 seconds. */
  readonly answerTimeoutMs?: number | undefined;
}

/** The limits of a run. Once one is reached nothing more is sent, and the rest is left to the next run. */
export interface RunLimits {
  /** Requests in total, including retries. Default: any number. */
  readonly maxRequests?: number;
  /** Since the run began, on a monotonic clock. */
  readonly maxDurationMs: number;
  /** The longest rest to wait for when a platform asks for one. */
  readonly maxWaitMs: number;
}

export interface HttpClient {
  /** The requests of one account of a platform. Problems of one API do not affect another. */
  lane(platform: string, account: string): Http;
  /** Until the returned function is called, the platform has at least one of the requests in progress, unless they are few. */
  join(platform: string): () => void;
  /** Asks an API nothing any more, because of what it answered to another process. */
  shut(api: string, error: PlatformError): void;
  close(): void;
}

/** What an API's requests have in common. */
interface Api {
  readonly gate: Gate;
  readonly queue: Queue;
}

export function createHttp(options: HttpClientOptions): HttpClient {
  const { concurrency, signal, counters, clock, warn, limits } = options;
  const transport = createTransport(options);
  const begunAt = clock.monotonic();
  const elapsedMs = () => clock.monotonic() - begunAt;
  const apis = new Map<string, Api>();
  const shut = new Map<string, PlatformError>();
  const isOver = () =>
    signal.aborted || options.budget?.isUsedUp === true || exceededLimit(limits, counters.total, elapsedMs()) !== null;
  const turns = createTurns({
    concurrency,
    pause: (ms) => clock.sleep(Math.min(ms, limits.maxDurationMs - elapsedMs()), signal).catch(() => undefined),
  });

  async function send(request: HttpRequest): Promise<HttpAnswer | PlatformError> {
    if (signal.aborted) throw new Interrupted();
    const exceeded = exceededLimit(limits, counters.total, elapsedMs());
    if (exceeded) throw exceeded;
    if (options.budget && !(await options.budget.take(signal))) {
      throw signal.aborted ? new Interrupted() : requestsExceeded(limits.maxRequests);
    }
    counters.total++;
    const answer = await transport.send(request);
    if (!(answer instanceof PlatformError)) options.onAnswer?.(answer.headers, request);
    return answer;
  }

  function apiOf(platform: string, api: string): Api {
    const known = apis.get(api);
    if (known !== undefined) return known;
    const pace = options.paceOf?.(platform, api) ?? {};
    const { now, monotonic } = clock;
    const gate = createGate({
      api,
      pace,
      pacer: options.pacerOf?.(api, pace) ?? createPacer(pace),
      maxWaitMs: limits.maxWaitMs,
      now,
      monotonic,
      warn,
      onState: options.onApiState,
      onShut: (error) => options.onShut?.(api, error),
    });
    const error = shut.get(api);
    if (error !== undefined) gate.shut(error);
    const opened = { gate, queue: turns.queue(platform, () => (isOver() ? 0 : gate.waitMs())) };
    apis.set(api, opened);
    return opened;
  }

  async function pause(ms: number): Promise<void> {
    await clock.sleep(ms, signal).catch(() => {
      throw new Interrupted();
    });
  }

  /** Asks the gate only when it is the request's turn, so that answers that arrived while it was queued count. */
  async function sendWhenAdmitted({ gate, queue }: Api, account: string, request: HttpRequest) {
    for (;;) {
      const sent = await queue(async () => {
        const rest = gate.admit(account);
        const { answered } = gate;
        return rest > 0 ? { rest } : { answer: await gate.paced(() => send(request)), answered };
      });
      if (sent.answer) return sent;
      await pause(sent.rest);
    }
  }

  async function ask<T>(api: Api, account: string, request: HttpRequest, judge: Judge<T>): Promise<T> {
    const { gate } = api;
    let answeredBefore: number | null = null;
    let rests = 0;
    for (let attempt = 1; ; ) {
      const { answer, answered } = await sendWhenAdmitted(api, account, request);
      if (answeredBefore !== null) counters.retried++;
      answeredBefore ??= answered;
      const verdict: Verdict<T> = answer instanceof PlatformError ? { kind: 'retry', error: answer } : judge(answer);
      const retryAfter = answer instanceof PlatformError ? undefined : answer.headers['retry-after'];
      const asked = retryAfterMs(retryAfter, clock.now());
      gate.note(account, verdict, asked);
      if (verdict.kind === 'accept') return verdict.value;
      if (verdict.kind === 'refuse') throw verdict.error;
      if (verdict.kind === 'rest') {
        // Others may be accepted all the while.
        if (++rests > MOST_RESTS) throw verdict.error;
        continue;
      }
      const delay = retryDelay({
        attempt: attempt++,
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
    }
  }

  return {
    lane: (platform, account) => ({
      ask: (request, judge) => ask(apiOf(platform, request.api ?? platform), account, request, judge),
    }),
    join: turns.join,
    shut(api, error) {
      shut.set(api, error);
      apis.get(api)?.gate.shut(error);
    },
    close: transport.close,
  };
}

function exceededLimit(
  { maxRequests = Number.POSITIVE_INFINITY, maxDurationMs }: RunLimits,
  sent: number,
  elapsedMs: number,
): PlatformError | null {
  if (sent >= maxRequests) return requestsExceeded(maxRequests);
  if (elapsedMs >= maxDurationMs)
    return new RunLimit('timeout', 'the run has reached its time limit (--max-duration)', 'connection');
  return null;
}

function requestsExceeded(maxRequests = 0): RunLimit {
  return new RunLimit(
    'quota_exhausted',
    `the run has reached its limit of ${formatNumber(maxRequests)} requests (--max-requests)`,
    'connection',
  );
}

function tooPatient(error: PlatformError, ms: number): PlatformError {
  const minutes = Math.ceil(ms / 60_000);
  return new PlatformError(
    'throttled',
    `${error.message}; retry after ${formatNumber(minutes)} min, which is longer than a run waits`,
    'connection',
  );
}
