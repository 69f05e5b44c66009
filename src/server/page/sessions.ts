import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { HOUR_MS } from '../../clock.js';

export const SESSION_MS = 12 * HOUR_MS;
/** How many ended sessions are remembered until they would have expired; beyond that, the oldest is forgotten. */
const MOST_ENDED = 1_000;

/** Sessions of browsers. Open ones are not stored: their signed token says when they expire. */
export interface Sessions {
  /** The token of a new session. */
  begin(): string;
  isOpen(token: string | undefined): boolean;
  end(token: string): void;
}

export interface SessionsOptions {
  /** The signing key is derived from it: a new secret ends all sessions. */
  readonly secret: string;
  /** The wall clock, in milliseconds since the epoch: sessions survive a restart. */
  readonly now: () => number;
}

export function createSessions({ secret, now }: SessionsOptions): Sessions {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'analytics-collect session', 32));
  const ended = new Set<string>();
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');

  return {
    begin() {
      const session = `${randomBytes(16).toString('base64url')}.${now() + SESSION_MS}`;
      return `${session}.${sign(session)}`;
    },
    isOpen(token) {
      const [, session, end, signature] = /^([\w-]+\.(\d+))\.([\w-]+)$/.exec(token ?? '') ?? [];
      if (session === undefined || signature === undefined || !isSame(signature, sign(session))) return false;
      return now() < Number(end) && !ended.has(session);
    },
    end(token) {
      if (!this.isOpen(token)) return;
      const [oldest] = ended;
      if (ended.size >= MOST_ENDED && oldest !== undefined) ended.delete(oldest);
      ended.add(token.slice(0, token.lastIndexOf('.')));
    },
  };
}

function isSame(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
