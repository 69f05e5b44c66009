import { youtube } from '../../../src/platforms/youtube/youtube.js';

/** YouTube with all of its APIs at an address. */
export function youtubeAt(url: string) {
  return youtube({
    analyticsUrl: url,
    dataUrl: url,
    oauthUrl: url,
    accountsUrl: url,
    clientId: 'id',
    clientSecret: 'secret',
  });
}
