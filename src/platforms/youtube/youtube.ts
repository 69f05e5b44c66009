import { DAY_MS } from '../../clock.js';
import { PlatformError } from '../../errors.js';
import type { Day, DayResult, MetricValue, NonEmpty, Platform, RefusedMetrics, Split } from '../contract.js';
import { ClosedChannel, NoChannel, UnsupportedQuery } from '../google/errors.js';
import { type GoogleSettings, googleClient } from '../google/oauth.js';
import { attempt, dayFrom, lastOf, leftOpen, type Part, tiersOf, type Warn, withSplits } from '../shared/parts.js';
import { missingCredentials } from '../shared/token-endpoint.js';
import { ANALYTICS_API as API, channelId, openYouTube, type YouTube } from './api.js';
import { channelName, channelTotals, WrongChannel } from './channel.js';
import { youtubeConsent } from './consent.js';
import { DAILY, GIVEN_UP_FIRST, METRICS, OPTIONAL, RECONCILES, SPLIT_BY_CONTENT } from './metrics.js';
import { dailyFrom, splitsFrom } from './report.js';

const CONTENT_DIMENSION = 'creatorContentType';
/** YouTube API Services Developer Policies, III.E.4. */
const STORAGE_RULE =
  'the authorization must be verified every 30 days, which each successful run does; once it is revoked, the data must be deleted within 7 days';

/**
 * YouTube channels. Days are Pacific; data is two to three days late, and a report ends with the last day for which all
 * its metrics are ready. See `reports.query` in the reference of the YouTube Analytics API.
 */
export function youtube(settings: GoogleSettings): Platform {
  const missingForRenewal = missingCredentials(googleClient(settings), settings);
  return {
    name: 'youtube',
    api: 'youtube_analytics',
    day: { timeZone: 'America/Los_Angeles', settlesAfterHours: 96, reachDays: 3_650, asks: 'range' },
    // Shown by the Cloud console as the default; a quota of 100,000 a day is told by the API itself.
    pace: { [API]: { perSecond: 12, overSeconds: 60 } },
    metrics: METRICS,
    reconciles: RECONCILES,
    version: { name: 'v2', endsOn: null, variable: null },
    renewsTokens: true,
    missingForRenewal,
    consent: youtubeConsent(settings),
    accountIdOf: channelId,
    endsByDate: () => true,
    storageRule: STORAGE_RULE,

    async collect(account, days, context) {
      const source = sourceOf(openYouTube(settings, account, context), days, context);
      const { accountId } = account;
      const daily = await askDaily(source).catch(async (error) => {
        // The list of the token's channels may say why.
        if (error instanceof ClosedChannel) await askTotals(source, accountId, { isWanted: false, hasReport: false });
        throw error;
      });
      const { wantsClosing: isWanted } = context;
      const hasReport = daily.size > 0;
      const [splits, closing] = await Promise.all([
        // A failed day is asked for again, with its splits.
        days.some(({ date }) => daily.get(date)?.error === null) ? askSplits(source) : NO_SPLITS,
        // Whoever has no channel may get an empty report.
        isWanted || !hasReport ? askTotals(source, accountId, { isWanted, hasReport }) : [],
      ]);
      return { days: days.map(({ date }) => resultOf(date, daily, splits)), closing };
    },

    async check(account, context) {
      // The access token ends within the hour: where it can be renewed, the refresh token is what has to work.
      const isRenewed = account.refreshToken !== null && missingForRenewal.length === 0;
      const tokens = isRenewed ? { ...account, tokenExpiresAt: context.now() } : account;
      const api = openYouTube(settings, tokens, context);
      const accountName = await channelName(api, account.accountId);
      // The channel and its reports need different permissions.
      const date = new Date(context.now().getTime() - 3 * DAY_MS).toISOString().slice(0, 10);
      await api.report({ startDate: date, endDate: date, dimensions: 'day', metrics: ['views'] });
      return { accountName };
    },
  };
}

interface Source {
  readonly youtube: YouTube;
  readonly range: { readonly startDate: string; readonly endDate: string };
  readonly refused: RefusedMetrics;
  readonly warn: Warn;
}

function sourceOf(api: YouTube, days: NonEmpty<Day>, { refused, warn }: Pick<Source, 'refused' | 'warn'>): Source {
  return { youtube: api, range: { startDate: days[0].date, endDate: lastOf(days).date }, refused, warn };
}

interface Tiers {
  readonly dimensions: 'day' | 'day,creatorContentType';
  /** Names the kind of request: the key under which refusals are remembered. */
  readonly api: string;
  readonly metrics: readonly string[];
  readonly givenUpFirst: readonly (readonly string[])[];
}

/**
 * A report of the metrics that YouTube accepts. YouTube refuses a whole query because of one metric: the query is repeated
 * without that metric or, if it is not named, with fewer metrics. Only an answer proves that the metrics were the cause; those
 * given up are then skipped for the rest of this run.
 */
async function askTolerantly({ youtube: api, range, refused }: Source, tiers: Tiers) {
  const wanted = tiers.metrics.filter((metric) => !refused.has(tiers.api, metric));
  const refusals = new Map<string, string>();
  let left: readonly string[] | undefined = wanted;
  let refusal: UnsupportedQuery | null = null;
  while (left !== undefined && left.length > 0) {
    const metrics: readonly string[] = left;
    try {
      const json = await api.report({ ...range, dimensions: tiers.dimensions, metrics });
      refused.accept(tiers.api, metrics);
      for (const [metric, why] of refusals) refused.add(tiers.api, metric, why);
      return { json, metrics };
    } catch (error) {
      if (!(error instanceof UnsupportedQuery)) throw error;
      refusal = error;
      left = without(metrics, error.metric, tiers.givenUpFirst);
      for (const metric of metrics) if (!left?.includes(metric)) refusals.set(metric, error.message);
    }
  }
  throw refusal ?? new PlatformError('unexpected_response', `${tiers.api} refuses every metric`, 'connection');
}

/** The metrics without the one at fault, or without the first group that is still among them; undefined when there is none. */
function without(
  metrics: readonly string[],
  named: string | null,
  groups: readonly (readonly string[])[],
): readonly string[] | undefined {
  if (named !== null && metrics.includes(named)) return metrics.filter((metric) => metric !== named);
  return tiersOf(metrics, groups)[1];
}

async function askDaily(source: Source): Promise<Map<string, Part>> {
  const { json, metrics } = await askTolerantly(source, {
    dimensions: 'day',
    api: API,
    metrics: DAILY,
    givenUpFirst: GIVEN_UP_FIRST,
  });
  return dailyFrom(json, metrics, source.warn);
}

interface Splits {
  /** By date, then by metric. */
  readonly byDay: ReadonlyMap<string, ReadonlyMap<string, Split>>;
  readonly error: PlatformError | null;
}

const NO_SPLITS: Splits = { byDay: new Map(), error: null };

async function askSplits(source: Source): Promise<Splits> {
  const { refused, warn } = source;
  if (refused.has(API, CONTENT_DIMENSION)) return NO_SPLITS;
  try {
    const { json, metrics } = await askTolerantly(source, {
      dimensions: `day,${CONTENT_DIMENSION}`,
      api: `${API} by ${CONTENT_DIMENSION}`,
      metrics: SPLIT_BY_CONTENT.filter((metric) => !refused.has(API, metric)),
      givenUpFirst: [OPTIONAL],
    });
    refused.accept(API, [CONTENT_DIMENSION]);
    return { byDay: splitsFrom(json, metrics, warn), error: null };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (!(error instanceof UnsupportedQuery)) {
      return { ...NO_SPLITS, error: leftOpen(error, 'youtube: splits by content type', warn) };
    }
    refused.add(API, CONTENT_DIMENSION, error.message);
    return NO_SPLITS;
  }
}

/**
 * The totals come from another API, with its own quota and permission. If it lists no channel, a report that has rows is
 * still kept.
 */
async function askTotals(
  { youtube: api, warn }: Source,
  accountId: string,
  { isWanted, hasReport }: { readonly isWanted: boolean; readonly hasReport: boolean },
): Promise<readonly MetricValue[]> {
  const { values, error } = await attempt(() => channelTotals(api, accountId));
  if (error instanceof WrongChannel || (error instanceof NoChannel && !hasReport)) throw error;
  if (!isWanted) return [];
  leftOpen(error, 'youtube: channel totals', warn);
  return values;
}

function resultOf(date: string, daily: ReadonlyMap<string, Part>, splits: Splits): DayResult {
  const part = daily.get(date);
  if (part === undefined) return { date, kind: 'no_data' };
  const values = withSplits(part.values, 'postTypes', splits.byDay.get(date) ?? new Map());
  return dayFrom(date, [{ values, error: part.error ?? splits.error }]);
}
