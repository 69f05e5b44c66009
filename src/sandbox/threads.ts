import type { SandboxAccount } from './account.js';
import { pacificDayAt, pacificDaysStartingIn, type SandboxDay } from './days.js';
import { distorted, faultReply, type Refusals } from './faults.js';
import { brokenMetric, graphDay, graphError, graphTime, PAGED_MARK, paging, pickFields } from './graph.js';
import { answerThreadsToken, lengthenThreads } from './own-login.js';
import { hasData, shownValue } from './readiness.js';
import { bearerToken, decoded, type Reply, type SandboxRequest } from './reply.js';
import type { World } from './world.js';

/** 13 April 2024, 00:00 in Los Angeles. */
const EARLIEST = 1_712_991_600_000;
const SERIES = 'views';
const LINKS = 'clicks';
const FOLLOWERS = 'followers_count';
const METRICS: ReadonlySet<string> = new Set([SERIES, LINKS, FOLLOWERS, 'likes', 'replies', 'reposts', 'quotes']);
const WITHOUT_PERMISSION = graphError(10, 'Application does not have permission for this action');
/** Titles come in the language of the profile. */
const TITLES: Readonly<Record<string, string>> = { views: 'visualizações', likes: 'curtidas' };

/** graph.threads.net. */
export function answerThreads(request: SandboxRequest, world: World): Reply {
  if (['access_token', 'client_secret'].some((name) => request.query.has(name))) world.counters.tokensInUrl += 1;
  if (request.query.has(PAGED_MARK)) world.counters.pagingFollowed += 1;
  if (request.path === '/oauth/access_token') return answerThreadsToken(request, world);
  if (request.path === '/access_token') return lengthenThreads(request, world);
  const token = bearerToken(request) ?? request.query.get('access_token') ?? '';
  const account = world.grants(token).find((grant) => grant.account.platform === 'threads')?.account;
  if (!account) return graphError(190, 'Invalid OAuth access token - Cannot parse access token');
  return { ...answerAccount(request, account, token, world), accountId: account.accountId };
}

function answerAccount(request: SandboxRequest, account: SandboxAccount, token: string, world: World): Reply {
  const fault = faultReply(account, world, refusals(world.now()));
  if (fault) return fault;
  if (request.path === '/refresh_access_token') return renewed(request, account, world);
  const [, rawId = '', edge] = /^\/v1\.0\/([^/]+)(?:\/([^/]+))?$/.exec(request.path) ?? [];
  if (request.method !== 'GET' || rawId === '' || (edge !== undefined && edge !== 'threads_insights')) {
    return { ...graphError(2500, `Unknown path components: ${request.path}`, { status: 404 }), unexpected: true };
  }
  const consented = world.consented(token);
  if (edge !== undefined && consented?.scopes.includes('threads_manage_insights') === false) return WITHOUT_PERMISSION;
  const id = decoded(rawId);
  if (id !== 'me' && id !== account.accountId) return notVisible(id ?? rawId);
  const reply = edge === undefined ? fields(request, account) : insights(request, account, token, world);
  return distorted(account, world, reply);
}

/** A day old at least, as far as the sandbox knows: it keeps no ages. The former token goes on working. */
function renewed(request: SandboxRequest, account: SandboxAccount, world: World): Reply {
  if (request.query.get('grant_type') !== 'th_refresh_token') return graphError(100, 'Invalid grant_type');
  return {
    status: 200,
    body: { access_token: world.issueToken(account), token_type: 'bearer', expires_in: 5_183_944 },
  };
}

function fields({ query }: SandboxRequest, { accountId, name }: SandboxAccount): Reply {
  const username = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.');
  return pickFields(query.get('fields') ?? '', 'ThreadsUser', { id: accountId, username, name, is_verified: false });
}

/** `GET /{threads-user-id}/threads_insights`: the days whose first instant lies between `since` and `until`, inclusive. */
function insights(request: SandboxRequest, account: SandboxAccount, token: string, world: World): Reply {
  const { query } = request;
  const now = world.now();
  const metrics = (query.get('metric') ?? '').split(',');
  const since = instant(query, 'since', pacificDayAt(pacificDayAt(now).start - 1).start);
  const until = instant(query, 'until', now);
  if (metrics.includes('')) return graphError(100, '(#100) The parameter metric is required');
  if (since < EARLIEST || since > now || !(until >= since)) return graphError(100, '(#100) Param since is not valid');
  const refusal = refuseMetrics(metrics, account, world) ?? brokenMetric(metrics, account, world);
  if (refusal) return refusal;
  const days = pacificDaysStartingIn(since, until).filter((day) => day.start <= now && hasData(day, account, world));
  const isEmpty = world.meets(account, 'no_data');
  const data = metrics.flatMap((metric) => {
    if (metric === FOLLOWERS) return [{ ...described(metric, account), total_value: { value: account.followers } }];
    return isEmpty || days.length === 0 ? [] : [entry(metric, account, days, now)];
  });
  return { status: 200, body: { data, paging: paging(request, token, since, until) } };
}

function instant(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  return text === null ? otherwise : Number(text) * 1_000;
}

/** For the whole request. A metric that the API does not know is an unknown error. */
function refuseMetrics(metrics: readonly string[], account: SandboxAccount, world: World): Reply | undefined {
  for (const metric of metrics) {
    if (METRICS.has(metric) && !world.refuses(account, metric)) continue;
    if (metric !== FOLLOWERS) return graphError(1, 'An unknown error has occurred.', { status: 500 });
    return graphError(
      'THREADS_API__FEATURE_NOT_AVAILABLE',
      'This user does not have access to this Threads API feature.',
    );
  }
  return undefined;
}

function described(name: string, { accountId }: SandboxAccount) {
  const title = TITLES[name] ?? name;
  return { name, period: 'day', title, description: title, id: `${accountId}/insights/${name}/day` };
}

function entry(metric: string, account: SandboxAccount, days: readonly SandboxDay[], now: number): object {
  const shown = days.flatMap((day) => {
    const value = shownValue(account, metric, day, now);
    return value === undefined ? [] : [{ day, value }];
  });
  const total = shown.reduce((sum, { value }) => sum + value, 0);
  if (metric === SERIES) {
    // Labelled with the end of the day; a day without views is left out.
    const values = shown
      .filter(({ value }) => value > 0)
      .map(({ day, value }) => ({ value, end_time: graphTime(day.end) }));
    return { ...described(metric, account), values };
  }
  if (shown.length === 0) return described(metric, account);
  if (metric !== LINKS) return { ...described(metric, account), total_value: { value: total } };
  const ofShop = Math.floor(total / 3);
  return {
    ...described(metric, account),
    link_total_values: [
      { value: total - ofShop, link_url: 'https://example.com/' },
      { value: ofShop, link_url: 'https://example.com/shop' },
    ],
  };
}

function notVisible(id: string): Reply {
  return graphError(
    100,
    `Unsupported get request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.`,
    { type: 'GraphMethodException', subcode: 33 },
  );
}

function refusals(now: number): Refusals {
  return {
    dead_token: () =>
      graphError(190, `Error validating access token: Session has expired on ${graphDay(pacificDayAt(now))}.`, {
        subcode: 463,
      }),
    missing_permission: () => WITHOUT_PERMISSION,
    throttled: ({ code = 613 }) => graphError(code, `(#${code}) Calls to this api have exceeded the rate limit.`),
    server_error: ({ code = 2 }) =>
      code === 2
        ? graphError(2, 'Service temporarily unavailable', { status: 500, transient: true })
        : graphError(1, 'An unknown error has occurred.', { status: 500 }),
  };
}
