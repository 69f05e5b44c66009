import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { Consent, ConsentFlow } from '../consent.js';
import { APP as ACCOUNTS_APP, accountsTokens } from './accounts-renewal.js';
import type { ApiSettings, TiktokSettings } from './api.js';
import { APP as DISPLAY_APP, tokenUrl } from './display.js';

const DISPLAY_SCOPES = ['user.info.basic', 'user.info.stats'];
const ACCOUNTS_SCOPES = [...DISPLAY_SCOPES, 'user.info.username', 'user.insights'];

const named = z.object({ open_id: z.string().min(1) });

/** For the Accounts API, unless only the app of the Display API is set. */
export function tiktokConsent(settings: TiktokSettings): ConsentFlow {
  return settings.accounts.clientId === null && settings.display.clientId !== null
    ? displayConsent(settings)
    : accountsConsent(settings);
}

/** `/tt_user/oauth2/token/` (id=1738084387220481 of https://business-api.tiktok.com/portal/docs). */
function accountsConsent({ loginUrl, accounts }: TiktokSettings): ConsentFlow {
  return {
    ...login(loginUrl, ACCOUNTS_APP, accounts, ACCOUNTS_SCOPES),
    howToRegister: `Set both variables of an app of TikTok API for Business or, for followers, likes and videos alone, ${DISPLAY_APP.variables.id} and ${DISPLAY_APP.variables.secret} of an app of TikTok for Developers.`,
    tokenUrl: `${accounts.url}/open_api/v1.3/tt_user/oauth2/token/`,
    tokenRequest: ({ code, ...form }) => ({ json: { ...form, auth_code: code } }),
    tokenAnswer: accountsTokens,
  };
}

/** https://developers.tiktok.com/doc/oauth-user-access-token-management */
function displayConsent({ loginUrl, display }: TiktokSettings): ConsentFlow {
  return {
    ...login(loginUrl, DISPLAY_APP, display, DISPLAY_SCOPES),
    howToRegister: 'Set both variables of the app of TikTok for Developers.',
    tokenUrl: tokenUrl(display),
    tokenRequest: ({ client_id: key = '', ...form }) => ({ form: { client_key: key, ...form } }),
  };
}

/** What both consents have in common: https://developers.tiktok.com/doc/login-kit-web */
function login(
  loginUrl: string,
  { provider, variables }: typeof ACCOUNTS_APP,
  { clientId, clientSecret }: ApiSettings,
  scopes: readonly string[],
) {
  return {
    provider,
    clientId: { variable: variables.id, value: clientId },
    clientSecret: { variable: variables.secret, value: clientSecret },
    authorizationUrl: `${loginUrl}/v2/auth/authorize/`,
    authorizationParameters: ({ client_id: key = '', ...standard }) => ({
      client_key: key,
      ...standard,
      scope: scopes.join(','),
    }),
    scopes,
    pkce: false,
    redirects: 'https',
    whenNone: 'Log in to another account.',
    accounts: async (consent) => [consented(consent)],
  } satisfies Partial<ConsentFlow>;
}

/** The answer with the tokens also names the account. */
function consented({ accessToken, refreshToken, expiresAt: tokenExpiresAt, answer }: Consent) {
  const { data } = named.safeParse(answer);
  if (data === undefined) throw new PlatformError('unexpected_response', 'TikTok did not say whose the token is');
  return { accessToken, refreshToken, tokenExpiresAt, accountId: data.open_id, accountName: null };
}
