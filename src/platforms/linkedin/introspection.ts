import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { CheckContext } from '../contract.js';
import { judgePlain } from '../shared/verdicts.js';
import type { LinkedInSettings } from './api.js';

const LAST_YEAR = 9999;
/** `expires_at` is in seconds since 1970. */
const introspected = z.object({
  active: z.literal(true),
  expires_at: z
    .number()
    .positive()
    .max(Date.UTC(LAST_YEAR) / 1_000),
});

/**
 * When an access token ends; null if LinkedIn does not say, or only to another app. See "Token introspection" in LinkedIn's
 * documentation of authentication. Throws `PlatformError` for trouble that may pass, and `Interrupted`.
 */
export async function expiryOf(
  token: string,
  { oauthUrl, clientId, clientSecret }: LinkedInSettings,
  { http }: CheckContext,
): Promise<Date | null> {
  if (clientId === null || clientSecret === null) return null;
  const api = 'LinkedIn token introspection';
  const form = { client_id: clientId, client_secret: clientSecret, token };
  const url = new URL(`${oauthUrl}/oauth/v2/introspectToken`);
  try {
    const answer = await http.ask({ api, method: 'POST', url, headers: {}, form }, (given) => {
      const verdict = judgePlain(api, given);
      return verdict.kind === 'retry' ? { ...verdict, maxAttempts: 1 } : verdict;
    });
    const { data } = introspected.safeParse(answer);
    return data === undefined ? null : new Date(data.expires_at * 1_000);
  } catch (error) {
    if (error instanceof PlatformError && error.reason === 'unexpected_response') return null;
    throw error;
  }
}
