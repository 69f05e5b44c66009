import { baseAddress, credential, loginAddress, secret, type Values } from '../../setting.js';
import type { GoogleSettings } from './oauth.js';

/** What the platforms of Google read from the environment. */
export const GOOGLE_VARIABLES = {
  YOUTUBE_ANALYTICS_URL: baseAddress('https://youtubeanalytics.googleapis.com'),
  YOUTUBE_DATA_URL: baseAddress('https://www.googleapis.com'),
  GOOGLE_OAUTH_URL: baseAddress('https://oauth2.googleapis.com'),
  GOOGLE_ACCOUNTS_URL: loginAddress('https://accounts.google.com'),
  GOOGLE_CLIENT_ID: credential('1234.apps.googleusercontent.com').describe(
    'the OAuth client that refresh tokens were given to',
  ),
  GOOGLE_CLIENT_SECRET: secret('GOCSPX-…').describe('its secret; both are needed to renew access tokens'),
};

export const GOOGLE_UNRELATED = [
  'GOOGLE_AUTH_URL',
  'GOOGLE_CLIENT_IDS',
  'GOOGLE_CLIENT_SECRETS',
  'GOOGLE_CLIENT_SECRETS_FILE',
];

export function googleSettings(variables: Values<typeof GOOGLE_VARIABLES>): GoogleSettings {
  return {
    analyticsUrl: variables.YOUTUBE_ANALYTICS_URL,
    dataUrl: variables.YOUTUBE_DATA_URL,
    oauthUrl: variables.GOOGLE_OAUTH_URL,
    accountsUrl: variables.GOOGLE_ACCOUNTS_URL,
    clientId: variables.GOOGLE_CLIENT_ID ?? null,
    clientSecret: variables.GOOGLE_CLIENT_SECRET ?? null,
  };
}
