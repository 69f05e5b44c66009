import { baseAddress, credential, loginAddress, secret, type Values } from '../../setting.js';
import type { TiktokSettings } from './api.js';

/** What TikTok reads from the environment. */
export const TIKTOK_VARIABLES = {
  TIKTOK_BUSINESS_URL: baseAddress('https://business-api.tiktok.com'),
  TIKTOK_BUSINESS_CLIENT_ID: credential('7412345678901234567').describe(
    'the app of TikTok API for Business that refresh tokens were given to',
  ),
  TIKTOK_BUSINESS_CLIENT_SECRET: secret('0a1b2c…').describe('its secret; both are needed to renew access tokens'),
  TIKTOK_LOGIN_URL: loginAddress('https://www.tiktok.com'),
  TIKTOK_API_URL: baseAddress('https://open.tiktokapis.com'),
  TIKTOK_CLIENT_KEY: credential('aw1b2c3d4e5f6g7h').describe(
    'the app of TikTok for Developers that refresh tokens were given to',
  ),
  TIKTOK_CLIENT_SECRET: secret('0a1b2c…').describe('its secret; both are needed to renew access tokens'),
};

export function tiktokSettings(variables: Values<typeof TIKTOK_VARIABLES>): TiktokSettings {
  return {
    loginUrl: variables.TIKTOK_LOGIN_URL,
    accounts: {
      url: variables.TIKTOK_BUSINESS_URL,
      clientId: variables.TIKTOK_BUSINESS_CLIENT_ID ?? null,
      clientSecret: variables.TIKTOK_BUSINESS_CLIENT_SECRET ?? null,
    },
    display: {
      url: variables.TIKTOK_API_URL,
      clientId: variables.TIKTOK_CLIENT_KEY ?? null,
      clientSecret: variables.TIKTOK_CLIENT_SECRET ?? null,
    },
  };
}
