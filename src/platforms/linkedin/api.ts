import { PlatformError } from '../../errors.js';
import type { CheckContext } from '../contract.js';
import { type OAuthClient, openSession, type Tokens } from '../shared/oauth.js';
import { judgeLinkedIn, WrongVersion } from './errors.js';
import type { Versions } from './versions.js';

export interface LinkedInSettings {
  /** Base addresses, without a trailing slash. */
  readonly apiUrl: string;
  readonly oauthUrl: string;
  /** `YYYYMM`; null for the newest that is known to be answered. */
  readonly version: string | null;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

/** The app, and what its accounts have found out of the versions. */
export interface LinkedInApp {
  readonly settings: LinkedInSettings;
  readonly versions: Versions;
}

/** LinkedIn's versioned REST API, called with one token. */
export interface LinkedIn {
  /** `GET /rest/{path}?{query}`, both already encoded. Throws `PlatformError`, `Interrupted`. */
  get(path: string, query: string): Promise<unknown>;
}

export function openLinkedIn({ settings, versions }: LinkedInApp, tokens: Tokens, context: CheckContext): LinkedIn {
  const session = openSession(clientOf(settings), tokens, context);

  function ask(path: string, query: string, version: string): Promise<unknown> {
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
  }

  return {
    async get(path, query) {
      for (;;) {
        const version = versions.current;
        try {
          const answer = await ask(path, query, version);
          if (version !== versions.first) {
            const why = `LinkedIn does not answer version ${versions.first}, so ${version} is used`;
            context.warn(`${why}; set LINKEDIN_VERSION=${version}`, 'version of LinkedIn');
          }
          return answer;
        } catch (error) {
          if (!(error instanceof WrongVersion)) throw error;
          if (versions.after(version) === null) throw new PlatformError(error.reason, error.message, 'platform');
        }
      }
    },
  };
}

export function clientOf({ oauthUrl, clientId, clientSecret }: LinkedInSettings): OAuthClient {
  return {
    provider: 'LinkedIn',
    tokenUrl: `${oauthUrl}/oauth/v2/accessToken`,
    clientId,
    clientSecret,
    variables: { id: 'LINKEDIN_CLIENT_ID', secret: 'LINKEDIN_CLIENT_SECRET' },
    scopes: ['rw_organization_admin', 'r_organization_admin'],
  };
}
