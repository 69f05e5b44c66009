import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { RefusedMetrics } from '../contract.js';
import { metricNumber } from '../shared/number.js';
import type { Optional, Warn } from '../shared/parts.js';
import { list, whatIsWrong } from '../shared/shape.js';
import type { Graph } from './graph.js';
import { askTolerantly, type TolerantRequest } from './metrics.js';

/** Numbers by kind. An object among them is not a kind, but something that the API has added. */
const kinds = z.record(z.string(), metricNumber.or(z.looseObject({})).nullish());

const named = z.object({ name: z.string() });

/** A time series; `value` or `end_time` may be missing. */
const seriesOf = <Value extends z.ZodType>(value: Value) =>
  list(z.object({ value: value.nullish(), end_time: z.string().optional() }), 1_000).optional();

const insight = named.extend({
  period: z.string().optional(),
  values: seriesOf(metricNumber),
  /** With a breakdown, `value` may be missing (`follows_and_unfollows`), and categories that are zero are left out. */
  total_value: z
    .object({
      value: metricNumber.nullish(),
      breakdowns: list(
        z.object({
          results: list(
            z.object({ dimension_values: list(z.string(), 10), value: metricNumber.nullish() }),
            100,
          ).optional(),
        }),
        10,
      ).optional(),
    })
    .nullish(),
  /** Threads: clicks by link. The addresses are not kept. */
  link_total_values: list(z.object({ value: metricNumber.nullish() }), 10_000).nullish(),
});

const insightByKind = insight.extend({ values: seriesOf(metricNumber.or(kinds)) });

const envelope = z.object({ data: list(z.unknown(), 1_000) });

export type Insight = z.infer<typeof insightByKind>;

/** The insights of one answer, and what was wrong with those that could not be read. `paging` is never followed: it may hold the token. */
export interface Insights {
  readonly insights: readonly Insight[];
  readonly error: PlatformError | null;
}

export interface InsightsRequest {
  readonly graph: Graph;
  readonly id: string;
  readonly metrics: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly refused: RefusedMetrics;
  /** Matches the message with which this API refuses a metric because of its name. */
  readonly refusal: RegExp;
  /** As in `TolerantRequest`. */
  readonly unexplained?: TolerantRequest<unknown>['unexplained'];
  /** Whether it is a failure that the API refuses all these metrics. If not, the day is collected without them. */
  readonly required: boolean;
  readonly warn: Warn;
  /** Metrics whose value may be an object: a number for each kind. */
  readonly byKind?: readonly string[];
  /** Metrics that a day is complete without: an unreadable value is only a warning. */
  readonly optional?: Optional;
}

/** `GET /{id}/insights` for the metrics that the API accepts. Throws `GraphError`, `PlatformError`, `Interrupted`. */
export async function askInsights({
  graph,
  id,
  metrics,
  query,
  refused,
  refusal,
  unexplained,
  required,
  warn,
  byKind = [],
  optional,
}: InsightsRequest): Promise<Insights> {
  const api = apiName(graph, query);
  const answers = await askTolerantly({
    api,
    metrics,
    refused,
    refusal,
    ...(unexplained && { unexplained }),
    required,
    warn,
    ask: async (accepted) => {
      const json = await graph.get(id, '/insights', { ...query, metric: accepted.join(',') });
      return parseInsights(json, accepted, byKind, optional);
    },
  });
  if (required && answers.length === 0) {
    throw new PlatformError(
      'configuration',
      `${api} refuses all requested metrics (${metrics.join(', ')}); check that the account id is that of the right kind of account`,
      'connection',
    );
  }
  return {
    insights: answers.flatMap((answer) => answer.insights),
    error: answers.find(({ error }) => error)?.error ?? null,
  };
}

/** What is refused in one kind of request may be accepted in another. */
function apiName({ name }: Graph, { breakdown, period = 'day' }: InsightsRequest['query']): string {
  const kind = period === 'day' ? name : `${name} per ${period}`;
  return breakdown === undefined ? kind : `${kind} by ${breakdown}`;
}

/**
 * Reads an answer entry by entry, so that a malformed entry does not lose the others. Entries that were not asked for are
 * not parsed.
 */
function parseInsights(
  json: unknown,
  asked: readonly string[],
  byKind: readonly string[],
  optional: Optional | undefined,
): Insights {
  const answer = envelope.safeParse(json);
  if (!answer.success) throw new PlatformError('unexpected_response', 'the answer has no list of insights');
  const insights: Insight[] = [];
  const lost: string[] = [];
  let error: PlatformError | null = null;
  for (const entry of answer.data.data) {
    const name = named.safeParse(entry).data?.name ?? '';
    if (name !== '' && !asked.includes(name)) continue;
    const parsed = (byKind.includes(name) ? insightByKind : insight).safeParse(entry);
    if (parsed.success) {
      insights.push(parsed.data);
      continue;
    }
    const unreadable = `has an unexpected form: ${whatIsWrong(parsed.error)}`;
    if (optional?.metrics.includes(name)) lost.push(`${name} ${unreadable}`);
    else error ??= new PlatformError('unexpected_response', `an insight ${unreadable}`);
  }
  // No warning for a day that stays open: the next run asks for it again.
  if (error === null) for (const what of lost) optional?.warn(`${what}; days are collected without it`);
  return { insights, error };
}
