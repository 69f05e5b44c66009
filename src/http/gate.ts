import { PlatformError, RunLimit } from '../errors.js';
import { formatNumber } from '../text.js';
import type { Verdict } from './http.js';
import { createPacer, type Pace, type Pacer } from './pace.js';

/** A single failing account does not mean that the API is down. */
const ACCOUNTS_TO_CLOSE = 3;
const PROBE_EVERY_MS = 30_000;
/** After a Retry-After that has passed, or is too short to help. */
const SHORTEST_REST_MS = 1_000;

/** A change in the state of an API as a whole. */
export interface ApiState {
  readonly api: string;
  /** `paused`: it asked for a pause, or a longer one, and the run waits. `down`: it is retried now and then. `up`: it answers again. `shut`: it is skipped for the rest of the run. */
  readonly state: 'paused' | 'down' | 'up' | 'shut';
  /** How long the pause is; null otherwise. */
  readonly seconds: number | null;
  readonly message: string;
}

export interface GateOptions {
  readonly api: string;
  readonly pace?: Pace;
  /** Default: by the pace, as if no other process asked the API. */
  readonly pacer?: Pacer;
  /** The longest pause that a run waits for. After a longer one, the account or the API is left to the next run. */
  readonly maxWaitMs: number;
  readonly now: () => Date;
  /** Milliseconds on a monotonic clock. */
  readonly monotonic: () => number;
  readonly warn: (message: string) => void;
  readonly onState?: ((state: ApiState) => void) | undefined;
  /** Called when the API is shut, because of what it answered to this process. */
  readonly onShut?: ((error: PlatformError) => void) | undefined;
}

/** Decides whether and when a request may be sent to an API, from its answers in this run. */
export interface Gate {
  /** Milliseconds until a request of any account may be sent; Infinity while only an answer can change that. */
  waitMs(): number;
  /**
   * Milliseconds to wait before this account's next request. Throws `PlatformError` when none may be sent in this run: the
   * API's quota is used up, it is down, or the rest it asks for is longer than the run may wait.
   */
  admit(account: string): number;
  /** Sends a request, and counts it against the API's pace. */
  paced<T>(send: () => Promise<T>): Promise<T>;
  /** Notes the verdict of an attempt. `askedMs`: the pause that the answer's `Retry-After` asks for. */
  note(account: string, verdict: Verdict<unknown>, askedMs?: number | null): void;
  /** Admits no request any more, because of what the API answered to another process. */
  shut(error: PlatformError): void;
  /** How many attempts of any account the API has answered. */
  readonly answered: number;
  /** Notes that a request failed at its last attempt. `answeredBefore`: the value of `answered` before its first attempt. */
  giveUp(account: string, error: PlatformError, answeredBefore: number): void;
}

export function createGate(options: GateOptions): Gate {
  const { api, pace = {}, pacer = createPacer(pace), maxWaitMs, now, monotonic, warn, onState, onShut } = options;
  let closed: PlatformError | null = null;
  let answered = 0;
  const restUntil = new Map<string | null, number>();
  /** How often the app was over its limit, since any request was last accepted. */
  let overLimit = 0;
  let restsBecause = 'rate limit';
  /** Accounts that got no answer, since any account last got one. */
  const unanswered = new Set<string>();
  /** Accounts that were refused because of the app, since any account's request was last accepted. */
  const refused = new Set<string>();
  let probeAt: number | null = null;

  /** `account` is null for the app as a whole. */
  function restOf(account: string | null): number {
    const until = restUntil.get(account);
    if (until === undefined) return 0;
    const left = until - now().getTime();
    if (left <= 0) restUntil.delete(account);
    return Math.max(0, left);
  }

  function tell(state: 'down' | 'up' | 'shut', message: string): void {
    warn(message);
    onState?.({ api, state, seconds: null, message });
  }

  function recover(): void {
    answered++;
    unanswered.clear();
    if (probeAt !== null) tell('up', `${api} answers again`);
    probeAt = null;
  }

  function refuse(account: string, error: PlatformError): void {
    refused.add(account);
    if (closed !== null || (error.reason !== 'quota_exhausted' && refused.size < ACCOUNTS_TO_CLOSE)) return;
    closed = error;
    tell('shut', `${api} is skipped for the rest of this run: ${error.message}`);
    onShut?.(error);
  }

  function rest(account: string | null, ms: number): void {
    const until = now().getTime() + ms;
    if (until <= (restUntil.get(account) ?? 0)) return;
    restUntil.set(account, until);
    if (account !== null || ms > maxWaitMs) return;
    onState?.({ api, state: 'paused', seconds: Math.ceil(ms / 1_000), message: restsBecause });
  }

  /** Twice as long each time, so that an API that goes on refusing is left to the next run. */
  function restAll({ error, ms }: Extract<Verdict<unknown>, { kind: 'rest' }>, askedMs: number | null): void {
    // What was under way is refused for the same reason.
    if (restOf(null) > 0) return;
    restsBecause = error.message;
    const times = 2 ** overLimit++;
    rest(null, askedMs === null ? ms * times : Math.max(askedMs, SHORTEST_REST_MS * times));
  }

  return {
    get answered() {
      return answered;
    },

    shut(error) {
      closed ??= error;
    },

    waitMs() {
      if (closed || pacer.isUsedUp) return 0;
      const left = restOf(null);
      return Math.max(left > maxWaitMs ? 0 : left, pacer.waitMs(monotonic()));
    },

    admit(account) {
      if (closed) throw closed;
      if (pacer.isUsedUp) {
        const message = `the run has sent the ${formatNumber(pace.perDay ?? 0)} requests that ${api} allows a day`;
        throw new RunLimit('quota_exhausted', message, 'connection');
      }
      const left = Math.max(restOf(null), restOf(account));
      if (left > maxWaitMs) {
        const minutes = Math.ceil(left / 60_000);
        throw new PlatformError(
          'throttled',
          `${restOf(null) > maxWaitMs ? restsBecause : 'rate limit'}: retry after ${formatNumber(minutes)} min, which is longer than --max-wait`,
          'connection',
        );
      }
      if (left > 0) return left;
      if (probeAt !== null) {
        if (now().getTime() < probeAt)
          throw new PlatformError('platform_error', `${api} is down; left to the next run`, 'connection');
        probeAt = now().getTime() + PROBE_EVERY_MS;
      }
      return 0;
    },

    async paced(send) {
      pacer.begin();
      try {
        return await send();
      } finally {
        pacer.end(monotonic());
      }
    },

    note(account, verdict, askedMs = null) {
      for (const { of, ms } of verdict.rests ?? []) rest(of === 'app' ? null : account, ms);
      if (verdict.kind === 'retry' && isApisOwn(verdict.error)) return;
      recover();
      if (verdict.kind === 'accept') {
        refused.clear();
        overLimit = 0;
      }
      if (verdict.kind === 'rest') restAll(verdict, askedMs);
      if (verdict.kind === 'refuse' && verdict.error.scope === 'platform') refuse(account, verdict.error);
    },

    giveUp(account, error, answeredBefore) {
      // If others were answered in the meantime, the API is up.
      if (!isApisOwn(error) || answered > answeredBefore) return;
      unanswered.add(account);
      if (probeAt !== null || unanswered.size < ACCOUNTS_TO_CLOSE) return;
      probeAt = now().getTime() + PROBE_EVERY_MS;
      tell(
        'down',
        `${api} is down; it is retried every ${PROBE_EVERY_MS / 1_000} s, and requests in between are left to the next run`,
      );
    },
  };
}

/** An error that is probably the API's fault, not the account's. */
function isApisOwn({ reason }: PlatformError): boolean {
  return reason === 'platform_error' || reason === 'timeout';
}
