import type { Platform } from '../platforms/contract.js';
import type { NewConnection } from '../store/store.js';
import { joinWords } from '../text.js';

/** What is known of a connection's tokens when they are stored. */
export interface StoredTokens {
  readonly accessToken: string;
  readonly tokenExpiresAt: string | null;
  /** Whether there is a refresh token, this one or one that was stored earlier. */
  readonly hasRefreshToken: boolean;
}

/** What is given of tokens that the platform has no use for. */
export function unusedWarnings(
  { needsToken = true, renewsTokens, endsByDate }: Pick<Platform, 'needsToken' | 'renewsTokens' | 'endsByDate'>,
  { accessToken, refreshToken, tokenExpiresAt }: Pick<NewConnection, 'accessToken' | 'refreshToken' | 'tokenExpiresAt'>,
): string[] {
  const given = [
    ...(accessToken === '' ? [] : ['access token']),
    ...(refreshToken === null ? [] : ['refresh token']),
    ...(tokenExpiresAt === null ? [] : ['date']),
  ];
  if (!needsToken && given.length > 0) {
    return [`the platform needs no token, so nothing uses the ${joinWords(given)}`];
  }
  const isDateUnused = needsToken && tokenExpiresAt !== null && !endsByDate(accessToken);
  return [
    ...(renewsTokens || refreshToken === null
      ? []
      : ['the platform gives no refresh tokens, so nothing uses this one']),
    ...(isDateUnused ? ['this token ends by no date, so nothing uses the one that is given'] : []),
  ];
}

type Lasting = Pick<Platform, 'needsToken' | 'endsByDate' | 'renewsTokens' | 'renewal' | 'missingForRenewal'>;

/** Why tokens that are being stored cannot last, and what to do; empty if they can. `renewsTokens`: as in `Collector`. */
export function lastingWarnings(
  platform: Lasting,
  { accessToken, tokenExpiresAt, hasRefreshToken }: StoredTokens,
  renewsTokens: boolean,
  now: Date,
): string[] {
  const { needsToken = true, endsByDate, renewsTokens: isRenewable, renewal, missingForRenewal = [] } = platform;
  if (!needsToken || !endsByDate(accessToken)) return [];
  const warnings: string[] = [];
  if (isRenewable && !hasRefreshToken) {
    warnings.push(
      'there is no refresh token, so the token is not renewed: add it, or connect the account again before the token ends',
    );
  } else if (missingForRenewal.length > 0) {
    warnings.push(`the token cannot be renewed yet: set ${variablesToSet(missingForRenewal)} before it ends`);
  } else if (renewal !== undefined && !renewsTokens) {
    warnings.push(
      'no run may store a renewed token: set RENEW_TOKENS=1, or connect the account again before the token ends',
    );
  }
  if (isRenewed(platform, { tokenExpiresAt, hasRefreshToken }, renewsTokens, now)) return [];
  if (tokenExpiresAt === null) {
    warnings.push(
      'the day on which the token ends is not known, so nothing warns of it: add it (--expires, or token_expires_at in a file)',
    );
  } else if (hasEnded(tokenExpiresAt, now)) {
    warnings.push(
      'by its date, the token has ended already: give a new one, or correct the date (--expires, or token_expires_at in a file)',
    );
  }
  return warnings;
}

/** Whether runs renew the token, so that the day on which it ends is of no interest. `renewsTokens`: as in `Collector`. */
export function isRenewed(
  { renewsTokens: isRenewable, renewal, missingForRenewal = [] }: Omit<Lasting, 'needsToken' | 'endsByDate'>,
  { tokenExpiresAt, hasRefreshToken }: Pick<StoredTokens, 'tokenExpiresAt' | 'hasRefreshToken'>,
  renewsTokens: boolean,
  now: Date,
): boolean {
  if (renewal !== undefined && !renewsTokens) return false;
  // Only a refresh token renews what has ended.
  if (renewal?.when === 'ending') return tokenExpiresAt === null || !hasEnded(tokenExpiresAt, now);
  return isRenewable && hasRefreshToken && missingForRenewal.length === 0;
}

function hasEnded(tokenExpiresAt: string, now: Date): boolean {
  return Date.parse(tokenExpiresAt) <= now.getTime();
}

/** What `missingForRenewal` holds, in words: `A and B`, `either A and B or C and D`. */
export function variablesToSet(missing: readonly (readonly string[])[]): string {
  const apps = missing.map((names) => joinWords(names));
  return `${apps.length > 1 ? 'either ' : ''}${joinWords(apps, 'or')}`;
}
