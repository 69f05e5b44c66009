import type { SandboxAccount } from './account.js';
import { distorted, faultReply, type Refusals } from './faults.js';
import { bearerToken, type Reply, type SandboxRequest } from './reply.js';
import type { World } from './world.js';

interface GoogleErrorDetail {
  readonly status?: string;
  /** The message of `errors[0]`, if it differs from that of the whole error. */
  readonly message?: string;
  readonly location?: string;
}

export function googleError(code: number, reason: string, message: string, detail: GoogleErrorDetail = {}): Reply {
  const first = {
    message: detail.message ?? message,
    domain: 'global',
    reason,
    ...(detail.location && { location: detail.location, locationType: 'header' }),
  };
  return {
    status: code,
    body: { error: { code, message, errors: [first], ...(detail.status && { status: detail.status }) } },
  };
}

export function notSupported(): Reply {
  return googleError(
    400,
    'badRequest',
    'The query is not supported. Check the documentation at https://developers.google.com/youtube/analytics/v2/available_reports for a list of supported queries.',
  );
}

/** Passes a request to `answer` with the account of its bearer token. Tokens in the address are not accepted. */
export function withGoogleToken(
  request: SandboxRequest,
  world: World,
  answer: (account: SandboxAccount) => Reply,
): Reply {
  if (request.query.has('access_token') || request.query.has('key')) world.counters.tokensInUrl += 1;
  const grants = world.grants(bearerToken(request) ?? '');
  if (world.consented(bearerToken(request) ?? '')?.accounts.length === 0) return signupRequired();
  const account = grants.find((grant) => grant.account.platform === 'youtube')?.account;
  if (!account) return invalidCredentials();
  const { accountId } = account;
  // Only the first token has expired; a renewed one is valid.
  if (bearerToken(request) === account.accessToken && world.meets(account, 'expired_token')) {
    return { ...invalidCredentials(), accountId };
  }
  if (world.disabled.has(request.api)) return { ...notEnabled(), accountId };
  if (world.exhausted.has(request.api)) return { ...REFUSALS.throttled({ kind: 'throttled' }), accountId };
  if (request.api === 'youtube-analytics' && !world.takeYoutubeQuery()) {
    return { ...overLimit('Queries per minute'), accountId };
  }
  const fault = faultReply(account, world, REFUSALS);
  return fault ? { ...fault, accountId } : { ...distorted(account, world, answer(account)), accountId };
}

function overLimit(limit: string): Reply {
  return googleError(
    429,
    'rateLimitExceeded',
    `Quota exceeded for quota metric 'Queries' and limit '${limit}' of service 'youtubeanalytics.googleapis.com'.`,
    { status: 'RESOURCE_EXHAUSTED' },
  );
}

function notEnabled(): Reply {
  return googleError(
    403,
    'accessNotConfigured',
    'YouTube Data API v3 has not been used in project 1 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/youtube.googleapis.com/overview?project=1 then retry.',
    { status: 'PERMISSION_DENIED' },
  );
}

/** Whoever has no channel. */
function signupRequired(): Reply {
  return googleError(401, 'youtubeSignupRequired', 'Unauthorized', { status: 'UNAUTHENTICATED' });
}

function invalidCredentials(): Reply {
  return googleError(
    401,
    'authError',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    { message: 'Invalid Credentials', location: 'Authorization', status: 'UNAUTHENTICATED' },
  );
}

const REFUSALS: Refusals = {
  dead_token: invalidCredentials,
  missing_permission: () =>
    googleError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', {
      message: 'Insufficient Permission',
      status: 'PERMISSION_DENIED',
    }),
  // The reason is the same for a minute and for a day; only the message tells them apart.
  throttled: ({ window = 'DAY' }) => overLimit(window === 'DAY' ? 'Queries per day' : 'Queries per minute per user'),
  server_error: () => googleError(500, 'backendError', 'Internal error encountered.', { status: 'INTERNAL' }),
};
