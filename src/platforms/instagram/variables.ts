import { loginAddress, loginSecret, type Values } from '../../setting.js';
import { appNumber, META_VARIABLES } from '../meta/variables.js';
import type { InstagramLogin } from './own-login.js';

/** What Instagram reads from the environment. */
export const INSTAGRAM_VARIABLES = {
  ...META_VARIABLES,
  INSTAGRAM_LOGIN_URL: loginAddress('https://www.instagram.com'),
  // Used only by `connect`.
  INSTAGRAM_TOKEN_URL: loginAddress('https://api.instagram.com'),
  INSTAGRAM_APP_ID: appNumber().describe("the app of Instagram's own login, for connect in place of META_APP_ID"),
  INSTAGRAM_APP_SECRET: loginSecret('0123456789abcdef').describe('its secret, for connect'),
};

/** Null if no app for Instagram's own login is set: then people log in to Facebook. */
export function instagramLogin(variables: Values<typeof INSTAGRAM_VARIABLES>): InstagramLogin | null {
  const { INSTAGRAM_APP_ID: appId = null, INSTAGRAM_APP_SECRET: appSecret = null } = variables;
  if (appId === null && appSecret === null) return null;
  return {
    loginUrl: variables.INSTAGRAM_LOGIN_URL,
    tokenUrl: variables.INSTAGRAM_TOKEN_URL,
    appId,
    appSecret,
  };
}
