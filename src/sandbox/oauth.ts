import type { SandboxAccount, SandboxPlatform } from './account.js';
import { type Authorization, answerAuthorization, redeemCode } from './consent.js';
import type { Reply, SandboxRequest } from './reply.js';
import type { World } from './world.js';

/** The app registered with the token endpoints, under the names of the collector's variables. */
export const SANDBOX_CREDENTIALS = {
  GOOGLE_CLIENT_ID: 'sandbox.apps.googleusercontent.com',
  GOOGLE_CLIENT_SECRET: 'sandbox-google-secret',
  META_APP_ID: '1000000000000001',
  LINKEDIN_CLIENT_ID: 'sandbox-linkedin',
  LINKEDIN_CLIENT_SECRET: 'sandbox-linkedin-secret',
  THREADS_APP_ID: '1000000000000002',
  THREADS_APP_SECRET: 'sandbox-threads-secret',
  PINTEREST_CLIENT_ID: 'sandbox-pinterest',
  PINTEREST_CLIENT_SECRET: 'sandbox-pinterest-secret',
  TIKTOK_BUSINESS_CLIENT_ID: 'sandbox-tiktok-business',
  TIKTOK_BUSINESS_CLIENT_SECRET: 'sandbox-tiktok-business-secret',
} as const;

/** The app of accounts on TikTok of the kind `display`, which nobody has who does not ask for one. */
export const SANDBOX_DISPLAY_APP = {
  TIKTOK_CLIENT_KEY: 'sandbox-tiktok',
  TIKTOK_CLIENT_SECRET: 'sandbox-tiktok-secret',
} as const;

/** The app of Instagram's own login: with it, nobody is asked to log in to Facebook. */
export const SANDBOX_INSTAGRAM_APP = {
  INSTAGRAM_APP_ID: '1000000000000003',
  INSTAGRAM_APP_SECRET: 'sandbox-instagram-secret',
} as const;

interface TokenEndpoint {
  readonly provider: string;
  readonly path: string;
  readonly platform: SandboxPlatform;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly invalidGrant: string;
  readonly scopeSeparator: string;
  grant(accessToken: string, account: SandboxAccount | undefined): object;
}

const GOOGLE_AUTHORIZATION: Authorization = {
  provider: 'Google',
  path: /^\/o\/oauth2\/v2\/auth$/,
  isOpened: ({ platform }) => platform === 'youtube',
  clientId: SANDBOX_CREDENTIALS.GOOGLE_CLIENT_ID,
  opens: 'one',
  takes: 'loopback',
  denial: 'access_denied',
};

const GOOGLE: TokenEndpoint = {
  provider: GOOGLE_AUTHORIZATION.provider,
  path: '/token',
  platform: 'youtube',
  clientId: SANDBOX_CREDENTIALS.GOOGLE_CLIENT_ID,
  clientSecret: SANDBOX_CREDENTIALS.GOOGLE_CLIENT_SECRET,
  invalidGrant: 'Token has been expired or revoked.',
  scopeSeparator: ' ',
  // The answer holds no refresh token: the client keeps its own.
  grant: (accessToken) => ({
    access_token: accessToken,
    expires_in: 3599,
    scope: 'https://www.googleapis.com/auth/yt-analytics.readonly https://www.googleapis.com/auth/youtube.readonly',
    token_type: 'Bearer',
  }),
};

const LINKEDIN_AUTHORIZATION: Authorization = {
  provider: 'LinkedIn',
  path: /^\/oauth\/v2\/authorization$/,
  isOpened: ({ platform }) => platform === 'linkedin',
  clientId: SANDBOX_CREDENTIALS.LINKEDIN_CLIENT_ID,
  opens: 'all',
  takes: 'localhost',
  denial: 'user_cancelled_authorize',
};

const LINKEDIN: TokenEndpoint = {
  provider: LINKEDIN_AUTHORIZATION.provider,
  path: '/oauth/v2/accessToken',
  platform: 'linkedin',
  clientId: SANDBOX_CREDENTIALS.LINKEDIN_CLIENT_ID,
  clientSecret: SANDBOX_CREDENTIALS.LINKEDIN_CLIENT_SECRET,
  invalidGrant: 'The provided authorization grant or refresh token is invalid, expired or revoked.',
  // Whatever the documentation says.
  scopeSeparator: ',',
  grant: (accessToken, account) => ({
    access_token: accessToken,
    expires_in: 5183999,
    refresh_token: account?.refreshToken,
    refresh_token_expires_in: 31536059,
    scope: 'r_organization_social,rw_organization_admin',
  }),
};

/** `/o/oauth2/v2/auth` of accounts.google.com. */
export function answerGoogleAccounts(request: SandboxRequest, world: World): Reply {
  if (GOOGLE_AUTHORIZATION.path.test(request.path)) return answerAuthorization(request, world, GOOGLE_AUTHORIZATION);
  return { ...oauthError(404, 'not_found', 'Not Found'), unexpected: true };
}

/** `POST /token` of oauth2.googleapis.com. */
export function answerGoogleOauth(request: SandboxRequest, world: World): Reply {
  return answerToken(request, world, GOOGLE);
}

/** `/oauth/v2/authorization` and `POST /oauth/v2/accessToken` of www.linkedin.com. */
export function answerLinkedinOauth(request: SandboxRequest, world: World): Reply {
  if (request.path === '/oauth/v2/introspectToken' && request.method === 'POST') return introspect(request, world);
  if (LINKEDIN_AUTHORIZATION.path.test(request.path))
    return answerAuthorization(request, world, LINKEDIN_AUTHORIZATION);
  return answerToken(request, world, LINKEDIN);
}

function answerToken(request: SandboxRequest, world: World, endpoint: TokenEndpoint): Reply {
  if (request.path !== endpoint.path || request.method !== 'POST') {
    return { ...oauthError(404, 'not_found', 'Not Found'), unexpected: true };
  }
  if (['refresh_token', 'client_secret'].some((name) => request.query.has(name))) world.counters.tokensInUrl += 1;
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return oauthError(400, 'invalid_request', 'The body must be application/x-www-form-urlencoded.');
  }
  const form = new URLSearchParams(request.body);
  if (form.get('client_id') !== endpoint.clientId || form.get('client_secret') !== endpoint.clientSecret) {
    return oauthError(401, 'invalid_client', 'The OAuth client was not found.');
  }
  if (form.get('grant_type') === 'authorization_code') return answerCode(form, world, endpoint);
  if (form.get('grant_type') !== 'refresh_token') {
    return oauthError(400, 'unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type')}`);
  }
  const account = world.refreshable(form.get('refresh_token') ?? '', endpoint.platform);
  if (!account) return oauthError(400, 'invalid_grant', endpoint.invalidGrant);
  const { accountId } = account;
  if (world.meets(account, 'dead_token')) {
    return { ...oauthError(400, 'invalid_grant', endpoint.invalidGrant), accountId };
  }
  return { status: 200, body: endpoint.grant(world.issueToken(account), account), accountId };
}

/** `POST /oauth/v2/introspectToken` of www.linkedin.com: tokens live for 60 days. */
function introspect(request: SandboxRequest, world: World): Reply {
  if (['token', 'client_secret'].some((name) => request.query.has(name))) world.counters.tokensInUrl += 1;
  const form = new URLSearchParams(request.body);
  const { clientId, clientSecret } = LINKEDIN;
  if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
    return oauthError(401, 'invalid_client', 'Client authentication failed');
  }
  const [grant] = world.grants(form.get('token') ?? '');
  if (grant === undefined) return { status: 200, body: { active: false } };
  const created = Math.floor(world.now() / 1_000);
  const body = { active: true, status: 'active', client_id: clientId, auth_type: '3L', scope: 'rw_organization_admin' };
  const times = { created_at: created, authorized_at: created, expires_at: created + 60 * 86_400 };
  return { status: 200, body: { ...body, ...times }, accountId: grant.account.accountId };
}

/** The tokens of a code: unlike a renewal, they come with a refresh token and the scopes that were granted. */
function answerCode(form: URLSearchParams, world: World, endpoint: TokenEndpoint): Reply {
  const code = redeemCode(form, world, endpoint.provider);
  if (typeof code === 'string') return oauthError(400, 'invalid_grant', code);
  const [account] = code.accounts;
  const token = world.issueConsented(code, 'bearer');
  return {
    status: 200,
    body: {
      ...endpoint.grant(token, account),
      ...(account?.refreshToken && { refresh_token: account.refreshToken }),
      scope: code.scopes.join(endpoint.scopeSeparator),
    },
    ...(account && { accountId: account.accountId }),
  };
}

function oauthError(status: number, error: string, description: string): Reply {
  return { status, body: { error, error_description: description } };
}
