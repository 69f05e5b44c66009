import { z } from 'zod';
import type { ConsentFlow } from '../consent.js';
import type { CheckContext } from '../contract.js';
import type { Graph } from '../meta/graph.js';
import { ownLogin } from '../meta/own-login.js';

export interface InstagramLogin {
  /** Base address of the page on which people consent, without a trailing slash. */
  readonly loginUrl: string;
  /** Base address of the API that exchanges codes. */
  readonly tokenUrl: string;
  readonly appId: string | null;
  readonly appSecret: string | null;
}

export const SCOPES = ['instagram_business_basic', 'instagram_business_manage_insights'] as const;

/** `id` is another number: insights are requested with `user_id`. */
const me = z
  .object({ user_id: z.string(), username: z.string().optional() })
  .transform(({ user_id: id, username }) => ({ id, username }));

/**
 * Instagram's own login, which needs no Page: "Business Login for Instagram" in Meta's documentation. `graphUrl`: the base address of
 * graph.instagram.com. `open`: opens its API with a token.
 */
export function instagramOwnLogin(
  { loginUrl, tokenUrl, appId, appSecret }: InstagramLogin,
  graphUrl: string,
  open: (accessToken: string, context: CheckContext) => Graph,
): ConsentFlow {
  return ownLogin({
    provider: 'Instagram',
    clientId: { variable: 'INSTAGRAM_APP_ID', value: appId },
    clientSecret: { variable: 'INSTAGRAM_APP_SECRET', value: appSecret },
    howToRegister:
      'Set the number and the secret of the app with the Instagram login, which are not those of the Meta app.',
    authorizationUrl: `${loginUrl}/oauth/authorize`,
    scopes: SCOPES,
    tokenUrl: `${tokenUrl}/oauth/access_token`,
    whenNone: 'Log in to a business or creator account.',
    longLived: { url: `${graphUrl}/access_token`, grantType: 'ig_exchange_token' },
    open,
    me: { fields: 'user_id,username', shape: me },
  });
}
