import { z } from 'zod';
import type { ConsentFlow } from '../consent.js';
import { ownLogin } from '../meta/own-login.js';
import { openThreads, SCOPES, type ThreadsSettings } from './api.js';

const me = z.object({ id: z.string(), username: z.string().optional() });

/** "Get started" and "Long-lived tokens" of https://developers.facebook.com/docs/threads. */
export function threadsConsent({ url, loginUrl, appId, appSecret }: ThreadsSettings): ConsentFlow {
  return ownLogin({
    provider: 'Threads',
    clientId: { variable: 'THREADS_APP_ID', value: appId },
    clientSecret: { variable: 'THREADS_APP_SECRET', value: appSecret },
    howToRegister:
      'Create a Meta app with the Threads use case, and set both variables; its Threads app has a number and a secret of its own.',
    authorizationUrl: `${loginUrl}/oauth/authorize`,
    scopes: SCOPES,
    tokenUrl: `${url}/oauth/access_token`,
    whenNone: 'Log in to a Threads profile.',
    longLived: { url: `${url}/access_token`, grantType: 'th_exchange_token' },
    open: (accessToken, context) => openThreads(url, { accessToken }, context),
    me: { fields: 'id,username', shape: me },
  });
}
