import type { ConsentFlow } from '../consent.js';
import { NoChannel } from '../google/errors.js';
import { ANALYTICS_SCOPE, CHANNEL_SCOPE, type GoogleSettings, googleClient, SCOPE_BASE } from '../google/oauth.js';
import { warnOfShortLives } from '../shared/oauth.js';
import { openYouTube } from './api.js';
import { ownChannels } from './channel.js';

/**
 * A client of the type "Desktop app" allows any port of the loopback address:
 * https://developers.google.com/identity/protocols/oauth2/native-app. Google gives a refresh token only for `offline`
 * access and, to people who have consented before, only with `prompt=consent`.
 */
export function youtubeConsent(settings: GoogleSettings): ConsentFlow {
  const client = googleClient(settings);
  return {
    provider: client.provider,
    clientId: { variable: 'GOOGLE_CLIENT_ID', value: settings.clientId },
    clientSecret: { variable: 'GOOGLE_CLIENT_SECRET', value: settings.clientSecret },
    howToRegister:
      'Create an OAuth client of the type "Desktop app" in the Google Cloud console, and set both variables.',
    authorizationUrl: `${settings.accountsUrl}/o/oauth2/v2/auth`,
    authorizationParameters: (standard) => ({ ...standard, access_type: 'offline', prompt: 'consent' }),
    scopes: [ANALYTICS_SCOPE, CHANNEL_SCOPE].map((scope) => `${SCOPE_BASE}/${scope}`),
    pkce: true,
    redirects: 'loopback',
    tokenUrl: client.tokenUrl,
    whenNone: 'Choose the account, or the brand account, that owns the channel.',

    async accounts({ accessToken, refreshToken, expiresAt, refreshExpiresAt }, context) {
      if (refreshExpiresAt !== null) {
        const seconds = (refreshExpiresAt.getTime() - context.now().getTime()) / 1_000;
        warnOfShortLives(client, seconds, context.warn);
      }
      const tokens = { accessToken, refreshToken, tokenExpiresAt: expiresAt };
      try {
        const channels = await ownChannels(openYouTube(settings, { ...tokens, accountId: '' }, context));
        return channels.map(({ id, title }) => ({ ...tokens, accountId: id, accountName: title }));
      } catch (error) {
        if (error instanceof NoChannel) return [];
        throw error;
      }
    },
  };
}
