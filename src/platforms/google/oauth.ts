import type { OAuthClient } from '../shared/oauth.js';

export interface GoogleSettings {
  /** Base addresses, without a trailing slash. */
  readonly analyticsUrl: string;
  readonly dataUrl: string;
  readonly oauthUrl: string;
  readonly accountsUrl: string;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

export const ANALYTICS_SCOPE = 'yt-analytics.readonly';
export const CHANNEL_SCOPE = 'youtube.readonly';

export const SCOPE_BASE = 'https://www.googleapis.com/auth';

/** Either scope opens the reports: the one for revenue includes the other. */
export function googleClient({ oauthUrl, clientId, clientSecret }: GoogleSettings): OAuthClient {
  return {
    provider: 'Google',
    tokenUrl: `${oauthUrl}/token`,
    clientId,
    clientSecret,
    variables: { id: 'GOOGLE_CLIENT_ID', secret: 'GOOGLE_CLIENT_SECRET' },
    whenShortLived: 'publish the app in the Google Cloud console (its publishing status is "Testing")',
    scopes: [`${SCOPE_BASE}/${ANALYTICS_SCOPE}`, `${SCOPE_BASE}/yt-analytics-monetary.readonly`],
  };
}
