import { PlatformError } from '../errors.js';
import { formatNumber } from '../text.js';
import type { Verdict } from './http.js';

/** A single failing account does not mean that the API is down. */
const ACCOUNTS_TO_CLOSE = 3;
const PROBE_EVERY_MS = 30_000;

export interface GateOptions {
  readonly api: string;
  /** The longest pause that a run waits for. After a longer one, the account or the API is left to the next run. */
  readonly maxWaitMs: number;
  readonly now: () => Date;
  readonly warn: (message: string) => void;
}

/** Decides whether and when a request may be sent to an API, from its answers in this run. */
export interface Gate {
  /**
   * Milliseconds to wait before this account's next request. Throws `PlatformError` when none may be sent in this run: the
   * API's quota is used up, it is down, or the rest it asks for is longer than the run may wait.
   */
  admit(account: string): number;
  /** Notes the verdict of an attempt. */
  note(account: string, verdict: Verdict<unknown>): void;
  /** How many attempts of any account the API has answered. */
  readonly answered: number;
  /** Notes that a request failed at its last attempt. `answeredBefore`: the value of `answered` before its first attempt. */
  giveUp(account: string, error: PlatformError, answeredBefore: number): void;
}

export function createGate({ api, maxWaitMs, now, warn }: GateOptions): Gate {
  let closed: PlatformError | null = null;
  let answered = 0;
  const restUntil = new Map<string | null, number>();
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

  function recover(): void {
    answered++;
    unanswered.clear();
    if (probeAt !== null) warn(`${api} answers again`);
    probeAt = null;
  }

  function refuse(account: string, error: PlatformError): void {
    refused.add(account);
    if (closed !== null || (error.reason !== 'quota_exhausted' && refused.size < ACCOUNTS_TO_CLOSE)) return;
    closed = error;
    warn(`${api} is skipped for the rest of this run: ${error.message}`);
  }

  function rest(account: string | null, ms: number): void {
    const until = now().getTime() + ms;
    restUntil.set(account, Math.max(until, restUntil.get(account) ?? 0));
  }

  return {
    get answered() {
      return answered;
    },

    admit(account) {
      if (closed) throw closed;
      const left = Math.max(restOf(null), restOf(account));
      if (left > maxWaitMs) {
        const minutes = Math.ceil(left / 60_000);
        throw new PlatformError(
          'throttled',
          `rate limit: retry after ${formatNumber(minutes)} min, which is longer than --max-wait`,
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

    note(account, verdict) {
      for (const { of, ms } of verdict.rests ?? []) rest(of === 'app' ? null : account, ms);
      if (verdict.kind === 'retry' && isApisOwn(verdict.error)) return;
      recover();
      if (verdict.kind === 'accept') refused.clear();
      if (verdict.kind === 'refuse' && verdict.error.scope === 'platform') refuse(account, verdict.error);
    },

    giveUp(account, error, answeredBefore) {
      // If others were answered in the meantime, the API is up.
      if (!isApisOwn(error) || answered > answeredBefore) return;
      unanswered.add(account);
      if (probeAt !== null || unanswered.size < ACCOUNTS_TO_CLOSE) return;
      probeAt = now().getTime() + PROBE_EVERY_MS;
      warn(
        `${api} is down; it is retried every ${PROBE_EVERY_MS / 1_000} s, and requests in between are left to the next run`,
      );
    },
  };
}

/** An error that is probably the API's fault, not the account's. */
function isApisOwn({ reason }: PlatformError): boolean {
  return reason === 'platform_error' || reason === 'timeout';
}
