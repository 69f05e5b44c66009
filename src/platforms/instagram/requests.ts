import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { Day, PlatformContext, RefusedMetrics, Split } from '../contract.js';
import { GraphError } from '../meta/errors.js';
import type { Graph } from '../meta/graph.js';
import { askInsights, type Insights } from '../meta/insights.js';
import {
  askOptional,
  attempt,
  joined,
  leftOpen,
  type Part,
  readValues,
  type Warn,
  withAliases,
  withSplits,
} from '../shared/parts.js';
import {
  FOLLOWS,
  METRICS,
  PROFILE,
  REACH_PERIODS,
  SPLIT_BY_CONTENT,
  SPLIT_BY_FOLLOWER,
  TOTALS,
  UNDOCUMENTED,
} from './metrics.js';
import { followsFrom, followTypesFrom, postTypesFrom, totalsFrom, valueOfDay } from './parse.js';

/** Instagram names the metric that it refuses. With any other message, it is a Page that answers, not an Instagram account. */
export const REFUSAL = /must be one of the following values|metric is no longer supported|Incompatible breakdowns/;

const fields = z.record(z.string(), z.unknown());

export interface Source {
  readonly graph: Graph;
  readonly id: string;
  readonly refused: RefusedMetrics;
  readonly refusal: RegExp;
  readonly provisional: PlatformContext['provisional'];
  readonly warn: Warn;
}

export async function askDay(source: Source, day: Day): Promise<Part[]> {
  return dayParts(source, day, await attempt(() => askTotals(source, day)));
}

/** The undocumented metrics are in the same request, unless that fails in a way that they may have caused. */
export async function askTotals(source: Source, day: Day): Promise<Part> {
  const undocumented = given(source, UNDOCUMENTED);
  try {
    return await totalsOf(source, day, [...TOTALS, ...undocumented], true);
  } catch (error) {
    if (undocumented.length === 0 || !mayLieInUndocumented(error)) throw error;
    return joined([
      await totalsOf(source, day, TOTALS, true),
      await askOptional(`instagram: ${undocumented.join(' and ')}`, source.warn, () =>
        totalsOf(source, day, undocumented, false),
      ),
    ]);
  }
}

async function totalsOf(source: Source, day: Day, metrics: readonly string[], required: boolean): Promise<Part> {
  const optional = { metrics: UNDOCUMENTED, warn: (message: string) => source.warn(`instagram: ${message}`) };
  const { insights, error } = await askInsights({ ...source, metrics, query: totalOf(day), required, optional });
  return { values: totalsFrom(insights, day, source.warn), error };
}

/**
 * A day's totals and, once it has settled or if it is not asked for again, their splits and the new followers. If the totals
 * failed, no further request is sent.
 */
export async function dayParts(source: Source, day: Day, totals: Part): Promise<Part[]> {
  if (totals.error !== null && totals.values.length === 0) return [totals];
  if (source.provisional.has(day.date)) return [{ ...totals, values: withAliases(totals.values, METRICS) }];
  const [content, followers] = await Promise.all([askByContent(source, day), askByFollower(source, day)]);
  const split = withSplits(withSplits(totals.values, 'postTypes', content.splits), 'followTypes', followers.splits);
  return [
    { values: withAliases(split, METRICS), error: totals.error },
    { values: [], error: content.error },
    { values: followers.follows, error: followers.error },
  ];
}

/** The profile's totals as of now. */
export async function askProfile({ graph, id }: Source): Promise<Part> {
  const profile = fields.safeParse(await graph.get(id, '', { fields: PROFILE.join(',') }));
  if (!profile.success) throw new PlatformError('unexpected_response', 'the profile has an unexpected form');
  return readValues(profile.data, PROFILE);
}

/** Unique accounts of the 7 and 28 days that end with a day. The API has them only as a series, with one request per period. */
export async function askReach(source: Source, day: Day): Promise<Part> {
  const parts = await Promise.all(
    REACH_PERIODS.map(({ period, metric }) =>
      askOptional(`instagram: ${metric}`, source.warn, async () => {
        const query = { period, ...windowOf(day) };
        const { insights, error } = await askInsights({ ...source, metrics: ['reach'], query, required: false });
        const values = insights.flatMap((insight) => valueOfDay(insight, day, source.warn) ?? []);
        return { values: values.slice(0, 1).map((value) => ({ metric, value })), error };
      }),
    ),
  );
  return joined(parts);
}

interface Splits {
  readonly splits: ReadonlyMap<string, Split>;
  readonly error: PlatformError | null;
}

async function askByContent(source: Source, day: Day): Promise<Splits> {
  const query = { ...totalOf(day), breakdown: 'media_product_type' };
  const { insights, error } = await insightsOr({
    ...source,
    metrics: given(source, SPLIT_BY_CONTENT),
    query,
    required: false,
  });
  return { splits: postTypesFrom(insights), error: leftOpen(error, 'instagram: splits by content type', source.warn) };
}

/** New and lost followers and, in the same request, the splits of reach and views by whether the viewer follows the account. */
async function askByFollower(source: Source, day: Day): Promise<Splits & { readonly follows: Part['values'] }> {
  const request = {
    ...source,
    query: { ...totalOf(day), breakdown: 'follow_type' },
    required: false,
    optional: { metrics: SPLIT_BY_FOLLOWER, warn: (message: string) => source.warn(`instagram: ${message}`) },
  };
  let answer = await insightsOr({ ...request, metrics: [...given(source, SPLIT_BY_FOLLOWER), ...FOLLOWS] });
  if (answer.error instanceof GraphError && isUnexplained(answer.error)) {
    const { error } = answer;
    answer = await insightsOr({ ...request, metrics: FOLLOWS });
    if (answer.error === null) leftOpen(error, 'instagram: splits of reach and views by follow_type', source.warn);
  }
  const { insights, error } = answer;
  return { splits: followTypesFrom(insights), follows: followsFrom(insights), error };
}

/** Leaves out metrics that are refused even without a breakdown: they have no split either. */
function given({ refused, graph }: Source, metrics: readonly string[]): string[] {
  return metrics.filter((metric) => !refused.has(graph.name, metric));
}

async function insightsOr(request: Parameters<typeof askInsights>[0]): Promise<Insights> {
  try {
    return await askInsights(request);
  } catch (error) {
    if (error instanceof PlatformError) return { insights: [], error };
    throw error;
  }
}

/** Of a fatal error, `askInsights` has looked for the metric already. */
function mayLieInUndocumented(error: unknown): boolean {
  return error instanceof GraphError && error.scope === 'day' && error.code !== -1 && !isPageAnswering(error);
}

/** A Page refuses Instagram's metrics with a message of its own, because Pages have insights too, under other names. */
export function isPageAnswering(error: PlatformError): boolean {
  return error instanceof GraphError && error.code === 100 && /must be a valid insights metric/i.test(error.apiMessage);
}

/** A metric, or a breakdown that it does not support, is also refused with an unknown error (code 1 or -1). */
function isUnexplained({ code, scope }: GraphError): boolean {
  return scope === 'day' && (code === 1 || code === -1 || code === 100);
}

function totalOf(day: Day): Record<string, string> {
  return { period: 'day', metric_type: 'total_value', ...windowOf(day) };
}

/** `since` and `until` are both inclusive: one second more would add another day. */
function windowOf(day: Day): Record<string, string> {
  return { since: String(day.start.getTime() / 1_000), until: String(day.end.getTime() / 1_000 - 1) };
}
