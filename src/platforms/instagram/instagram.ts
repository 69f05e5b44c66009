import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { GraphError } from '../meta/errors.js';
import { type Graph, isInstagramLogin, type MetaSettings, openGraph } from '../meta/graph.js';
import { askInsights } from '../meta/insights.js';
import { graphVersion } from '../meta/versions.js';
import { metricNumber } from '../number.js';
import { attempt, dayFrom, eachDay, type Part, withSplits } from '../parts.js';
import type { Day, Platform, RefusedMetrics } from '../platform.js';
import { METRICS, SPLIT_BY_CONTENT, TOTALS, UNDOCUMENTED } from './metrics.js';
import { followsFrom, splitsFrom, totalsFrom } from './parse.js';

/** Instagram names the metric it refuses. In other words it is not Instagram that answers, see `isPageAnswering`. */
const REFUSAL = /must be one of the following values|metric is no longer supported|Incompatible breakdowns/;

interface Source {
  readonly graph: Graph;
  readonly id: string;
  readonly refused: RefusedMetrics;
  readonly refusal: RegExp;
}

/**
 * Instagram professional accounts, over the Instagram or the Facebook login. Days are Pacific; data may be 48 hours late.
 * See "Instagram User Insights" in Meta's reference.
 */
export function instagram(settings: MetaSettings): Platform {
  return {
    name: 'instagram',
    api: 'instagram_graph',
    day: { timeZone: 'America/Los_Angeles', settlesAfterHours: 48, lookbackDays: 728 },
    metrics: METRICS,
    version: graphVersion(settings.version),
    renewsTokens: false,
    endsByDate: isInstagramLogin,
    storageRule: null,

    async collect(account, days, context) {
      const newest = days.at(-1);
      if (newest === undefined) return [];
      const graph = openGraph({ settings, token: account.accessToken, http: context.http, warn: context.warn });
      // One request tells whether the token opens the account; only then the others are sent, side by side.
      const { source, totals } = await firstTotals(
        { graph, id: account.accountId, refused: context.refused, refusal: REFUSAL },
        newest,
      );
      return eachDay(days, async (day) => {
        const [parts, ...closing] = await Promise.all([
          day === newest ? dayParts(source, day, totals) : askDay(source, day),
          ...(day.date === context.closingDate ? [attempt(() => followersTotal(source))] : []),
        ]);
        return dayFrom(day.date, [...parts, ...closing]);
      });
    },

    async check(account, { http, warn }) {
      const graph = openGraph({ settings, token: account.accessToken, http, warn });
      const profile = z.object({ username: z.string().optional(), name: z.string().optional() });
      const read = async (id: string) => {
        const parsed = profile.safeParse(await graph.get(id, '', { fields: 'username,followers_count,media_count' }));
        return { accountName: (parsed.success && (parsed.data.username ?? parsed.data.name)) || null };
      };
      try {
        return await read(account.accountId);
      } catch (error) {
        if (!isNonexistingField(error)) throw error;
        return read(await instagramAccountOf(graph, account.accountId));
      }
    },
  };
}

/** The newest day's totals, from the Instagram account itself or, where the id turns out to be a Page's, from the Page's account. */
async function firstTotals(source: Source, day: Day): Promise<{ source: Source; totals: Part }> {
  const totals = await attempt(() => askTotals(source, day));
  if (totals.error === null) return { source, totals };
  if (isPageAnswering(totals.error)) {
    const resolved = { ...source, id: await instagramAccountOf(source.graph, source.id) };
    return { source: resolved, totals: await attempt(() => askTotals(resolved, day)) };
  }
  if (totals.error.scope !== 'day') throw totals.error;
  return { source, totals };
}

async function askDay(source: Source, day: Day): Promise<Part[]> {
  return dayParts(source, day, await attempt(() => askTotals(source, day)));
}

/** A day's totals with what belongs beside them. Nothing more is asked when there are no totals for trouble at the API. */
async function dayParts(source: Source, day: Day, totals: Part): Promise<Part[]> {
  if (totals.error !== null && totals.values.length === 0) return [totals];
  return Promise.all([
    attempt(() => askSplits(source, day, totals), totals.values),
    attempt(() => askFollows(source, day)),
    attempt(() => askUndocumented(source, day)),
  ]);
}

async function askTotals(source: Source, day: Day): Promise<Part> {
  const { insights, error } = await askInsights({ ...source, metrics: TOTALS, query: windowOf(day), required: true });
  return { values: totalsFrom(insights), error };
}

async function askSplits(source: Source, day: Day, totals: Part): Promise<Part> {
  const query = { ...windowOf(day), breakdown: 'media_product_type' };
  const { insights, error } = await askInsights({ ...source, metrics: SPLIT_BY_CONTENT, query, required: false });
  return { values: withSplits(totals.values, splitsFrom(insights)), error: totals.error ?? error };
}

/** Without the breakdown the API answers this metric with no value at all. */
async function askFollows(source: Source, day: Day): Promise<Part> {
  const query = { ...windowOf(day), breakdown: 'follow_type' };
  const { insights, error } = await askInsights({
    ...source,
    metrics: ['follows_and_unfollows'],
    query,
    required: false,
  });
  return { values: followsFrom(insights), error };
}

async function askUndocumented(source: Source, day: Day): Promise<Part> {
  const { insights, error } = await askInsights({
    ...source,
    metrics: UNDOCUMENTED,
    query: windowOf(day),
    required: false,
  });
  return { values: totalsFrom(insights), error };
}

async function followersTotal({ graph, id }: Source): Promise<Part> {
  const profile = z
    .object({ followers_count: metricNumber.nullish() })
    .safeParse(await graph.get(id, '', { fields: 'followers_count' }));
  if (!profile.success) throw new PlatformError('unexpected_response', 'the profile holds no readable followers_count');
  const value = profile.data.followers_count ?? null;
  return { values: value === null ? [] : [{ metric: 'followers_count', value, closing: true }], error: null };
}

/** Throws `PlatformError` when the Page has no Instagram account, or none that the token may see. */
async function instagramAccountOf(graph: Graph, pageId: string): Promise<string> {
  const page = z.object({ instagram_business_account: z.object({ id: z.string() }).optional() });
  const parsed = page.safeParse(await graph.get(pageId, '', { fields: 'instagram_business_account' }));
  const id = parsed.success ? parsed.data.instagram_business_account?.id : undefined;
  if (id !== undefined) return id;
  throw new PlatformError(
    'configuration',
    `account_id ${pageId} is a Page without a connected Instagram account`,
    'connection',
  );
}

/** `since` and `until` are both inclusive: a second more would be a second day. */
function windowOf(day: Day): Record<string, string> {
  return {
    period: 'day',
    metric_type: 'total_value',
    since: String(day.start.getTime() / 1_000),
    until: String(day.end.getTime() / 1_000 - 1),
  };
}

/** A Page refuses Instagram's metrics in words of its own, for it has insights too, under other names. */
function isPageAnswering(error: PlatformError): boolean {
  return error instanceof GraphError && error.code === 100 && /must be a valid insights metric/i.test(error.apiMessage);
}

function isNonexistingField(error: unknown): boolean {
  return error instanceof GraphError && error.code === 100 && /nonexisting field/i.test(error.apiMessage);
}
