import type { SandboxAccount } from './account.js';
import { DAY_MS, pacificDayAt, pacificDaysStartingIn } from './days.js';
import { brokenMetric, graphError, oldestDayIndex, pickFields } from './graph.js';
import { insightsEntry, type Question } from './instagram-answer.js';
import {
  BREAKDOWN_NAMES,
  BREAKDOWNS,
  INSTAGRAM_METRIC_NAMES,
  LIFETIME_METRICS,
  PERIODS,
  SERIES_METRICS,
  SERIES_ONLY_METRICS,
} from './instagram-metrics.js';
import { hasData } from './readiness.js';
import type { Reply } from './reply.js';
import type { Breakdown } from './values.js';
import type { World } from './world.js';

const MAX_WINDOW_MS = 30 * DAY_MS;
const OUT_OF_RANGE = '(#100) since param is not valid. Metrics data is available for the last 2 years';

export function instagramFields(account: SandboxAccount, fields: string, host: 'meta' | 'instagram'): Reply {
  const ownLogin = host === 'instagram' ? { user_id: account.accountId, account_type: 'BUSINESS' } : {};
  return pickFields(fields, 'IGUser', {
    id: account.accountId,
    username: account.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.'),
    name: account.name,
    biography: '',
    website: undefined,
    followers_count: account.followers,
    follows_count: 180,
    media_count: 321,
    ...ownLogin,
  });
}

/** `GET /{ig-user-id}/insights`: the days whose first instant lies between `since` and `until`, inclusive. */
export function instagramInsights(
  account: SandboxAccount,
  query: URLSearchParams,
  version: number,
  world: World,
): Reply {
  const question = parseQuestion(account, query, version, world);
  if ('status' in question) return question;
  const days = pacificDaysStartingIn(question.since, question.until).filter(
    (day) => day.start <= question.now && hasData(day, account, world),
  );
  if (days.length === 0 || question.period === 'lifetime' || world.meets(account, 'no_data'))
    return { status: 200, body: { data: [] } };
  const metrics = isWithheld(account, question.metrics, world)
    ? question.metrics.filter((metric) => !NEEDS_FOLLOWERS.has(metric))
    : question.metrics;
  return {
    status: 200,
    body: { data: metrics.flatMap((metric) => insightsEntry(metric, account, days, question) ?? []) },
  };
}

function parseQuestion(
  account: SandboxAccount,
  query: URLSearchParams,
  version: number,
  world: World,
): Question | Reply {
  const metrics = (query.get('metric') ?? '').split(',');
  if (!query.get('metric')) return graphError(100, '(#100) The parameter metric is required');
  if (!query.get('period')) return graphError(100, '(#100) the parameter period is required');
  const period = query.get('period') ?? '';
  const total = query.get('metric_type') === 'total_value';
  const breakdown = query.get('breakdown') ?? undefined;
  return (
    refuseMetrics(account, metrics, version, world) ??
    brokenMetric(metrics, account, world) ??
    refusePeriod(metrics, period, total) ??
    refuseMetricType(metrics, query.get('metric_type')) ??
    refuseBreakdown(metrics, total ? breakdown : undefined) ??
    parseWindow(query, world.now(), { metrics, period, total, breakdown: total ? asBreakdown(breakdown) : undefined })
  );
}

const KNOWN_METRICS: ReadonlySet<string> = new Set(INSTAGRAM_METRIC_NAMES);

function refuseMetrics(
  account: SandboxAccount,
  metrics: readonly string[],
  version: number,
  world: World,
): Reply | undefined {
  if (version >= 22 && metrics.includes('impressions')) {
    return graphError(
      100,
      '(#100) Starting from version 22 and above, the impressions metric is no longer supported for the queried user. Please refer to the documentation at https://developers.facebook.com/docs/instagram-api/reference/ig-user/insights for a list of supported metrics.',
    );
  }
  const position = metrics.findIndex((metric) => !KNOWN_METRICS.has(metric) || world.refuses(account, metric));
  if (position < 0) return undefined;
  const names = INSTAGRAM_METRIC_NAMES.filter((name) => !world.refuses(account, name));
  const valid = names.length > 0 ? names : ['content_views'];
  return graphError(100, `(#100) metric[${position}] must be one of the following values: ${valid.join(', ')}`);
}

function refusePeriod(metrics: readonly string[], period: string, total: boolean): Reply | undefined {
  if (!PERIODS.some((name) => name === period)) {
    return graphError(100, `(#100) period must be one of the following values: ${PERIODS.join(', ')}`);
  }
  const fits = (metric: string) => {
    if (LIFETIME_METRICS.has(metric)) return period === 'lifetime';
    return period === 'day' || (metric === 'reach' && !total && (period === 'week' || period === 'days_28'));
  };
  const misfit = metrics.find((metric) => !fits(metric));
  if (!misfit) return undefined;
  return graphError(100, `(#100) The following periods (${period}) are incompatible with the metric (${misfit})`);
}

function refuseMetricType(metrics: readonly string[], type: string | null): Reply | undefined {
  if (type !== null && !['time_series', 'total_value', 'default'].includes(type)) {
    return graphError(100, '(#100) metric_type must be one of the following values: time_series, total_value, default');
  }
  const misfits = metrics.filter((m) => (type === 'total_value' ? SERIES_ONLY_METRICS.has(m) : !SERIES_METRICS.has(m)));
  if (misfits.length === 0) return undefined;
  const wanted = type === 'total_value' ? 'time_series' : 'total_value';
  return graphError(
    100,
    `(#100) The following metrics (${misfits.join(',')}) should be specified with parameter metric_type=${wanted}`,
  );
}

function refuseBreakdown(metrics: readonly string[], breakdown: string | undefined): Reply | undefined {
  if (breakdown === undefined) return undefined;
  const parts = breakdown.split(',');
  const names: readonly string[] = BREAKDOWN_NAMES;
  const unknown = parts.findIndex((part) => !names.includes(part));
  if (unknown >= 0) {
    return graphError(100, `(#100) breakdown[${unknown}] must be one of the following values: ${names.join(', ')}`);
  }
  // Two breakdowns at once have been seen to work for `views`, but are undocumented and not to be relied on.
  const misfit = metrics.find((metric) => parts.length > 1 || !BREAKDOWNS[metric]?.some((name) => name === breakdown));
  if (!misfit) return undefined;
  return graphError(100, `(#100) Incompatible breakdowns (${breakdown}) for metric (${misfit})`);
}

function asBreakdown(text: string | undefined): Breakdown | undefined {
  const known: readonly Breakdown[] = ['media_product_type', 'follow_type', 'contact_button_type'];
  return known.find((name) => name === text);
}

/** Unix seconds only, because dates are undocumented here. The default is the last 24 hours. */
function parseWindow(
  query: URLSearchParams,
  now: number,
  rest: Omit<Question, 'since' | 'until' | 'now'>,
): Question | Reply {
  const sinceText = query.get('since') ?? `${Math.floor((now - DAY_MS) / 1000)}`;
  const untilText = query.get('until') ?? `${Math.floor(now / 1000)}`;
  if (!/^\d+$/.test(sinceText)) return graphError(100, OUT_OF_RANGE);
  if (!/^\d+$/.test(untilText)) return graphError(100, '(#100) until param is not valid');
  const since = Number(sinceText) * 1000;
  const until = Number(untilText) * 1000;
  if (since > now || pacificDayAt(since).index < oldestDayIndex(pacificDayAt(now))) {
    return graphError(100, OUT_OF_RANGE);
  }
  if (until < since) return graphError(100, '(#100) until must not be before since');
  if (until - since > MAX_WINDOW_MS) {
    return graphError(100, '(#100) There cannot be more than 30 days (2592000 s) between since and until');
  }
  return { ...rest, since, until, now };
}

const NEEDS_FOLLOWERS: ReadonlySet<string> = new Set(['follower_count', 'online_followers', 'follows_and_unfollows']);

function isWithheld(account: SandboxAccount, metrics: readonly string[], world: World): boolean {
  if (!metrics.some((metric) => NEEDS_FOLLOWERS.has(metric))) return false;
  return account.followers < 100 || world.meets(account, 'few_followers') !== undefined;
}
