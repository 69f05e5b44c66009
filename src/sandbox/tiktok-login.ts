import { type Authorization, answerAuthorization } from './consent.js';
import { SANDBOX_CREDENTIALS, SANDBOX_DISPLAY_APP } from './oauth.js';
import type { Reply, SandboxRequest } from './reply.js';
import { LOG_ID } from './tiktok.js';
import type { World } from './world.js';

const BOTH = {
  path: /^\/v2\/auth\/authorize\/$/,
  clientIdName: 'client_key',
  opens: 'one',
  takes: 'https',
  denial: 'access_denied',
} as const;

export const ACCOUNTS_AUTHORIZATION: Authorization = {
  ...BOTH,
  provider: 'TikTok for Business',
  isOpened: ({ platform, kind }) => platform === 'tiktok' && kind !== 'display',
  clientId: SANDBOX_CREDENTIALS.TIKTOK_BUSINESS_CLIENT_ID,
};

export const DISPLAY_AUTHORIZATION: Authorization = {
  ...BOTH,
  provider: 'TikTok',
  isOpened: ({ platform, kind }) => platform === 'tiktok' && kind === 'display',
  clientId: SANDBOX_DISPLAY_APP.TIKTOK_CLIENT_KEY,
};

/** `/v2/auth/authorize/` of www.tiktok.com, for both APIs. */
export function answerTiktokLogin(request: SandboxRequest, world: World): Reply {
  if (!BOTH.path.test(request.path)) {
    const error = { code: 'invalid_params', message: 'Not found.', log_id: LOG_ID };
    return { status: 404, body: { error }, unexpected: true };
  }
  const parameters = request.method === 'POST' ? new URLSearchParams(request.body) : request.query;
  const isDisplay = parameters.get('client_key') === DISPLAY_AUTHORIZATION.clientId;
  return answerAuthorization(request, world, isDisplay ? DISPLAY_AUTHORIZATION : ACCOUNTS_AUTHORIZATION);
}
