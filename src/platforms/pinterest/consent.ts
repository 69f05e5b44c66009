import { PlatformError } from '../../errors.js';
import type { ConsentFlow } from '../consent.js';
import { openPinterest, type PinterestSettings } from './api.js';
import { profileFrom } from './profile.js';
import { APP, asOAuth, basic, CONTINUOUS, tokenUrl } from './renewal.js';

/** "Set up authentication and authorization" in Pinterest's documentation; `/oauth/token` in v5/openapi.yaml. */
export function pinterestConsent(settings: PinterestSettings): ConsentFlow {
  return {
    provider: APP.provider,
    clientId: { variable: APP.variables.id, value: settings.clientId },
    clientSecret: { variable: APP.variables.secret, value: settings.clientSecret },
    howToRegister: "Create an app in Pinterest's developer portal, and set both variables.",
    authorizationUrl: `${settings.loginUrl}/oauth/`,
    scopes: ['user_accounts:read'],
    pkce: false,
    redirects: 'registered',
    tokenUrl: tokenUrl(settings.apiUrl),
    whenNone: 'Log in to a business account.',
    tokenRequest({ client_id: id = '', client_secret: secret = '', ...form }) {
      return { headers: basic(id, secret), form: { ...form, ...CONTINUOUS } };
    },
    tokenAnswer: asOAuth,

    async accounts({ accessToken, refreshToken, expiresAt: tokenExpiresAt }, context) {
      const tokens = { accessToken, refreshToken, tokenExpiresAt };
      const { id, username } = profileFrom(await openPinterest(settings, tokens, context).profile());
      const accountId = id ?? username;
      if (accountId === null) throw new PlatformError('unexpected_response', 'user_account: no id');
      return [{ ...tokens, accountId, accountName: username }];
    },
  };
}
