import { PlatformError } from '../../errors.js';
import type { Account, RenewedTokens } from '../contract.js';

/** Throws `PlatformError` if there is none. */
export function refreshTokenOf({ refreshToken }: Account): string {
  if (refreshToken !== null) return refreshToken;
  const why = 'the connection has no refresh token; connect the account again';
  throw new PlatformError('needs_reconnect', why, 'connection');
}

interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token?: string | undefined;
  readonly expires_in?: number | undefined;
}

/** How long a token lives has changed, and may depend on the app: what each answer says is believed. */
export function renewedTokens(answer: TokenAnswer, askedAt: Date): RenewedTokens {
  const { access_token: accessToken, refresh_token: refreshToken = null, expires_in: seconds } = answer;
  return {
    accessToken,
    refreshToken,
    expiresAt: seconds === undefined ? null : new Date(askedAt.getTime() + seconds * 1_000),
  };
}
