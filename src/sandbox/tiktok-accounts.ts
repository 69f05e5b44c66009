import type { SandboxAccount } from './account.js';
import { redeemForTokens } from './consent.js';
import { DAY_MS, indexOfDate, type SandboxDay, utcDay } from './days.js';
import { distorted, faultReply, type Refusals } from './faults.js';
import { SANDBOX_CREDENTIALS } from './oauth.js';
import { hasData, shownValue } from './readiness.js';
import type { Reply, SandboxRequest } from './reply.js';
import { countTokensInUrl, LOG_ID, TOTALS, tiktokAccount } from './tiktok.js';
import { ACCOUNTS_AUTHORIZATION } from './tiktok-login.js';
import type { World } from './world.js';

const HOUR_MS = 3_600_000;
const REACH_DAYS = 60;
/** After a day's end: values come 24 to 48 hours later. */
const SHOWN_AFTER_MS = 24 * HOUR_MS;

const EVERYBODYS = ['video_views', 'profile_views', 'likes', 'comments', 'shares', 'followers_count'];
const OF_BUSINESS = [
  ...['unique_video_views', 'engaged_audience', 'daily_total_followers', 'daily_new_followers', 'daily_lost_followers'],
  ...['bio_link_clicks', 'phone_number_clicks', 'email_clicks', 'address_clicks', 'app_download_clicks'],
  'lead_submissions',
];
const DAILY: ReadonlySet<string> = new Set([...EVERYBODYS, ...OF_BUSINESS]);
const PARAMETERS: ReadonlySet<string> = new Set(['business_id', 'start_date', 'end_date', 'fields']);

const TOKENS = /^\/open_api\/v1\.3\/tt_user\/oauth2\/(?:refresh_)?token\/$/;

/** `/open_api/v1.3/…` of business-api.tiktok.com. */
export function answerTiktokAccounts(request: SandboxRequest, world: World): Reply {
  countTokensInUrl(request, world);
  if (TOKENS.test(request.path) && request.method === 'POST') return answerTokens(request, world);
  const token = String(request.headers['access-token'] ?? '');
  const account = tiktokAccount(token, world);
  if (!account || account.kind === 'display') return STALE;
  const { accountId } = account;
  if (token === account.accessToken && world.meets(account, 'expired_token')) return { ...STALE, accountId };
  const fault = faultReply(account, world, REFUSALS);
  if (fault) return { ...fault, accountId };
  const reply = distorted(account, world, answerBusiness(request, account, world));
  return { ...reply, body: withCode(reply.body), accountId };
}

/** Whatever happens to the numbers of a good answer, it remains one. */
function withCode(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'metrics' in Object(Object(body).data)
    ? { ...body, code: 0 }
    : body;
}

function answerBusiness(request: SandboxRequest, account: SandboxAccount, world: World): Reply {
  if (request.method !== 'GET' || request.path !== '/open_api/v1.3/business/get/')
    return { ...accountsError(40000, 'Not found.'), unexpected: true };
  const { query } = request;
  const fields = fieldsOf(query.get('fields') ?? '');
  const top = topLevel(account);
  const isKnown = (field: string) => !world.refusedMetrics.has(field) && (DAILY.has(field) || field in top);
  if (query.get('business_id') !== account.accountId) return invalid('business_id');
  if ([...query.keys()].some((name) => !PARAMETERS.has(name))) return invalid('an unknown parameter');
  if (fields === null || !fields.every(isKnown)) return invalid('fields');

  const named = Object.entries(top).filter(([field]) => fields.includes(field));
  const days = daysOf(query, world);
  if (days === null) return invalid('start_date or end_date');
  const daily = fields.filter((field) => DAILY.has(field));
  const metrics = days
    .filter((day) => world.now() >= day.end + SHOWN_AFTER_MS && hasData(day, account, world))
    .filter(() => !world.meets(account, 'no_data'))
    .map((day) => rowOf(day, account, world, daily));
  return ok({ ...Object.fromEntries(named), ...(daily.length > 0 && { metrics }) });
}

/** As of now: `followers_count` is also the name of a daily one. */
function topLevel({ name, followers }: SandboxAccount): Record<string, unknown> {
  return {
    username: name.toLowerCase().replaceAll(/\W+/g, ''),
    followers_count: followers,
    following_count: TOTALS.following,
    total_likes: TOTALS.likes,
    videos_count: TOTALS.videos,
  };
}

function fieldsOf(json: string): readonly string[] | null {
  try {
    const fields: unknown = JSON.parse(json);
    return Array.isArray(fields) && fields.length > 0 && fields.every((field) => typeof field === 'string')
      ? fields
      : null;
  } catch {
    return null;
  }
}

/** Null if the range is refused. */
function daysOf(query: SandboxRequest['query'], world: World): readonly SandboxDay[] | null {
  if (!query.has('start_date') && !query.has('end_date')) return [];
  const first = indexOfDate(query.get('start_date') ?? '');
  const last = indexOfDate(query.get('end_date') ?? '');
  const today = Math.floor(world.now() / DAY_MS);
  if (first === undefined || last === undefined || last < first || last >= today) return null;
  if (first < today - REACH_DAYS || last - first >= REACH_DAYS) return null;
  return Array.from({ length: last - first + 1 }, (_, index) => utcDay(first + index));
}

/** Every second date carries a time. What only Business accounts have is null for others. */
function rowOf(day: SandboxDay, account: SandboxAccount, world: World, fields: readonly string[]): object {
  const isGiven = (field: string) => account.kind !== 'personal' || EVERYBODYS.includes(field);
  const shown = (field: string) => (isGiven(field) ? (shownValue(account, field, day, world.now()) ?? null) : null);
  return {
    date: day.index % 2 === 0 ? day.date : `${day.date} 00:00:00`,
    ...Object.fromEntries(fields.map((field) => [field, shown(field)])),
  };
}

/** Both take JSON and answer with `data`. */
function answerTokens(request: SandboxRequest, world: World): Reply {
  if (!request.headers['content-type']?.startsWith('application/json')) return invalid('the body');
  const given = bodyOf(request.body);
  const { TIKTOK_BUSINESS_CLIENT_ID: id, TIKTOK_BUSINESS_CLIENT_SECRET: secret } = SANDBOX_CREDENTIALS;
  // How the app is refused is not documented.
  if (given.client_id !== id || given.client_secret !== secret) return invalid('client_id or client_secret');
  const isRenewal = request.path.endsWith('refresh_token/');
  if (given.grant_type !== (isRenewal ? 'refresh_token' : 'authorization_code')) return invalid('grant_type');
  return isRenewal ? renewAccounts(String(given.refresh_token), world) : answerCode(given, world);
}

function renewAccounts(former: string, world: World): Reply {
  const account = world.refreshable(former, 'tiktok');
  if (!account || account.kind === 'display') return STALE;
  const { accountId } = account;
  if (world.meets(account, 'dead_token')) return { ...STALE, accountId };
  const tokens = {
    access_token: world.issueToken(account),
    refresh_token: world.replaceRefreshToken(former, account),
    scope: 'user.info.basic,user.info.username,user.info.stats,user.insights,user.account.type',
  };
  return tokensOf(account, tokens);
}

/** The code is called `auth_code`. */
function answerCode(given: Record<string, unknown>, world: World): Reply {
  const form = new URLSearchParams({ code: String(given.auth_code), redirect_uri: String(given.redirect_uri) });
  const redeemed = redeemForTokens(form, world, ACCOUNTS_AUTHORIZATION.provider);
  if (redeemed === undefined) return invalid('auth_code');
  return tokensOf(redeemed.account, { ...redeemed.tokens, scope: redeemed.scopes.join(',') });
}

function tokensOf({ accountId }: SandboxAccount, tokens: object): Reply {
  const lives = { expires_in: 86_400, refresh_token_expires_in: 31_536_000 };
  return { ...ok({ ...tokens, ...lives, open_id: accountId, token_type: 'Bearer' }), accountId };
}

function bodyOf(json: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}

function ok(data: object): Reply {
  return { status: 200, body: { code: 0, message: 'OK', request_id: LOG_ID, data } };
}

/** HTTP 200, always. */
function accountsError(code: number, message: string): Reply {
  return { status: 200, body: { code, message, request_id: LOG_ID, data: {} } };
}

function invalid(what: string): Reply {
  return accountsError(40002, `Invalid parameter: ${what}.`);
}

const STALE = accountsError(40105, 'Access token is incorrect or has been revoked.');
const REFUSALS: Refusals = {
  dead_token: () => STALE,
  missing_permission: () => accountsError(40001, 'The token lacks the required scope for endpoint.'),
  throttled: () => accountsError(40100, 'App reaches the QPS limit.'),
  server_error: () => accountsError(50000, 'System error.'),
};
