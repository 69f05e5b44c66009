import { PlatformError } from '../../errors.js';
import { UnsupportedQuery } from '../google/errors.js';
import type { GoogleSettings } from '../google/oauth.js';
import { attempt, dayFrom, type Part, withSplits } from '../parts.js';
import type { Day, DayResult, Platform, PlatformContext, PostTypes, RefusedMetrics } from '../platform.js';
import { openYouTube, type YouTube } from './api.js';
import { channelName, channelTotals, WrongChannel } from './channel.js';
import { DAILY, GIVEN_UP_FIRST, METRICS, SPLIT_BY_CONTENT } from './metrics.js';
import { dailyFrom, splitsFrom } from './report.js';

/** For people and for the memory of what is refused. */
const API = 'YouTube Analytics';
const CONTENT_DIMENSION = 'creatorContentType';
const DAY_MS = 86_400_000;
/** YouTube API Services Developer Policies, III.E.4. */
const STORAGE_RULE =
  'the authorization is to be verified again every 30 days, as each successful run does; once it is revoked, the data is to be deleted within 7 days';

/**
 * YouTube channels. Days are Pacific; data is two to three days late, and a report ends with the last day for which all
 * its metrics are ready. See `reports.query` in the reference of the YouTube Analytics API.
 */
export function youtube(settings: GoogleSettings): Platform {
  return {
    name: 'youtube',
    api: 'youtube_analytics',
    day: { timeZone: 'America/Los_Angeles', settlesAfterHours: 96, lookbackDays: 3_650 },
    metrics: METRICS,
    version: { name: 'v2', endsOn: null, variable: null },
    renewsTokens: true,
    endsByDate: () => true,
    storageRule: STORAGE_RULE,

    async collect(account, days, context) {
      const source = sourceOf(openYouTube(settings, account, context), days, context.refused);
      if (source === null) return [];
      const daily = await askDaily(source);
      const [splits, totals] = await Promise.all([
        days.some(({ date }) => daily.has(date)) ? askSplits(source) : NO_SPLITS,
        // Asked even where they have no place: they tell whose channel the token opens.
        askTotals(source.youtube, account.accountId, context.warn),
      ]);
      return days.map(({ date }) => resultOf(date, daily, splits, date === context.closingDate ? [totals] : []));
    },

    async check(account, context) {
      const api = openYouTube(settings, account, context);
      const accountName = await channelName(api, account.accountId);
      // The channel is opened by one permission, its reports by another.
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
}

function sourceOf(api: YouTube, days: readonly Day[], refused: RefusedMetrics): Source | null {
  const [first, last] = [days.at(0), days.at(-1)];
  if (first === undefined || last === undefined) return null;
  return { youtube: api, range: { startDate: first.date, endDate: last.date }, refused };
}

/**
 * Each day's values. YouTube refuses the whole query for one metric and does not say which: it is asked again with fewer.
 * Only an answer shows that it was the metrics; then those given up are not asked for again in this run.
 */
async function askDaily({ youtube: api, range, refused }: Source): Promise<Map<string, Part>> {
  const wanted = DAILY.filter((metric) => !refused.has(API, metric));
  let refusal: UnsupportedQuery | null = null;
  for (const metrics of tiersOf(wanted)) {
    try {
      const json = await api.report({ ...range, dimensions: 'day', metrics });
      for (const metric of wanted) if (refusal && !metrics.includes(metric)) refused.add(API, metric, refusal.message);
      return dailyFrom(json, metrics);
    } catch (error) {
      if (!(error instanceof UnsupportedQuery)) throw error;
      refusal = error;
    }
  }
  throw refusal ?? new PlatformError('unexpected_response', `${API} refuses every metric`, 'connection');
}

/** The metrics, then fewer and fewer of them. */
function tiersOf(metrics: readonly string[]): string[][] {
  const tiers = [[...metrics]];
  for (const group of GIVEN_UP_FIRST) {
    const larger = tiers.at(-1) ?? [];
    const smaller = larger.filter((metric) => !group.includes(metric));
    if (smaller.length < larger.length) tiers.push(smaller);
  }
  return tiers;
}

interface Splits {
  /** By date, then by metric. */
  readonly byDay: ReadonlyMap<string, ReadonlyMap<string, PostTypes>>;
  readonly error: PlatformError | null;
}

const NO_SPLITS: Splits = { byDay: new Map(), error: null };

async function askSplits({ youtube: api, range, refused }: Source): Promise<Splits> {
  if (refused.has(API, CONTENT_DIMENSION)) return NO_SPLITS;
  const metrics = SPLIT_BY_CONTENT.filter((metric) => !refused.has(API, metric));
  try {
    const json = await api.report({ ...range, dimensions: `day,${CONTENT_DIMENSION}`, metrics });
    return { byDay: splitsFrom(json, metrics), error: null };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (!(error instanceof UnsupportedQuery)) return { ...NO_SPLITS, error };
    refused.add(API, CONTENT_DIMENSION, error.message);
    return NO_SPLITS;
  }
}

/** The totals want a permission of their own, and are not worth failing a day each night for the lack of it. */
async function askTotals(api: YouTube, accountId: string, warn: PlatformContext['warn']): Promise<Part> {
  const totals = await attempt(() => channelTotals(api, accountId));
  if (totals.error instanceof WrongChannel) throw totals.error;
  if (totals.error?.reason !== 'missing_permission') return totals;
  warn(`youtube ${accountId}: no totals of the channel (${totals.error.message})`);
  return { ...totals, error: null };
}

/** A day that the report has gone past without a row will have none; after its last row, days are not ready yet. */
function resultOf(date: string, daily: ReadonlyMap<string, Part>, splits: Splits, closing: readonly Part[]): DayResult {
  const part = daily.get(date);
  if (part !== undefined) {
    const values = withSplits(part.values, splits.byDay.get(date) ?? new Map());
    return dayFrom(date, [{ values, error: part.error ?? splits.error }, ...closing]);
  }
  const result = dayFrom(date, closing);
  const passed = [...daily.keys()].some((reported) => reported > date);
  return passed && result.kind === 'collected' ? { ...result, kind: 'no_data' } : result;
}
