import type { ThreadsSettings } from '../../../src/platforms/threads/api.js';

/** Threads at an address, without an app. */
export function settingsOf(url: string): ThreadsSettings {
  return { url, loginUrl: url, appId: null, appSecret: null };
}
