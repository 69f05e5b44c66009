import { PlatformError } from '../errors.js';
import type { Verdict } from './http.js';

const FAILURES_TO_OPEN = 10;
/** One broken account alone says nothing of the platform, however often it is asked. */
const ACCOUNTS_TO_OPEN = 3;
const PROBE_EVERY_MS = 30_000;

export interface GateOptions {
  readonly platform: string;
  /** The longest rest that a run waits for; a longer one leaves the account, or the platform, to the next run. */
  readonly maxWaitMs: number;
  readonly now: () => Date;
  readonly warn: (message: string) => void;
}

/** Decides when, and whether, a platform is asked, from what it has said in this run. */
export interface Gate {
  /**
   * Milliseconds to wait before this account's next request. Throws `PlatformError` when there is to be none in this
   * run: the platform's quota is gone, it is down, or the rest it asks for is longer than the run may wait.
   */
  admit(account: string): number;
  /** Takes in what an attempt ended in. */
  note(account: string, verdict: Verdict<unknown>): void;
  /** No account would fare better: nothing more is asked in this run. */
  shut(error: PlatformError): void;
}

export function createGate({ platform, maxWaitMs, now, warn }: GateOptions): Gate {
  let closed: PlatformError | null = null;
  const restUntil = new Map<string | null, number>();
  const failing = { attempts: 0, accounts: new Set<string>() };
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
    failing.attempts = 0;
    failing.accounts.clear();
    if (probeAt !== null) warn(`${platform} answers again`);
    probeAt = null;
  }

  function fail(account: string): void {
    failing.attempts++;
    failing.accounts.add(account);
    if (probeAt !== null || failing.attempts < FAILURES_TO_OPEN || failing.accounts.size < ACCOUNTS_TO_OPEN) return;
    probeAt = now().getTime() + PROBE_EVERY_MS;
    warn(
      `${platform} is down: it is tried every ${PROBE_EVERY_MS / 1_000} s, what comes in between is left to the next run`,
    );
  }

  return {
    admit(account) {
      if (closed) throw closed;
      const rest = Math.max(restOf(null), restOf(account));
      if (rest > maxWaitMs) {
        const minutes = Math.ceil(rest / 60_000);
        throw new PlatformError(
          'throttled',
          `${platform} asks for ${minutes} min of rest, longer than --max-wait`,
          'connection',
        );
      }
      if (rest > 0) return rest;
      if (probeAt !== null) {
        if (now().getTime() < probeAt)
          throw new PlatformError('platform_error', `${platform} is down; left to the next run`, 'connection');
        probeAt = now().getTime() + PROBE_EVERY_MS;
      }
      return 0;
    },

    note(account, verdict) {
      for (const { of, ms } of verdict.rests ?? []) rest(of === 'app' ? null : account, ms);
      if (verdict.kind === 'retry' && isPlatformsOwn(verdict.error)) return fail(account);
      recover();
      if (verdict.kind === 'refuse' && verdict.error.scope === 'platform') shut(verdict.error);
    },

    shut,
  };

  function shut(error: PlatformError): void {
    if (closed) return;
    closed = error;
    warn(`${platform} is asked nothing more in this run: ${error.message}`);
  }

  function rest(account: string | null, ms: number): void {
    const until = now().getTime() + ms;
    restUntil.set(account, Math.max(until, restUntil.get(account) ?? 0));
  }
}

/** Trouble that is no account's fault, as far as one can tell. */
function isPlatformsOwn({ reason }: PlatformError): boolean {
  return reason === 'platform_error' || reason === 'timeout';
}
