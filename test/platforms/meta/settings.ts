import type { MetaSettings } from '../../../src/platforms/meta/graph.js';

/** Both of Meta's APIs at an address, without an app. */
export function settingsOf(url: string): MetaSettings {
  return {
    graphUrl: url,
    instagramUrl: url,
    version: 'v25.0',
    loginUrl: 'https://www.facebook.com',
    appId: null,
    appSecret: null,
  };
}
