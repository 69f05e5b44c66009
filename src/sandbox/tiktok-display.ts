import type { SandboxAccount } from './account.js';
import { redeemForTokens } from './consent.js';
import { distorted, faultReply, type Refusals } from './faults.js';
import { SANDBOX_DISPLAY_APP } from './oauth.js';
import { bearerToken, type Reply, type SandboxRequest } from './reply.js';
import { countTokensInUrl, LOG_ID, TOTALS, tiktokAccount } from './tiktok.js';
import { DISPLAY_AUTHORIZATION } from './tiktok-login.js';
import type { World } from './world.js';

/** `/v2/…` of open.tiktokapis.com. */
export function answerTiktokDisplay(request: SandboxRequest, world: World): Reply {
  countTokensInUrl(request, world);
  if (request.path === '/v2/oauth/token/' && request.method === 'POST') return renewDisplay(request, world);
  const token = bearerToken(request) ?? '';
  const account = tiktokAccount(token, world);
  if (account?.kind !== 'display') return INVALID_TOKEN;
  const { accountId } = account;
  if (token === account.accessToken && world.meets(account, 'expired_token')) return { ...INVALID_TOKEN, accountId };
  const fault = faultReply(account, world, REFUSALS);
  if (fault) return { ...fault, accountId };
  return { ...distorted(account, world, answerUser(request, account, world)), accountId };
}

function answerUser({ method, path, query }: SandboxRequest, account: SandboxAccount, world: World): Reply {
  if (method !== 'GET' || path !== '/v2/user/info/')
    return { ...displayError(404, 'invalid_params', 'Not found.'), unexpected: true };
  const all: Record<string, unknown> = {
    open_id: account.accountId,
    follower_count: account.followers,
    following_count: TOTALS.following,
    likes_count: TOTALS.likes,
    video_count: TOTALS.videos,
  };
  const fields = query.get('fields')?.split(',') ?? [];
  if (fields.length === 0 || !fields.every((field) => field in all && !world.refusedMetrics.has(field)))
    return displayError(400, 'invalid_params', 'One or more fields are invalid.');
  const user = Object.fromEntries(fields.map((field) => [field, all[field]]));
  return { status: 200, body: { data: { user }, error: { code: 'ok', message: '', log_id: LOG_ID } } };
}

/** Takes a form and answers as OAuth does. */
function renewDisplay(request: SandboxRequest, world: World): Reply {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return oauthError('invalid_request');
  const form = new URLSearchParams(request.body);
  const { TIKTOK_CLIENT_KEY: key, TIKTOK_CLIENT_SECRET: secret } = SANDBOX_DISPLAY_APP;
  if (form.get('client_key') !== key || form.get('client_secret') !== secret) return oauthError('invalid_client');
  if (form.get('grant_type') === 'authorization_code') return answerCode(form, world);
  if (form.get('grant_type') !== 'refresh_token') return oauthError('unsupported_grant_type');
  const former = form.get('refresh_token') ?? '';
  const account = world.refreshable(former, 'tiktok');
  if (account?.kind !== 'display') return oauthError('invalid_grant');
  const { accountId } = account;
  if (world.meets(account, 'dead_token')) return { ...oauthError('invalid_grant'), accountId };
  const tokens = {
    access_token: world.issueToken(account),
    refresh_token: world.replaceRefreshToken(former, account),
    scope: 'user.info.basic,user.info.stats',
  };
  return tokensOf(account, tokens);
}

function answerCode(form: URLSearchParams, world: World): Reply {
  const redeemed = redeemForTokens(form, world, DISPLAY_AUTHORIZATION.provider);
  if (redeemed === undefined) return oauthError('invalid_grant');
  return tokensOf(redeemed.account, { ...redeemed.tokens, scope: redeemed.scopes.join(',') });
}

function tokensOf({ accountId }: SandboxAccount, tokens: object): Reply {
  const lives = { expires_in: 7_200, refresh_expires_in: 15_552_000 };
  return { status: 200, body: { ...tokens, ...lives, open_id: accountId, token_type: 'Bearer' }, accountId };
}

function displayError(status: number, code: string, message: string): Reply {
  return { status, body: { data: {}, error: { code, message, log_id: LOG_ID } } };
}

function oauthError(error: string): Reply {
  return { status: 400, body: { error, error_description: 'The sandbox refuses the request.', log_id: LOG_ID } };
}

const INVALID_TOKEN = displayError(401, 'access_token_invalid', 'The access token is invalid.');

const REFUSALS: Refusals = {
  dead_token: () => INVALID_TOKEN,
  missing_permission: () => displayError(401, 'scope_not_authorized', 'The user did not authorize the scope.'),
  throttled: () => displayError(429, 'rate_limit_exceeded', 'The API rate limit was exceeded.'),
  server_error: () => displayError(500, 'internal_error', 'Something went wrong.'),
};
