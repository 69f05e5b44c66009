import { instagram } from '../../../src/platforms/instagram/instagram.js';
import type { InstagramLogin } from '../../../src/platforms/instagram/own-login.js';
import { settingsOf } from '../meta/settings.js';

/** Instagram with both of its APIs at an address. */
export function instagramAt(url: string, login: InstagramLogin | null = null) {
  return instagram(settingsOf(url), login);
}
