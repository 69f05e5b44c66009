import type { HttpAnswer } from '../../http/http.js';
import type { Account, CheckContext, RenewedTokens } from '../contract.js';
import { configured, judgeTokens, refreshTokenOf, renewedTokens } from '../shared/token-endpoint.js';
import { ACCOUNTS_API, type ApiSettings } from './api.js';
import { ACCOUNTS_CODES, accountsBody } from './errors.js';

export const APP = {
  provider: 'TikTok for Business',
  variables: { id: 'TIKTOK_BUSINESS_CLIENT_ID', secret: 'TIKTOK_BUSINESS_CLIENT_SECRET' },
};

/**
 * `POST /tt_user/oauth2/refresh_token/` (id=1738084387220481 of https://business-api.tiktok.com/portal/docs). Each answer has a new
 * refresh token. Whether the former one still works is not documented. Throws `PlatformError`, `Interrupted`.
 */
export async function renewAccounts(
  { url, clientId, clientSecret }: ApiSettings,
  account: Account,
  { http, now, warn }: CheckContext,
): Promise<RenewedTokens> {
  const json = {
    client_id: configured(APP, 'id', clientId),
    client_secret: configured(APP, 'secret', clientSecret),
    grant_type: 'refresh_token',
    refresh_token: refreshTokenOf(account),
  };
  const askedAt = now();
  const answer = await http.ask(
    {
      api: ACCOUNTS_API,
      method: 'POST',
      awaited: true,
      url: new URL(`${url}/open_api/v1.3/tt_user/oauth2/refresh_token/`),
      headers: {},
      json,
    },
    (given) => judgeTokens(APP, accountsTokens(given), warn),
  );
  return renewedTokens(answer, askedAt);
}

/** Converts an answer with tokens to the form of OAuth. The codes of these endpoints are not documented; the API's other codes are assumed. */
export function accountsTokens(answer: HttpAnswer): HttpAnswer {
  const body = accountsBody.safeParse(answer.json).data;
  if (body === undefined) return answer;
  if (body.code === 0) return { ...answer, json: body.data };
  return { ...answer, json: { error: errorOf(body.code), error_description: `${body.message} (code ${body.code})` } };
}

function errorOf(code: number): string {
  const [first, last] = ACCOUNTS_CODES.broken;
  if (code === ACCOUNTS_CODES.staleToken) return 'invalid_grant';
  if (code === ACCOUNTS_CODES.tooMany) return 'rate_limit_exceeded';
  return first <= code && code <= last ? 'server_error' : 'refused';
}
