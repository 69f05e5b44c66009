import { z } from 'zod';
import type { HttpAnswer } from '../../http/http.js';
import type { ConsentedAccount, ConsentFlow } from '../consent.js';
import type { CheckContext } from '../contract.js';
import { longLivedToken } from './long-lived.js';

/** What a platform of Meta has of its own, where people log in to it and not to Facebook. */
export interface OwnLogin extends Omit<ConsentFlow, 'accounts' | 'pkce' | 'redirects'> {
  /** Where a token of an hour becomes one of 60 days. */
  readonly longLived: { readonly url: string; readonly grantType: string };
  /** Who has logged in. Throws `PlatformError`, `Interrupted`. */
  self(accessToken: string, context: CheckContext): Promise<Pick<ConsentedAccount, 'accountId' | 'accountName'>>;
}

/** The apps of Meta's other logins have numbers of their own. */
export function ownLogin({ longLived, self, ...flow }: OwnLogin): ConsentFlow {
  const { provider, scopes, clientSecret } = flow;
  return {
    ...flow,
    pkce: false,
    redirects: 'registered',
    authorizationParameters: (standard) => ({ ...standard, scope: scopes.join(',') }),
    tokenAnswer: asOAuth,

    async accounts({ accessToken: shortLived }, context) {
      const parameters = {
        grant_type: longLived.grantType,
        client_secret: clientSecret.value ?? '',
        access_token: shortLived,
      };
      const api = `${provider} login`;
      const { accessToken, expiresAt } = await longLivedToken({ api, url: longLived.url, parameters }, context);
      const account = await self(accessToken, context);
      return [{ ...account, accessToken, refreshToken: null, tokenExpiresAt: expiresAt }];
    },
  };
}

const permissions = z.union([z.string(), z.array(z.string()).transform((names) => names.join(','))]);
const tokens = z.object({ access_token: z.string(), permissions: permissions.optional() });
const refusal = z.object({ error_type: z.string().default('OAuthException'), error_message: z.string() });
/** "Business Login for Instagram" has the tokens in a list; other examples, and Threads, do not. */
const listed = z.object({ data: z.tuple([tokens]).rest(z.unknown()) }).transform(({ data: [first] }) => first);

function asOAuth(answer: HttpAnswer): HttpAnswer {
  const refused = refusal.safeParse(answer.json).data;
  if (refused !== undefined) {
    return { ...answer, json: { error: refused.error_type, error_description: refused.error_message } };
  }
  const given = z.union([listed, tokens]).safeParse(answer.json).data;
  if (given === undefined) return answer;
  return { ...answer, json: { access_token: given.access_token, scope: given.permissions ?? '' } };
}
