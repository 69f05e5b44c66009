import type { CheckContext } from '../contract.js';
import { type OAuthClient, openSession, type Tokens } from '../shared/oauth.js';
import { judgeLinkedIn } from './errors.js';
import { linkedInVersion } from './versions.js';

export interface LinkedInSettings {
  /** Base addresses, without a trailing slash. */
  readonly apiUrl: string;
  readonly oauthUrl: string;
  /** `YYYYMM`; null for the newest that is known to be answered. */
  readonly version: string | null;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

/** LinkedIn's versioned REST API, called with one token. */
export interface LinkedIn {
  /** `GET /rest/{path}?{query}`, both already encoded. Throws `PlatformError`, `Interrupted`. */
  get(path: string, query: string): Promise<unknown>;
}

export function openLinkedIn(settings: LinkedInSettings, tokens: Tokens, context: CheckContext): LinkedIn {
  const session = openSession(clientOf(settings), tokens, context);
  const version = linkedInVersion(settings.version).name;
  return {
    get(path, query) {
      const [endpoint = path] = path.split('/');
      // In Rest.li, parentheses, colons and commas are syntax: the query must not pass through `URLSearchParams`.
      return session.get(
        {
          // Each resource has its own limit.
          api: `LinkedIn ${endpoint}`,
          url: new URL(`${settings.apiUrl}/rest/${path}?${query}`),
          headers: { 'linkedin-version': version, 'x-restli-protocol-version': '2.0.0' },
        },
        (answer) => judgeLinkedIn(answer, { version, endpoint }),
      );
    },
  };
}

function clientOf({ oauthUrl, clientId, clientSecret }: LinkedInSettings): OAuthClient {
  return {
    provider: 'LinkedIn',
    tokenUrl: `${oauthUrl}/oauth/v2/accessToken`,
    clientId,
    clientSecret,
    variables: 'LINKEDIN',
    scopes: ['rw_organization_admin', 'r_organization_admin'],
  };
}
