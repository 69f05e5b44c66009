import { z } from 'zod';
import type { StoredConnection } from './accounts.js';
import type { Ask } from './function-call.js';

/** Tokens that replace a connection's former ones, encrypted. */
export interface StoredRenewal {
  readonly accessToken: string;
  /** Null if the former one remains in use. */
  readonly refreshToken: string | null;
  readonly tokenExpiresAt: Date | null;
}

/** The answer to a process that wants to renew a connection's tokens. */
export type Claim =
  /** For a minute, it may renew them, and no other process may. */
  | { readonly kind: 'claimed' }
  /** Another process is renewing them. */
  | { readonly kind: 'busy' }
  /** Another process has replaced them. */
  | { readonly kind: 'changed'; readonly connection: StoredConnection }
  /** The role may not write the connection. */
  | { readonly kind: 'forbidden' }
  /** The connection was removed or deactivated. */
  | { readonly kind: 'gone' };

/** Stores renewed tokens before they are used. `by`: a UUID that identifies the renewal. */
export interface Renewals {
  claim(connection: StoredConnection, by: string): Promise<Claim>;
  /** Replaces the connection's tokens, and returns whether they were still unchanged. */
  store(connection: StoredConnection, by: string, renewed: StoredRenewal): Promise<boolean>;
  /** Ends a claim without storing tokens. */
  release(connection: StoredConnection, by: string): Promise<void>;
}

const claimAnswer = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['claimed', 'busy', 'forbidden', 'gone']) }),
  z.object({
    state: z.literal('changed'),
    access_token: z.string().nullable(),
    refresh_token: z.string().nullable(),
    token_expires_at: z.iso.datetime({ offset: true }).nullable(),
  }),
]);
const storedAnswer = z.object({ stored: z.boolean() });
const releasedAnswer = z.object({ released: z.boolean() });

/** Carries out `Store.renewals`. */
export function renewals(ask: Ask): Renewals {
  return {
    async claim({ id, accessToken, refreshToken }, by) {
      const answer = await ask(claimAnswer, 'claim_collection_renewal', {
        connection_id: id,
        access_token: accessToken,
        refresh_token: refreshToken,
        claimed_by: by,
      });
      if (answer.state !== 'changed') return { kind: answer.state };
      return {
        kind: 'changed',
        connection: {
          id,
          accessToken: answer.access_token,
          refreshToken: answer.refresh_token,
          tokenExpiresAt: answer.token_expires_at,
        },
      };
    },

    async store({ id, accessToken }, by, renewed) {
      const answer = await ask(storedAnswer, 'store_collection_renewal', {
        connection_id: id,
        claimed_by: by,
        former_access_token: accessToken,
        access_token: renewed.accessToken,
        refresh_token: renewed.refreshToken,
        token_expires_at: renewed.tokenExpiresAt?.toISOString() ?? null,
      });
      return answer.stored;
    },

    async release({ id }, by) {
      await ask(releasedAnswer, 'release_collection_renewal', { connection_id: id, claimed_by: by });
    },
  };
}
