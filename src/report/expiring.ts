import { DAY_MS } from '../clock.js';
import { openRefreshToken } from '../collector/open-account.js';
import { TOKEN_DAYS } from '../collector/renewal.js';
import type { Platform } from '../platforms/contract.js';
import type { OmittedEnds, TokenEnd, TokensEnding } from '../store/opening.js';
import { formatNumber } from '../text.js';
import type { Keyring } from '../tokens/keyring.js';

/** A token that runs renew, and that ends so soon, has not been renewed for a week, whatever the reason. */
const UNRENEWED_DAYS = TOKEN_DAYS - 7;
const CONNECT_AGAIN = 'connect the account again';
/** How many tokens are listed one by one; another line counts the rest. */
const MOST_LINES = 20;

/** Where a run is told of tokens that end, and whether it stores renewed ones. */
export interface TokenSources {
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'renewsTokens' | 'renewal' | 'endsByDate'>>;
  readonly keyring: Pick<Keyring, 'decrypt'>;
  readonly renewsTokens?: boolean;
}

/** A token that ends, or whose access to the account's data does, and what to do about it. */
export interface ExpiringToken extends TokenEnd {
  readonly ends: 'token' | 'access';
  /** ISO 8601 with offset. */
  readonly endsAt: string;
  readonly fix: string;
}

/** Those that have ended or end soon and that no run renews, the soonest first. */
export interface ExpiringTokens {
  readonly tokens: readonly ExpiringToken[];
  /** Of the tokens with an early date, some may be renewed. */
  readonly omitted: OmittedEnds;
}

/** Applications may store an expiry date with tokens that never expire, and an empty refresh token. */
export function expiringTokens(
  { tokens, omitted }: TokensEnding,
  { platforms, keyring, renewsTokens = false }: TokenSources,
  now: Date,
): ExpiringTokens {
  const ofToken = (end: TokenEnd): ExpiringToken[] => {
    const { tokenExpiresAt: endsAt } = end;
    const collected = platforms.get(end.platform);
    const access = end.accessToken === null ? null : keyring.decrypt(end.accessToken);
    if (endsAt === null || collected === undefined || !access?.ok || !collected.endsByDate(access.token)) return [];
    const { renewal } = collected;
    const canBeRenewed =
      renewal?.when === 'ending'
        ? Date.parse(endsAt) > now.getTime() + (renewsTokens ? UNRENEWED_DAYS * DAY_MS : 0)
        : collected.renewsTokens && openRefreshToken(end.refreshToken, keyring) !== null;
    if (canBeRenewed && (renewal === undefined || renewsTokens)) return [];
    const fix = canBeRenewed ? `set RENEW_TOKENS=1, or ${CONNECT_AGAIN}` : CONNECT_AGAIN;
    return [{ ...end, ends: 'token', endsAt, fix }];
  };
  const ofAccess = (end: TokenEnd): ExpiringToken[] =>
    end.accessEndsAt === null ? [] : [{ ...end, ends: 'access', endsAt: end.accessEndsAt, fix: CONNECT_AGAIN }];
  const expiring = tokens.flatMap((end) => [...ofToken(end), ...ofAccess(end)]);
  return { tokens: expiring.sort((one, other) => Date.parse(one.endsAt) - Date.parse(other.endsAt)), omitted };
}

/** The warnings about them. */
export function expiryWarnings({ tokens, omitted }: ExpiringTokens, now: Date): string[] {
  const lines = tokens.slice(0, MOST_LINES).map((end) => {
    const isOver = Date.parse(end.endsAt) <= now.getTime();
    const account = `${end.platform} ${end.accountId ?? `connection ${end.id}`} of user ${end.userId}`;
    const what =
      end.ends === 'token'
        ? `the token of ${account} ${isOver ? 'expired' : 'expires'}`
        : `the access to the data of ${account} ${isOver ? 'ended' : 'ends'}`;
    return `${what} at ${end.endsAt}: ${end.fix}`;
  });
  const more = tokens.length - lines.length + omitted.token + omitted.access;
  if (more === 0) return lines;
  const number = omitted.token > 0 ? `up to ${formatNumber(more)}` : formatNumber(more);
  return [
    ...lines,
    `${number} more tokens, or their access to data, have ended or end within ${TOKEN_DAYS} days: status --json lists the soonest hundred`,
  ];
}
