import { baseAddress, credential, secret, setting, type Values } from '../../setting.js';
import type { LinkedInSettings } from './api.js';

/** What LinkedIn reads from the environment. */
export const LINKEDIN_VARIABLES = {
  LINKEDIN_API_URL: baseAddress('https://api.linkedin.com'),
  LINKEDIN_OAUTH_URL: baseAddress('https://www.linkedin.com'),
  LINKEDIN_VERSION: setting((text) => /^20\d{2}(0[1-9]|1[0-2])$/.test(text), 'is not a year and month', '202608')
    .optional()
    .describe("version of LinkedIn's API, year and month (default: the newest known to be answered)"),
  LINKEDIN_CLIENT_ID: credential('77abcdefghijkl').describe('the app that refresh tokens were given to'),
  LINKEDIN_CLIENT_SECRET: secret('WPL_AP1.…').describe('its secret; both are needed to renew access tokens'),
};

export const LINKEDIN_UNRELATED = ['LINKEDIN_AUTH_URL', 'LINKEDIN_APP_URL'];

export function linkedInSettings(variables: Values<typeof LINKEDIN_VARIABLES>): LinkedInSettings {
  return {
    apiUrl: variables.LINKEDIN_API_URL,
    oauthUrl: variables.LINKEDIN_OAUTH_URL,
    version: variables.LINKEDIN_VERSION ?? null,
    clientId: variables.LINKEDIN_CLIENT_ID ?? null,
    clientSecret: variables.LINKEDIN_CLIENT_SECRET ?? null,
  };
}
