import { instagram } from '../../../src/platforms/instagram/instagram.js';
import type { InstagramLogin } from '../../../src/platforms/instagram/own-login.js';

/** Instagram with both of its APIs at an address. */
export function instagramAt(url: string, login: InstagramLogin | null = null) {
  return instagram(
    {
      graphUrl: url,
      instagramUrl: url,
      version: 'v25.0',
      loginUrl: 'https://www.facebook.com',
      appId: null,
      appSecret: null,
    },
    login,
  );
}
