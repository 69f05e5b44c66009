import { DAY_MS } from '../clock.js';
import { openRefreshToken } from '../collector/open-account.js';
import { TOKEN_DAYS } from '../collector/renewal.js';
import type { Platform } from '../platforms/contract.js';
import type { TokenEnd, TokensEnding } from '../store/opening.js';
import { formatNumber } from '../text.js';
import type { Keyring } from '../tokens/keyring.js';

const CONNECT_AGAIN = 'connect the account again';
/** How many tokens are listed one by one; another line counts the rest. */
const MOST_LINES = 20;

/** Where a run is told of tokens that end, and whether it stores renewed ones. */
export interface TokenSources {
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'renewsTokens' | 'renewal' | 'endsByDate'>>;
  readonly keyring: Pick<Keyring, 'decrypt'>;
  readonly renewsTokens?: boolean;
}

/** A token that ends, and what to do about it. */
export interface ExpiringToken extends TokenEnd {
  readonly fix: string;
}

/** Tokens that have expired or expire soon and that no run renews, the soonest first. */
export interface ExpiringTokens {
  readonly tokens: readonly ExpiringToken[];
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
  { platforms, keyring, renewsTokens = false }: TokenSources,
  now: Date,
): ExpiringTokens {
  const expiring = (end: TokenEnd): ExpiringToken[] => {
    const collected = platforms.get(end.platform);
    const access = end.accessToken === null ? null : keyring.decrypt(end.accessToken);
    if (collected === undefined || !access?.ok || !collected.endsByDate(access.token)) return [];
    const { renewal } = collected;
    const canBeRenewed =
      renewal?.when === 'ending'
        ? Date.parse(end.tokenExpiresAt) > now.getTime()
        : collected.renewsTokens && openRefreshToken(end.refreshToken, keyring) !== null;
    if (canBeRenewed && (renewal === undefined || renewsTokens)) return [];
    return [{ ...end, fix: canBeRenewed ? `set RENEW_TOKENS=1, or ${CONNECT_AGAIN}` : CONNECT_AGAIN }];
  };
  return { tokens: tokens.flatMap(expiring), omitted };
}

/** The warnings about such tokens. */
export function expiryWarnings({ tokens, omitted }: ExpiringTokens, now: Date): string[] {
  const lines = tokens.slice(0, MOST_LINES).map((end) => {
    const verb = Date.parse(end.tokenExpiresAt) > now.getTime() ? 'expires' : 'expired';
    const account = end.accountId ?? `connection ${end.id}`;
    return `the token of ${end.platform} ${account} of user ${end.userId} ${verb} at ${end.tokenExpiresAt}: ${end.fix}`;
  });
  const more = tokens.length - lines.length + omitted;
  if (more === 0) return lines;
  const number = omitted > 0 ? `up to ${formatNumber(more)}` : formatNumber(more);
  return [
    ...lines,
    `${number} more tokens have expired or expire within ${TOKEN_DAYS} days: status --json lists the soonest hundred`,
  ];
}
