import type { SandboxAccount } from './account.js';
import { type Authorization, answerAuthorization, redeemForTokens } from './consent.js';
import { DAY_MS, indexOfDate, type SandboxDay, utcDay } from './days.js';
import { distorted, faultReply, type Refusals } from './faults.js';
import { SANDBOX_CREDENTIALS } from './oauth.js';
import { hasData, shownShare, shownValue } from './readiness.js';
import { bearerToken, type Reply, type SandboxRequest } from './reply.js';
import { pick } from './values.js';
import type { World } from './world.js';

const HOUR_MS = 3_600_000;
const LOOKBACK_DAYS = 89;
/** From the first day to the last. */
const MAX_SPAN_DAYS = 90;
/** After a day's end. The real delay is not documented. */
const ESTIMATED_AFTER_MS = 24 * HOUR_MS;
const READY_AFTER_MS = 48 * HOUR_MS;

const METRICS = ['IMPRESSION', 'SAVE', 'PIN_CLICK', 'OUTBOUND_CLICK', 'ENGAGEMENT'];
const RATES = ['SAVE', 'PIN_CLICK', 'OUTBOUND_CLICK', 'ENGAGEMENT'];
const PARAMETERS: ReadonlySet<string> = new Set(['start_date', 'end_date', 'metric_types', 'content_type']);
const METRIC_TYPES: ReadonlySet<string> = new Set([...METRICS, ...RATES.map((metric) => `${metric}_RATE`)]);

const SCOPE = 'user_accounts:read';
const AUTHORIZATION: Authorization = {
  provider: 'Pinterest',
  path: /^\/oauth\/$/,
  isOpened: ({ platform }) => platform === 'pinterest',
  clientId: SANDBOX_CREDENTIALS.PINTEREST_CLIENT_ID,
  opens: 'one',
  takes: 'localhost',
  denial: 'access_denied',
};

/** `/oauth/` of www.pinterest.com. */
export function answerPinterestLogin(request: SandboxRequest, world: World): Reply {
  if (AUTHORIZATION.path.test(request.path)) return answerAuthorization(request, world, AUTHORIZATION);
  return { ...pinterestError(404, 1, 'Not found.'), unexpected: true };
}

/** `/v5/…` of api.pinterest.com. */
export function answerPinterest(request: SandboxRequest, world: World): Reply {
  if (['access_token', 'refresh_token', 'client_secret'].some((name) => request.query.has(name)))
    world.counters.tokensInUrl += 1;
  if (request.path === '/v5/oauth/token' && request.method === 'POST') return answerToken(request, world);
  const token = bearerToken(request);
  const account = world.grants(token ?? '').find((grant) => grant.account.platform === 'pinterest')?.account;
  if (!account) return unauthenticated();
  const { accountId } = account;
  // Only the first token has expired; a renewed one is valid.
  if (token === account.accessToken && world.meets(account, 'expired_token'))
    return { ...unauthenticated(), accountId };
  const fault = faultReply(account, world, REFUSALS);
  if (fault) return { ...fault, accountId };
  return { ...distorted(account, world, answerAccount(request, account, world)), accountId };
}

function answerAccount(request: SandboxRequest, account: SandboxAccount, world: World): Reply {
  if (request.method === 'GET' && request.path === '/v5/user_account') return { status: 200, body: profile(account) };
  if (request.method === 'GET' && request.path === '/v5/user_account/analytics')
    return analytics(request, account, world);
  return { ...pinterestError(404, 1, 'Not found.'), unexpected: true };
}

function profile({ accountId, name, followers }: SandboxAccount): object {
  return {
    account_type: 'BUSINESS',
    id: accountId,
    username: usernameOf(name),
    business_name: name,
    follower_count: followers,
    following_count: 347,
    pin_count: 339,
    board_count: 14,
    monthly_views: 163,
  };
}

function usernameOf(name: string): string {
  return name.toLowerCase().replaceAll(/\W+/g, '');
}

function analytics({ query }: SandboxRequest, account: SandboxAccount, world: World): Reply {
  const first = indexOfDate(query.get('start_date') ?? '');
  const last = indexOfDate(query.get('end_date') ?? '');
  const types = query.get('metric_types')?.split(',') ?? [...METRIC_TYPES];
  const isUnknown = [...query.keys()].some((name) => !PARAMETERS.has(name));
  if (first === undefined || last === undefined || last < first || isUnknown) return invalid();
  if (last - first > MAX_SPAN_DAYS || !types.every((type) => METRIC_TYPES.has(type))) return invalid();
  const today = Math.floor(world.now() / DAY_MS);
  // For the whole request, even if only its first day is too old.
  if (first < today - LOOKBACK_DAYS) return pinterestError(400, 1, 'You can only get data from the last 90 days.');

  const days = Array.from({ length: last - first + 1 }, (_, index) => utcDay(first + index));
  const daily = days.map((day) => dayOf(day, account, world, types));
  return { status: 200, body: { all: { summary_metrics: summed(daily), daily_metrics: daily } } };
}

interface Daily {
  readonly date: string;
  readonly data_status: string;
  readonly metrics: Readonly<Record<string, number>>;
}

function dayOf(day: SandboxDay, account: SandboxAccount, world: World, types: readonly string[]): Daily {
  const now = world.now();
  const { date } = day;
  const age = now - day.end;
  if (age < ESTIMATED_AFTER_MS || !hasData(day, account, world))
    return { date, data_status: 'PROCESSING', metrics: {} };
  const isReady = age >= READY_AFTER_MS && shownShare(account, null, day, now) === 1;
  const data_status = isReady ? 'READY' : 'ESTIMATE';
  if (world.meets(account, 'no_data')) return { date, data_status, metrics: {} };
  const shown = METRICS.filter((metric) => !world.refusedMetrics.has(metric)).flatMap((metric) => {
    const value = shownValue(account, metric, day, now);
    return value === undefined ? [] : [[metric, value] as const];
  });
  const impressions = shown.find(([metric]) => metric === 'IMPRESSION')?.[1] ?? 0;
  const rates = shown
    .filter(([metric]) => RATES.includes(metric) && impressions > 0)
    .map(([metric, value]) => [`${metric}_RATE`, value / impressions] as const);
  return {
    date,
    data_status,
    metrics: {
      ...Object.fromEntries([...shown, ...rates].filter(([metric]) => types.includes(metric))),
      // Answers hold more than was asked for.
      CLOSEUP: pick(`${account.accountId}|CLOSEUP|${date}`, 0, 50),
      PROFILE_VISIT: pick(`${account.accountId}|PROFILE_VISIT|${date}`, 0, 20),
    },
  };
}

/** Of the whole range: rates, too, are added up, which makes them meaningless. */
function summed(days: readonly Daily[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { metrics } of days)
    for (const [metric, value] of Object.entries(metrics)) sums[metric] = (sums[metric] ?? 0) + value;
  return sums;
}

/** `POST /v5/oauth/token`: each renewal replaces the refresh token. */
function answerToken(request: SandboxRequest, world: World): Reply {
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return refusal('invalid_request');
  const { PINTEREST_CLIENT_ID: id, PINTEREST_CLIENT_SECRET: secret } = SANDBOX_CREDENTIALS;
  const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  if (request.headers.authorization !== basic) return refusal('invalid_client', 401);
  const form = new URLSearchParams(request.body);
  // As for an app of before 25 September 2025.
  if (form.get('continuous_refresh') !== 'true') return refusal('invalid_request');
  if (form.get('grant_type') === 'authorization_code') return answerCode(form, world);
  if (form.get('grant_type') !== 'refresh_token') return refusal('unsupported_grant_type');
  const former = form.get('refresh_token') ?? '';
  const account = world.refreshable(former, 'pinterest');
  if (!account) return refusal('invalid_grant');
  const { accountId } = account;
  if (world.meets(account, 'dead_token')) return { ...refusal('invalid_grant'), accountId };
  const tokens = { access_token: world.issueToken(account), refresh_token: world.replaceRefreshToken(former, account) };
  return { ...given({ response_type: 'refresh_token', ...tokens, scope: SCOPE }, world), accountId };
}

function answerCode(form: URLSearchParams, world: World): Reply {
  const redeemed = redeemForTokens(form, world, AUTHORIZATION.provider);
  if (redeemed === undefined) return refusal('invalid_grant');
  const { tokens, scopes } = redeemed;
  return given({ response_type: 'authorization_code', ...tokens, scope: scopes.join(' ') }, world);
}

function given(tokens: object, world: World): Reply {
  const lives = {
    expires_in: 2_592_000,
    refresh_token_expires_in: 5_184_000,
    refresh_token_expires_at: Math.floor(world.now() / 1_000) + 5_184_000,
  };
  return { status: 200, body: { ...tokens, token_type: 'bearer', ...lives } };
}

/** The endpoint's own form is not documented; this one is that of OAuth. */
function refusal(error: string, status = 400): Reply {
  return { status, body: { error, error_description: 'The sandbox refuses the request.' } };
}

function pinterestError(status: number, code: number, message: string): Reply {
  return { status, body: { code, message, status: 'failure' } };
}

function invalid(): Reply {
  return pinterestError(400, 1, 'Invalid user accounts analytics parameters.');
}

function unauthenticated(): Reply {
  return pinterestError(401, 2, 'Authentication failed.');
}

const REFUSALS: Refusals = {
  dead_token: unauthenticated,
  missing_permission: () => pinterestError(403, 7, 'Not authorized to access the user account analytics.'),
  throttled: () => pinterestError(429, 8, 'You have exceeded your rate limit.'),
  server_error: () => pinterestError(500, 0, 'Something went wrong on our end.'),
};
