const BASE_DELAY_MS = 1_000;
export const LONGEST_RETRY_AFTER_MS = 60_000;
export const MAX_ATTEMPTS = 4;

export interface FailedAttempt {
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** The answer's `Retry-After`: seconds, or an HTTP date. */
  readonly retryAfter: string | undefined;
  readonly now: Date;
  /** A number in [0, 1) for the jitter. */
  readonly random: number;
}

/**
 * How many milliseconds to wait before the next attempt, or null to give up: attempts are used up, or the server asks for a longer
 * pause than a run makes. Exponential backoff with full jitter, so that a thousand connections refused at once do not retry at once.
 */
export function retryDelay({ attempt, maxAttempts, retryAfter, now, random }: FailedAttempt): number | null {
  if (attempt >= Math.min(maxAttempts, MAX_ATTEMPTS)) return null;
  const asked = retryAfterMs(retryAfter, now);
  if (asked !== null) return asked > LONGEST_RETRY_AFTER_MS ? null : asked;
  return Math.floor(random * BASE_DELAY_MS * 2 ** (attempt - 1));
}

/** `Retry-After` in milliseconds from now, or null if it is absent or unreadable (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}
