import { PlatformError } from '../../errors.js';
import type { Day, NonEmpty, RefusedMetrics } from '../contract.js';
import { GraphError } from '../meta/errors.js';
import type { Graph } from '../meta/graph.js';
import { askInsights, type Insights } from '../meta/insights.js';
import { lastOf, leftOpen, tiersOf, type Warn } from '../shared/parts.js';
import { DAILY, GIVEN_UP_FIRST, OPTIONAL, REACH_PERIODS, REACTIONS } from './metrics.js';
import { withDates } from './parse.js';

/** Facebook does not say which metric it refuses. */
const REFUSAL = /must be a valid insights metric/;

export interface Source {
  readonly id: string;
  readonly refused: RefusedMetrics;
  readonly warn: Warn;
}

/**
 * The insights of some days and, `withReach`, of the 7 and 28 days that end with each of them: without a period, the API returns
 * those of all three. If that fails, the days are asked for alone.
 */
export async function askWindow(
  graph: Graph,
  source: Source,
  days: NonEmpty<Day>,
  withReach: boolean,
): Promise<Insights> {
  if (!withReach) return askInTiers(graph, source, days, { period: 'day' });
  try {
    return await askInTiers(graph, source, days, {});
  } catch (error) {
    if (!(error instanceof GraphError) || error.scope !== 'day' || REFUSAL.test(error.apiMessage)) throw error;
    const answer = await askInTiers(graph, source, days, { period: 'day' });
    leftOpen(error, `facebook: ${REACH_PERIODS.map(({ metric }) => metric).join(' and ')}`, source.warn);
    return answer;
  }
}

/** The insights of some days: of all metrics or, if an optional one may be the cause of a refusal, of fewer. */
async function askInTiers(
  graph: Graph,
  source: Source,
  days: NonEmpty<Day>,
  period: { readonly period?: 'day' },
): Promise<Insights> {
  const ask = async (metrics: readonly string[], required: boolean): Promise<Insights> => {
    const answer = await askInsights({
      ...source,
      graph,
      metrics,
      refusal: REFUSAL,
      query: { ...period, ...windowOf(days) },
      byKind: [REACTIONS],
      required,
      optional: { metrics: OPTIONAL, warn: (message) => source.warn(`facebook: ${message}`) },
    });
    return { ...answer, insights: withDates(answer.insights, days, source.warn) };
  };
  let refusal: GraphError | null = null;
  const wanted = DAILY.filter((metric) => !source.refused.has(graph.name, metric));
  for (const metrics of tiersOf(wanted, GIVEN_UP_FIRST)) {
    try {
      const answer = await ask(metrics, true);
      if (refusal === null) return answer;
      const lost = wanted.filter((metric) => !metrics.includes(metric));
      const rest = await askLost(() => ask(lost, false), refusal, `facebook: ${lost.join(', ')}`, source.warn);
      return { insights: [...answer.insights, ...rest.insights], error: answer.error ?? rest.error };
    } catch (error) {
      if (!(error instanceof GraphError) || !mayLieInOptional(error)) throw error;
      refusal ??= error;
    }
  }
  throw refusal ?? new PlatformError('unexpected_response', 'no metrics are left to request', 'connection');
}

/** Asks again for what was left out, in case it was not the cause of the refusal: code 1 also stands for temporary errors. */
async function askLost(ask: () => Promise<Insights>, refusal: GraphError, lost: string, warn: Warn): Promise<Insights> {
  try {
    if (refusal.reason === 'missing_permission') throw refusal;
    return await ask();
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { insights: [], error: leftOpen(error, lost, warn) };
  }
}

/** Retired names are handled in `askInsights`. Metrics of messages may need a permission that no other metric does. */
function mayLieInOptional({ reason, scope, code, apiMessage }: GraphError): boolean {
  if (REFUSAL.test(apiMessage)) return false;
  if (reason === 'missing_permission') return /messag(es|ing)/i.test(apiMessage);
  return scope === 'day' && (code === 1 || code === 100);
}

/** Extra days in an answer are ignored, so one second past the last midnight is safe whether or not `until` is inclusive. */
function windowOf(days: NonEmpty<Day>): Record<string, string> {
  const seconds = (instant: Date) => Math.floor(instant.getTime() / 1_000);
  return { since: String(seconds(days[0].start)), until: String(seconds(lastOf(days).end) + 1) };
}
