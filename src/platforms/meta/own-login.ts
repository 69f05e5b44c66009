import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { HttpAnswer } from '../../http/http.js';
import type { ConsentFlow } from '../consent.js';
import type { CheckContext } from '../contract.js';
import { whatIsWrong } from '../shared/shape.js';
import type { Graph } from './graph.js';
import { longLivedToken } from './long-lived.js';

/** The account that has logged in. */
interface Owner {
  readonly id: string;
  readonly username?: string | undefined;
}

/** What differs between Meta's platforms on which people log in to the platform itself, not to Facebook. */
export interface OwnLogin extends Omit<ConsentFlow, 'accounts' | 'pkce' | 'redirects'> {
  /** Where a token that lasts an hour is exchanged for one that lasts 60 days. */
  readonly longLived: { readonly url: string; readonly grantType: string };
  /** The API, opened with a token. */
  open(accessToken: string, context: CheckContext): Pick<Graph, 'own'>;
  /** What `/me` is asked for, and the form of its answer. */
  readonly me: { readonly fields: string; readonly shape: z.ZodType<Owner> };
}

/** A login of Meta's other than Facebook's. Its apps have their own ids and secrets. */
export function ownLogin({ longLived, open, me, ...flow }: OwnLogin): ConsentFlow {
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
      const { data, error } = me.shape.safeParse(await open(accessToken, context).own('', { fields: me.fields }));
      if (data === undefined) throw new PlatformError('unexpected_response', `/me: ${whatIsWrong(error)}`);
      const { id: accountId, username: accountName = null } = data;
      return [{ accountId, accountName, accessToken, refreshToken: null, tokenExpiresAt: expiresAt }];
    },
  };
}

const permissions = z.union([z.string(), z.array(z.string()).transform((names) => names.join(','))]);
const tokens = z.object({ access_token: z.string(), permissions: permissions.optional() });
const refusal = z.object({ error_type: z.string().default('OAuthException'), error_message: z.string() });
/** "Business Login for Instagram" documents the tokens in a list; other examples, and Threads, do not. */
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
