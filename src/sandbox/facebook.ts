import type { SandboxAccount } from './account.js';
import { DAY_MS, indexOfDate, pacificDay, pacificDayAt, pacificDaysStartingIn, type SandboxDay } from './days.js';
import { brokenMetric, graphError, graphTime, oldestDayIndex, pickFields } from './graph.js';
import { hasData, shownShare, shownValue } from './readiness.js';
import type { Reply } from './reply.js';
import { pick, shareOf, trueReach, trueReactions } from './values.js';
import type { GraphNode, World } from './world.js';

type PageNode = GraphNode & { kind: 'page' };

/** Metrics whose daily value is a number. */
const NUMBER_METRICS: ReadonlySet<string> = new Set([
  'page_media_view',
  'page_total_media_view_unique',
  'page_post_engagements',
  'page_total_actions',
  'page_views_total',
  'page_follows',
  'page_daily_follows',
  'page_daily_follows_unique',
  'page_daily_unfollows_unique',
  'page_video_views',
  'page_video_view_time',
  'page_messages_new_conversations_unique',
]);

const UNIQUE_METRIC = 'page_total_media_view_unique';
const REACTIONS_METRIC = 'page_actions_post_reactions_total';
/** Metrics whose value is an object, with its keys. */
const DICT_METRICS: Readonly<Record<string, readonly string[]>> = {
  [REACTIONS_METRIC]: [],
  page_fan_adds_by_paid_non_paid_unique: ['total', 'paid', 'unpaid'],
  page_video_views_by_paid_non_paid: ['total', 'paid', 'unpaid'],
};

const LIFETIME_METRICS: ReadonlySet<string> = new Set(['page_follows_city', 'page_follows_country']);
const MONEY_METRICS: ReadonlySet<string> = new Set([
  'content_monetization_earnings',
  'monetization_approximate_earnings',
]);
const DAY_ONLY_METRICS: ReadonlySet<string> = new Set(['page_daily_follows', 'page_video_view_time']);
const PERIODS: readonly string[] = ['day', 'week', 'days_28', 'month', 'lifetime', 'total_over_range'];
/** The periods returned for a metric if the request names none. */
const DEFAULT_PERIODS = ['day', 'week', 'days_28'] as const;
const MAX_WINDOW_DAYS = 90;

export function pageFields(node: PageNode, fields: string): Reply {
  const owner = node.facebook ?? node.instagram;
  const followers = owner?.followers ?? 0;
  return pickFields(fields, 'Page', {
    id: node.id,
    name: owner?.name,
    username: undefined,
    category: 'Local business',
    fan_count: Math.floor(followers * 0.97),
    followers_count: followers,
    access_token: node.facebook && (node.facebook.pageToken ?? node.facebook.accessToken),
    instagram_business_account: node.instagram && { id: node.instagram.accountId, username: node.instagram.name },
  });
}

/** `GET /{page-id}/insights`: the days whose first instant lies between `since` and `until`, inclusive. */
export function pageInsights(node: PageNode, query: URLSearchParams, tokenKind: string, world: World): Reply {
  const metrics = (query.get('metric') ?? '').split(',').filter((metric) => metric !== '');
  const period = query.get('period');
  const refusal =
    refuseMetrics(node.facebook, metrics, world) ?? refuseToken(tokenKind) ?? refusePeriod(metrics, period, query);
  if (refusal) return refusal;
  const days = parseDays(query, world.now());
  if (!Array.isArray(days)) return days;
  const account = node.facebook;
  if (!account || world.meets(account, 'no_data') || world.meets(account, 'permission_empty')) return data([]);
  const there = days.filter((day) => hasData(day, account, world));
  if (there.length === 0) return data([]);
  return data(metrics.flatMap((metric) => entries(metric, account, period, there, world.now())));
}

function data(list: readonly object[]): Reply {
  return { status: 200, body: { data: list } };
}

/** One bad name fails the whole request, and the API does not say which one. */
function refuseMetrics(
  account: SandboxAccount | undefined,
  metrics: readonly string[],
  world: World,
): Reply | undefined {
  if (metrics.length === 0) {
    return graphError(
      3001,
      'No metric was specified to be fetched. Please specify one or more metrics to be fetched and try again.',
      { subcode: 1504028 },
    );
  }
  const isKnown = (metric: string) =>
    NUMBER_METRICS.has(metric) || metric in DICT_METRICS || LIFETIME_METRICS.has(metric) || MONEY_METRICS.has(metric);
  const isRefused = (metric: string) => (account ? world.refuses(account, metric) : world.refusedMetrics.has(metric));
  if (metrics.some((metric) => !isKnown(metric) || isRefused(metric))) {
    return graphError(100, '(#100) The value must be a valid insights metric');
  }
  const broken = account && brokenMetric(metrics, account, world);
  if (broken) return broken;
  if (metrics.some((metric) => MONEY_METRICS.has(metric))) {
    return graphError(200, '(#200) Monetization metrics are only visible for Page admins');
  }
  return undefined;
}

function refuseToken(kind: string): Reply | undefined {
  return kind === 'page' ? undefined : graphError(190, '(#190) This method must be called with a Page Access Token');
}

function refusePeriod(metrics: readonly string[], period: string | null, query: URLSearchParams): Reply | undefined {
  if (period !== null && !PERIODS.includes(period)) {
    return graphError(100, `(#100) period must be one of the following values: ${PERIODS.join(', ')}`);
  }
  if (query.has('breakdown'))
    return graphError(100, '(#100) Invalid parameter: the sandbox has no breakdowns of Pages');
  if (period === 'lifetime' && metrics.includes('page_media_view')) {
    return graphError(1, 'An unknown error occurred', { subcode: 99, status: 500 });
  }
  const fits = (metric: string) => {
    if (period === null || period === 'day') return !LIFETIME_METRICS.has(metric) || period === null;
    return !DAY_ONLY_METRICS.has(metric);
  };
  const misfit = metrics.find((metric) => !fits(metric));
  if (!misfit) return undefined;
  return graphError(100, `(#100) The following periods (${period}) are incompatible with the metric (${misfit})`);
}

/** `since` and `until` are dates in Los Angeles or Unix seconds; the default is the last two days. */
function parseDays(query: URLSearchParams, now: number): SandboxDay[] | Reply {
  const today = pacificDayAt(now);
  const since = parseInstant(query.get('since') ?? pacificDay(today.index - 2).date);
  const until = parseInstant(query.get('until') ?? today.date);
  if (since === undefined || until === undefined || until < since) {
    return graphError(100, 'Invalid parameter', { subcode: 1504016 });
  }
  // 90 days in Los Angeles may be an hour longer than 90 times 24 hours.
  if (until - since > MAX_WINDOW_DAYS * DAY_MS + 3_600_000) {
    return graphError(100, 'Invalid parameter', { subcode: 1504016 });
  }
  return pacificDaysStartingIn(since, until).filter((day) => day.end <= now && day.index >= oldestDayIndex(today));
}

function parseInstant(text: string): number | undefined {
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1000;
  const index = indexOfDate(text);
  return index === undefined ? undefined : pacificDay(index).start;
}

function entries(
  metric: string,
  account: SandboxAccount,
  period: string | null,
  days: readonly SandboxDay[],
  now: number,
): object[] {
  const shown = days.filter((day) => shownShare(account, metric, day, now) > 0);
  if (shown.length === 0 || period === 'lifetime' || LIFETIME_METRICS.has(metric)) return [];
  const periods = period !== null ? [period] : DAY_ONLY_METRICS.has(metric) ? ['day'] : DEFAULT_PERIODS;
  return periods.map((name) => ({
    name: metric,
    period: name,
    values: shown.map((day) => ({
      value: name === 'day' ? valueOn(metric, account, day, now) : rollingValue(metric, account, day, name, now),
      // The exclusive END of the day measured: midnight in Los Angeles of the day after.
      end_time: graphTime(day.end),
    })),
    title: metric,
    description: `The sandbox's ${metric}.`,
    id: `${account.accountId}/insights/${metric}/${name}`,
  }));
}

function valueOn(metric: string, account: SandboxAccount, day: SandboxDay, now: number) {
  const keys = DICT_METRICS[metric];
  if (!keys) return shownValue(account, metric, day, now) ?? 0;
  const counts =
    metric === REACTIONS_METRIC
      ? Object.entries(trueReactions(account.accountId, day.date))
      : keys.map((key) => [key, pick(`${account.accountId}|${metric}|${key}|${day.date}`, 0, 9)] as const);
  const share = shownShare(account, metric, day, now);
  return Object.fromEntries(
    counts.map(([key, count]) => [key, shareOf(count, share)] as const).filter(([, n]) => n > 0),
  );
}

/** Of the 7 or 28 days up to this one. People are counted once; for events, the order of magnitude will do. */
function rollingValue(metric: string, account: SandboxAccount, day: SandboxDay, period: string, now: number) {
  const value = valueOn(metric, account, day, now);
  const days = period === 'week' ? 7 : 28;
  if (typeof value !== 'number') return value;
  return metric === UNIQUE_METRIC ? trueReach(account.accountId, metric, day.date, days) : value * days;
}
