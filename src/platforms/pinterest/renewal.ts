import type { HttpAnswer } from '../../http/http.js';
import type { Account, CheckContext, RenewedTokens } from '../contract.js';
import { configured, judgeTokens, refreshTokenOf, renewedTokens } from '../shared/token-endpoint.js';
import { API, type PinterestSettings } from './api.js';
import { errorBody } from './errors.js';

export const APP = {
  provider: 'Pinterest',
  variables: { id: 'PINTEREST_CLIENT_ID', secret: 'PINTEREST_CLIENT_SECRET' },
};

/** Apps made before 25 September 2025 have to ask for refresh tokens that can be renewed: pinterest/pinterest-python-sdk#156. */
export const CONTINUOUS = { continuous_refresh: 'true' } as const;

/**
 * New tokens for an account. A refresh token lives 60 days. Each answer has a new one, after which the former one may no longer
 * work. Throws `PlatformError`, `Interrupted`.
 */
export async function renewTokens(
  { apiUrl, clientId, clientSecret }: PinterestSettings,
  account: Account,
  { http, now, warn }: CheckContext,
): Promise<RenewedTokens> {
  const refreshToken = refreshTokenOf(account);
  const credentials = basic(configured(APP, 'id', clientId), configured(APP, 'secret', clientSecret));
  const askedAt = now();
  const answer = await http.ask(
    {
      api: API,
      method: 'POST',
      awaited: true,
      url: new URL(tokenUrl(apiUrl)),
      headers: credentials,
      form: { grant_type: 'refresh_token', refresh_token: refreshToken, ...CONTINUOUS },
    },
    (given) => judgeTokens(APP, asOAuth(given), warn),
  );
  return renewedTokens(answer, askedAt);
}

export function tokenUrl(apiUrl: string): string {
  return `${apiUrl}/v5/oauth/token`;
}

/** How the app authenticates at the token endpoint. */
export function basic(clientId: string, clientSecret: string) {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
}

/** The endpoint's errors are not documented: those in Pinterest's own form are converted to that of OAuth. */
export function asOAuth(answer: HttpAnswer): HttpAnswer {
  const body = errorBody.safeParse(answer.json).data;
  if (body === undefined) return answer;
  return { ...answer, json: { error: `code ${body.code}`, error_description: body.message } };
}
