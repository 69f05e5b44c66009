import { DAY_MS } from '../clock.js';
import { openRefreshToken } from '../collector/open-account.js';
import type { Platform } from '../platforms/contract.js';
import type { TokenEnd, TokensEnding } from '../store/opening.js';
import { formatNumber } from '../text.js';
import type { Keyring } from '../tokens/keyring.js';

/** How many days before its end a token is reported. */
export const TOKEN_DAYS = 15;
/** How many tokens are listed one by one; another line counts the rest. */
const MOST_LINES = 20;

/** Tokens that have expired or expire soon and that only their user can renew, the soonest first. */
export interface ExpiringTokens {
  readonly tokens: readonly TokenEnd[];
  /** How many more tokens with an early date there may be. */
  readonly omitted: number;
}

/** The instant before which an expiry date is reported, as of `now`. */
export function expiringBefore(now: Date): Date {
  return new Date(now.getTime() + TOKEN_DAYS * DAY_MS);
}

/** Applications may store an expiry date with tokens that never expire, and an empty refresh token. */
export function expiringTokens(
  { tokens, omitted }: TokensEnding,
  platforms: ReadonlyMap<string, Pick<Platform, 'renewsTokens' | 'endsByDate'>>,
  keyring: Pick<Keyring, 'decrypt'>,
): ExpiringTokens {
  const isExpiring = ({ platform, accessToken, refreshToken }: TokenEnd) => {
    const collected = platforms.get(platform);
    const access = accessToken === null ? null : keyring.decrypt(accessToken);
    if (collected === undefined || !access?.ok || !collected.endsByDate(access.token)) return false;
    return !(collected.renewsTokens && openRefreshToken(refreshToken, keyring) !== null);
  };
  return { tokens: tokens.filter(isExpiring), omitted };
}

/** The warnings about such tokens. */
export function expiryWarnings({ tokens, omitted }: ExpiringTokens, now: Date): string[] {
  const lines = tokens.slice(0, MOST_LINES).map((end) => {
    const verb = Date.parse(end.tokenExpiresAt) > now.getTime() ? 'expires' : 'expired';
    const account = end.accountId ?? `connection ${end.id}`;
    return `the token of ${end.platform} ${account} of user ${end.userId} ${verb} at ${end.tokenExpiresAt}: connect the account again`;
  });
  const more = tokens.length - lines.length + omitted;
  if (more === 0) return lines;
  const number = omitted > 0 ? `up to ${formatNumber(more)}` : formatNumber(more);
  return [
    ...lines,
    `${number} more tokens have expired or expire within ${TOKEN_DAYS} days: status --json lists the soonest hundred`,
  ];
}
