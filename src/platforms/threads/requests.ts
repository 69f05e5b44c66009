import type { Day, NonEmpty, RefusedMetrics } from '../contract.js';
import type { Graph } from '../meta/graph.js';
import { askInsights, type Insights, type InsightsRequest } from '../meta/insights.js';
import { lastOf, type Part, type Warn } from '../shared/parts.js';
import { isNotAvailable } from './errors.js';
import { NOW, SERIES, TOTALS } from './metrics.js';
import { totalsFrom } from './parse.js';

export interface Source {
  readonly graph: Graph;
  readonly id: string;
  readonly refused: RefusedMetrics;
  readonly warn: Warn;
}

/** Code 1 for a metric that the API does not know: exileum/meta-mcp#140. Meta's other messages for this name the metric. */
const REFUSED = { refusal: /must be one of the following values|metric is no longer supported/, unexplained: [1] };

/** The series of some days. Other days in the answer are ignored, so a further second is safe, whether `until` is inclusive or not. */
export function askSeries(source: Source, days: NonEmpty<Day>): Promise<Insights> {
  return ask(source, SERIES, { since: seconds(days[0].start), until: seconds(lastOf(days).end, 1) });
}

/** A day's totals: a window of several days would have only one total. If both ends are inclusive, a further second would add a day. */
export async function askTotals(source: Source, day: Day): Promise<Part> {
  const window = { since: seconds(day.start), until: seconds(day.end, -1) };
  const { insights, error } = await ask({ ...source, required: true }, TOTALS, window);
  return { values: totalsFrom(insights), error };
}

/** Followers, in a request of their own: for profiles without a linked Instagram account, the API refuses the whole request. */
export async function askFollowers(source: Source): Promise<Part> {
  const { refused, graph } = source;
  try {
    const { insights, error } = await ask(source, NOW, {});
    return { values: totalsFrom(insights), error };
  } catch (error) {
    if (!isNotAvailable(error)) throw error;
    // The API knows the metric and refuses it for this account only, so it must not be given up for all.
    refused.accept(graph.name, NOW);
    for (const metric of NOW) refused.add(graph.name, metric, error.apiMessage);
    return { values: [], error: null };
  }
}

/** Without `period`, which is not documented. */
function ask(
  source: Source & Partial<Pick<InsightsRequest, 'required'>>,
  metrics: readonly string[],
  query: Readonly<Record<string, string>>,
): Promise<Insights> {
  return askInsights({ required: false, ...source, ...REFUSED, metrics, query });
}

function seconds(instant: Date, more = 0): string {
  return String(instant.getTime() / 1_000 + more);
}
