import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { metricNumber } from '../number.js';
import type { RefusedMetrics } from '../platform.js';
import type { Graph } from './graph.js';
import { askTolerantly } from './metrics.js';

const insight = z.object({
  name: z.string(),
  period: z.string().optional(),
  /** A time series; `value` or `end_time` may be missing. */
  values: z.array(z.object({ value: metricNumber.nullish(), end_time: z.string().optional() })).optional(),
  /** With a breakdown, `value` may be missing (`follows_and_unfollows`), and categories that are zero are left out. */
  total_value: z
    .object({
      value: metricNumber.nullish(),
      breakdowns: z
        .array(
          z.object({
            results: z
              .array(z.object({ dimension_values: z.array(z.string()), value: metricNumber.nullish() }))
              .optional(),
          }),
        )
        .optional(),
    })
    .nullish(),
});

export type Insight = z.infer<typeof insight>;

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
  /** The words in which this API refuses a metric by its name. */
  readonly refusal: RegExp;
  /** True when the API's refusal of all these metrics is a failure rather than a loss to live with. */
  readonly required: boolean;
}

/** `GET /{id}/insights` for the metrics that the API accepts. Throws `GraphError`, `PlatformError`, `Interrupted`. */
export async function askInsights({
  graph,
  id,
  metrics,
  query,
  refused,
  refusal,
  required,
}: InsightsRequest): Promise<Insights> {
  const api = [graph.name, query.breakdown].filter(Boolean).join(' by ');
  const answers = await askTolerantly({
    ...{ api, metrics, refused, refusal },
    ask: async (accepted) => parseInsights(await graph.get(id, '/insights', { ...query, metric: accepted.join(',') })),
  });
  if (required && answers.length === 0) {
    throw new PlatformError(
      'configuration',
      `${api} refuses every metric asked of it: ${metrics.join(', ')}`,
      'platform',
    );
  }
  return {
    insights: answers.flatMap((answer) => answer.insights),
    error: answers.find(({ error }) => error)?.error ?? null,
  };
}

/** Reads an answer entry by entry, so that one that is malformed does not cost the others. */
function parseInsights(json: unknown): Insights {
  const envelope = z.object({ data: z.array(z.unknown()) }).safeParse(json);
  if (!envelope.success) throw new PlatformError('unexpected_response', 'the answer holds no list of insights');
  const insights: Insight[] = [];
  let error: PlatformError | null = null;
  for (const entry of envelope.data.data) {
    const parsed = insight.safeParse(entry);
    if (parsed.success) insights.push(parsed.data);
    else
      error ??= new PlatformError(
        'unexpected_response',
        `an insight has an unexpected form: ${z.prettifyError(parsed.error)}`,
      );
  }
  return { insights, error };
}
