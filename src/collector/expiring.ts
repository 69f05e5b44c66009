import type { Platform } from '../platforms/platform.js';
import type { ConnectionFilter, Store, TokenEnd } from '../store/store.js';

const DAY_MS = 86_400_000;
const WARN_DAYS = 10;
/** A night in which thousands end is told of in so many lines and one. */
const MOST_LINES = 20;

/** Tokens that have ended or end within ten days, the soonest first, and that only their user can renew. Throws what the store throws. */
export async function expiringTokens(
  store: Pick<Store, 'tokensEnding'>,
  platforms: ReadonlyMap<string, Pick<Platform, 'renewsTokens'>>,
  filter: ConnectionFilter,
  now: Date,
): Promise<TokenEnd[]> {
  const soon = new Date(now.getTime() + WARN_DAYS * DAY_MS);
  const ends = await store.tokensEnding(filter, soon.toISOString());
  return ends.filter(({ platform, hasRefreshToken }) => {
    const collected = platforms.get(platform);
    return collected !== undefined && !(collected.renewsTokens && hasRefreshToken);
  });
}

/** What an operator is told of them. */
export function expiryWarnings(ends: readonly TokenEnd[], now: Date): string[] {
  const lines = ends.slice(0, MOST_LINES).map((end) => {
    const verb = Date.parse(end.tokenExpiresAt) > now.getTime() ? 'ends' : 'ended';
    const account = end.accountId ?? `connection ${end.connectionId}`;
    return `the token of ${end.platform} ${account} of user ${end.userId} ${verb} at ${end.tokenExpiresAt}: connect the account again`;
  });
  const more = ends.length - lines.length;
  return more > 0 ? [...lines, `${more} more tokens end within ${WARN_DAYS} days: status --json lists all`] : lines;
}
