import { type Authorization, answerAuthorization, redeemCode } from './consent.js';
import { graphError } from './graph.js';
import { SANDBOX_CREDENTIALS, SANDBOX_INSTAGRAM_APP } from './oauth.js';
import type { Reply, SandboxRequest } from './reply.js';
import type { Grant, World } from './world.js';

/*
 * The logins that Instagram and Threads have of their own: a code gives a token of an hour, and that one a token of 60 days.
 */

const HOUR_SECONDS = 3_600;
const SIXTY_DAYS_SECONDS = 5_183_944;

interface OwnLogin {
  readonly authorization: Authorization;
  readonly clientSecret: string;
  readonly exchange: string;
  readonly kind: Grant['kind'];
}

const INSTAGRAM: OwnLogin = {
  authorization: {
    provider: 'Instagram',
    path: /^\/oauth\/authorize$/,
    isOpened: ({ platform, accessToken }) => platform === 'instagram' && accessToken.startsWith('IG'),
    clientId: SANDBOX_INSTAGRAM_APP.INSTAGRAM_APP_ID,
    opens: 'one',
    takes: 'localhost',
    denial: 'access_denied',
    fragment: '_',
  },
  clientSecret: SANDBOX_INSTAGRAM_APP.INSTAGRAM_APP_SECRET,
  exchange: 'ig_exchange_token',
  kind: 'instagram',
};

const THREADS: OwnLogin = {
  authorization: {
    provider: 'Threads',
    path: /^\/oauth\/authorize$/,
    isOpened: ({ platform }) => platform === 'threads',
    clientId: SANDBOX_CREDENTIALS.THREADS_APP_ID,
    opens: 'one',
    takes: 'localhost',
    denial: 'access_denied',
    fragment: '_',
  },
  clientSecret: SANDBOX_CREDENTIALS.THREADS_APP_SECRET,
  exchange: 'th_exchange_token',
  kind: 'bearer',
};

/** `/oauth/authorize` of www.instagram.com. */
export function answerInstagramLogin(request: SandboxRequest, world: World): Reply {
  return answerLogin(request, world, INSTAGRAM);
}

/** `/oauth/authorize` of threads.net. */
export function answerThreadsLogin(request: SandboxRequest, world: World): Reply {
  return answerLogin(request, world, THREADS);
}

function answerLogin(request: SandboxRequest, world: World, { authorization }: OwnLogin): Reply {
  if (authorization.path.test(request.path)) return answerAuthorization(request, world, authorization);
  return { ...graphError(2500, `Unknown path components: ${request.path}`, { status: 404 }), unexpected: true };
}

/** `POST /oauth/access_token` of api.instagram.com, whose answers and errors are of no other form. */
export function answerInstagramToken(request: SandboxRequest, world: World): Reply {
  const given = shortLived(request, world, INSTAGRAM);
  if (typeof given === 'string') {
    return { status: 400, body: { error_type: 'OAuthException', code: 400, error_message: given } };
  }
  const { token, accountId, scopes } = given;
  return { status: 200, body: { data: [{ access_token: token, user_id: accountId, permissions: scopes.join(',') }] } };
}

/** `POST /oauth/access_token` of graph.threads.net. */
export function answerThreadsToken(request: SandboxRequest, world: World): Reply {
  const given = shortLived(request, world, THREADS);
  if (typeof given === 'string') return graphError(100, given);
  // A number, which is not exact.
  return {
    status: 200,
    body: { access_token: given.token, user_id: Number(given.accountId), expires_in: HOUR_SECONDS },
  };
}

function shortLived(request: SandboxRequest, world: World, { authorization, clientSecret, kind }: OwnLogin) {
  const form = new URLSearchParams(request.body);
  if (request.path !== '/oauth/access_token' || request.method !== 'POST') return 'Unsupported request.';
  if (form.get('client_id') !== authorization.clientId) return 'Invalid platform app';
  if (form.get('client_secret') !== clientSecret) return 'Error validating client secret.';
  const code = redeemCode(form, world, authorization.provider);
  if (typeof code === 'string') return 'Matching code was not found or was already used';
  const { scopes, accounts } = code;
  return { token: world.issueConsented(code, kind), accountId: accounts[0]?.accountId ?? '0', scopes };
}

/** `/access_token` of graph.instagram.com. */
export function lengthenInstagram(request: SandboxRequest, world: World): Reply {
  return longLived(request, world, INSTAGRAM);
}

/** `/access_token` of graph.threads.net. */
export function lengthenThreads(request: SandboxRequest, world: World): Reply {
  return longLived(request, world, THREADS);
}

function longLived(request: SandboxRequest, world: World, { clientSecret, exchange, kind }: OwnLogin): Reply {
  const form = request.method === 'POST' ? new URLSearchParams(request.body) : request.query;
  if (form.get('grant_type') !== exchange) return graphError(100, 'Invalid grant_type');
  if (form.get('client_secret') !== clientSecret) return graphError(101, 'Error validating client secret.');
  const consented = world.consented(form.get('access_token') ?? '');
  if (!consented) return graphError(190, 'Invalid OAuth access token - Cannot parse access token');
  const token = world.issueConsented({ ...consented, isLongLived: true }, kind);
  return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: SIXTY_DAYS_SECONDS } };
}
