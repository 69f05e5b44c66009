import { baseAddress, credential, loginAddress, secret, setting, type Values } from '../../setting.js';
import type { PinterestSettings } from './api.js';

/** What Pinterest reads from the environment. */
export const PINTEREST_VARIABLES = {
  PINTEREST_API_URL: baseAddress('https://api.pinterest.com'),
  PINTEREST_LOGIN_URL: loginAddress('https://www.pinterest.com'),
  PINTEREST_CLIENT_ID: credential('1512345').describe('the app that refresh tokens were given to'),
  PINTEREST_CLIENT_SECRET: secret('0a1b2c…').describe('its secret; both are needed to renew access tokens'),
  // Trial access; see "Rate limits" in Pinterest's API reference.
  PINTEREST_DAILY_REQUESTS: setting(
    (text) => /^[1-9]\d{0,8}$/.test(text),
    'is not a whole number from 1 to 999999999',
    '1000',
  )
    .default('1000')
    .transform(Number)
    .describe('requests that the app may send in a day, and so in one run'),
};

export function pinterestSettings(variables: Values<typeof PINTEREST_VARIABLES>): PinterestSettings {
  return {
    apiUrl: variables.PINTEREST_API_URL,
    loginUrl: variables.PINTEREST_LOGIN_URL,
    clientId: variables.PINTEREST_CLIENT_ID ?? null,
    clientSecret: variables.PINTEREST_CLIENT_SECRET ?? null,
    dailyRequests: variables.PINTEREST_DAILY_REQUESTS,
  };
}
