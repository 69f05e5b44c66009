import { createHash, timingSafeEqual } from 'node:crypto';
import { createAttempts } from './attempts.js';

const WRONG_IN_A_MINUTE = 10;
const TOLD_EVERY_MS = 60_000;

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
  const attempts = createAttempts({ most: WRONG_IN_A_MINUTE, now });
  const refused = { count: 0, toldAt: Number.NEGATIVE_INFINITY };

  function tell(): void {
    refused.count++;
    if (now() - refused.toldAt < TOLD_EVERY_MS) return;
    onRefused(refused.count);
    refused.count = 0;
    refused.toldAt = now();
  }

  return {
    judge(address, given) {
      // Digests have the same length, which the comparison requires; its duration reveals nothing about the secret.
      if (given !== undefined && timingSafeEqual(digest(given), expected)) return { kind: 'welcome' };
      tell();
      const retryAfterSeconds = attempts.waitSeconds(address);
      attempts.note(address);
      return retryAfterSeconds === null ? { kind: 'wrong' } : { kind: 'too_many', retryAfterSeconds };
    },
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
