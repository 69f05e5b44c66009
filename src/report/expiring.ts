import { DAY_MS } from '../clock.js';
import { openRefreshToken } from '../collector/open-account.js';
import type { Platform } from '../platforms/contract.js';
import type { AccountFilter } from '../store/accounts.js';
import type { Store, TokenEnd } from '../store/store.js';
import { formatNumber } from '../text.js';
import type { Keyring } from '../tokens/keyring.js';

const WARN_DAYS = 10;
/** How many tokens are listed one by one; another line counts the rest. */
const MOST_LINES = 20;

export interface ExpirySources {
  readonly store: Pick<Store, 'tokensEnding'>;
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'renewsTokens' | 'endsByDate'>>;
  readonly keyring: Pick<Keyring, 'decrypt'>;
}

/**
 * Tokens that have expired or expire within ten days and that only their user can renew, the soonest first. Applications may store
 * an expiry date with tokens that never expire, and an empty refresh token. Throws what the store throws.
 */
export async function expiringTokens(
  { store, platforms, keyring }: ExpirySources,
  filter: AccountFilter,
  now: Date,
): Promise<TokenEnd[]> {
  const soon = new Date(now.getTime() + WARN_DAYS * DAY_MS);
  const ends = await store.tokensEnding(filter, soon.toISOString());
  return ends.filter(({ platform, accessToken, refreshToken }) => {
    const collected = platforms.get(platform);
    const access = accessToken === null ? null : keyring.decrypt(accessToken);
    if (collected === undefined || !access?.ok || !collected.endsByDate(access.token)) return false;
    return !(collected.renewsTokens && openRefreshToken(refreshToken, keyring) !== null);
  });
}

/** The warnings about such tokens. */
export function expiryWarnings(ends: readonly TokenEnd[], now: Date): string[] {
  const lines = ends.slice(0, MOST_LINES).map((end) => {
    const verb = Date.parse(end.tokenExpiresAt) > now.getTime() ? 'expires' : 'expired';
    const account = end.accountId ?? `connection ${end.id}`;
    return `the token of ${end.platform} ${account} of user ${end.userId} ${verb} at ${end.tokenExpiresAt}: connect the account again`;
  });
  const more = ends.length - lines.length;
  return more > 0
    ? [
        ...lines,
        `${formatNumber(more)} more tokens have expired or expire within ${WARN_DAYS} days: status --json lists the soonest hundred`,
      ]
    : lines;
}
