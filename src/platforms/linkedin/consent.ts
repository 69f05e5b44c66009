import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { ConsentFlow } from '../consent.js';
import { list, whatIsWrong } from '../shared/shape.js';
import { clientOf, type LinkedIn, type LinkedInApp, openLinkedIn } from './api.js';

/** Pages in one answer. */
const COUNT = 100;
/** More would be a mistake in the paging. */
const MOST_ANSWERS = 50;

const roles = z.object({ elements: list(z.object({ organization: z.string() }), COUNT) });
const names = z.object({ results: z.record(z.string(), z.object({ localizedName: z.string().optional() })) });

/**
 * A redirect address must be exactly one of those in the app's settings:
 * https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
 */
export function linkedinConsent(app: LinkedInApp): ConsentFlow {
  const { settings } = app;
  const { provider, tokenUrl, scopes } = clientOf(settings);
  return {
    provider,
    clientId: { variable: 'LINKEDIN_CLIENT_ID', value: settings.clientId },
    clientSecret: { variable: 'LINKEDIN_CLIENT_SECRET', value: settings.clientSecret },
    howToRegister:
      "Create an app with the Community Management API in LinkedIn's developer portal, and set both variables.",
    authorizationUrl: `${settings.oauthUrl}/oauth/v2/authorization`,
    scopes: scopes.slice(0, 1),
    pkce: false,
    redirects: 'registered',
    tokenUrl,
    whenNone: 'Sign in as an administrator of the page.',

    async accounts({ accessToken, refreshToken, expiresAt: tokenExpiresAt }, context) {
      const tokens = { accessToken, refreshToken, tokenExpiresAt };
      const api = openLinkedIn(app, tokens, context);
      const ids = await administered(api);
      const named = await namesOf(api, ids, context.warn);
      return ids.map((accountId) => ({ ...tokens, accountId, accountName: named[accountId]?.localizedName ?? null }));
    },
  };
}

/** The ids of the pages that the member administers. Throws `PlatformError`. */
async function administered(api: LinkedIn): Promise<string[]> {
  const ids = new Set<string>();
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    const query = `q=roleAssignee&role=ADMINISTRATOR&state=APPROVED&start=${answers * COUNT}&count=${COUNT}`;
    const { success, data, error } = roles.safeParse(await api.get('organizationAcls', query));
    if (!success) {
      throw new PlatformError('unexpected_response', `the list of pages has an unexpected form: ${whatIsWrong(error)}`);
    }
    for (const { organization } of data.elements) {
      const id = /^urn:li:organization:(\d{1,19})$/.exec(organization)?.[1];
      if (id !== undefined) ids.add(id);
    }
    if (data.elements.length < COUNT) break;
  }
  return [...ids];
}

/** The pages' names. They only help people to choose, so an error is only a warning. */
async function namesOf(api: LinkedIn, ids: readonly string[], warn: (message: string) => void) {
  const found: z.infer<typeof names>['results'] = {};
  for (let first = 0; first < ids.length; first += COUNT) {
    try {
      const query = `ids=List(${ids.slice(first, first + COUNT).join(',')})`;
      Object.assign(found, names.safeParse(await api.get('organizationsLookup', query)).data?.results);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      warn(`linkedin: the names of the pages: ${error.message}`);
      return found;
    }
  }
  return found;
}
