import type { Platform } from '../platforms/contract.js';
import { joinWords } from '../text.js';

/** What is known of a connection's tokens when they are stored. */
export interface StoredTokens {
  readonly accessToken: string;
  readonly tokenExpiresAt: string | null;
  /** Whether there is a refresh token, or may be one that was stored earlier. */
  readonly isRefreshable: boolean;
}

type Lasting = Pick<Platform, 'needsToken' | 'endsByDate' | 'renewsTokens' | 'renewal' | 'missingForRenewal'>;

/** Why tokens that are being stored cannot last, and what to do; empty if they can. `renewsTokens`: as in `Collector`. */
export function lastingWarnings(
  { needsToken = true, endsByDate, renewsTokens: isRenewable, renewal, missingForRenewal = [] }: Lasting,
  { accessToken, tokenExpiresAt, isRefreshable }: StoredTokens,
  renewsTokens: boolean,
): string[] {
  if (!needsToken || !endsByDate(accessToken)) return [];
  const warnings: string[] = [];
  if (isRenewable && !isRefreshable) {
    warnings.push(
      'there is no refresh token, so the token is not renewed: add it, or connect the account again before the token ends',
    );
  } else if (missingForRenewal.length > 0) {
    const are = missingForRenewal.length === 1 ? 'is' : 'are';
    warnings.push(
      `${joinWords(missingForRenewal)} ${are} not set, so the token cannot be renewed: set ${are === 'is' ? 'it' : 'them'} before it ends`,
    );
  } else if (renewal !== undefined && !renewsTokens) {
    warnings.push(
      'no run may store a renewed token: set RENEW_TOKENS=1, or connect the account again before the token ends',
    );
  } else if (isRenewable || renewal !== undefined) return [];
  if (tokenExpiresAt === null) {
    warnings.push(
      'the day on which the token ends is not known, so nothing warns of it: add it (--expires, or token_expires_at in a file)',
    );
  }
  return warnings;
}
