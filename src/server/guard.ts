import { createHash, timingSafeEqual } from 'node:crypto';

const WINDOW_MS = 60_000;
const WRONG_IN_A_WINDOW = 10;
/** How many addresses are remembered; beyond that, the oldest is forgotten. */
const MOST_ADDRESSES = 10_000;

export type Verdict =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'too_many'; readonly retryAfterSeconds: number };

export interface Guard {
  /** Checks the secret that a caller at an address gave. */
  judge(address: string, given: string | undefined): Verdict;
}

export interface GuardOptions {
  readonly secret: string;
  readonly now: () => number;
  /** Called at most once a minute, with the number of requests refused since the last call. */
  readonly onRefused: (count: number) => void;
}

/**
 * Admits callers that know the secret. After ten wrong secrets in a minute, an address is told to wait. The right secret is admitted
 * even then: otherwise a stranger behind the same proxy could lock out the caller that starts the runs.
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
      // Digests have the same length, which the comparison requires; its duration reveals nothing about the secret.
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
