import { createHash, timingSafeEqual } from 'node:crypto';

const WINDOW_MS = 60_000;
const WRONG_IN_A_WINDOW = 10;
/** Addresses remembered at once; beyond it the one longest known is forgotten. */
const MOST_ADDRESSES = 10_000;

export type Verdict =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'too_many'; readonly retryAfterSeconds: number };

export interface Guard {
  /** Judges what somebody at an address gave as the secret. */
  judge(address: string, given: string | undefined): Verdict;
}

export interface GuardOptions {
  readonly secret: string;
  readonly now: () => number;
  /** Told once a minute at most how many were refused since the last time. */
  readonly onRefused: (count: number) => void;
}

/**
 * Lets in who knows the secret. Ten wrong ones in a minute, and an address hears nothing but to wait; the right one is let in
 * even then, or a stranger behind the same proxy could lock out whoever starts the runs.
 */
export function createGuard({ secret, now, onRefused }: GuardOptions): Guard {
  const expected = digest(secret);
  const windows = new Map<string, { readonly since: number; wrong: number }>();
  const refused = { count: 0, toldAt: Number.NEGATIVE_INFINITY };

  function tell(): void {
    refused.count++;
    if (now() - refused.toldAt < WINDOW_MS) return;
    onRefused(refused.count);
    refused.count = 0;
    refused.toldAt = now();
  }

  function windowOf(address: string) {
    const known = windows.get(address);
    if (known && now() - known.since < WINDOW_MS) return known;
    windows.delete(address);
    const [longestKnown] = windows.keys();
    if (windows.size >= MOST_ADDRESSES && longestKnown !== undefined) windows.delete(longestKnown);
    const fresh = { since: now(), wrong: 0 };
    windows.set(address, fresh);
    return fresh;
  }

  return {
    judge(address, given) {
      // Digests are of one length, as the comparison needs; how long it takes tells nothing of the secret.
      if (given !== undefined && timingSafeEqual(digest(given), expected)) return { kind: 'welcome' };
      tell();
      const window = windowOf(address);
      window.wrong++;
      if (window.wrong <= WRONG_IN_A_WINDOW) return { kind: 'wrong' };
      return { kind: 'too_many', retryAfterSeconds: Math.ceil((window.since + WINDOW_MS - now()) / 1000) };
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
