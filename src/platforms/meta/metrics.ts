import type { RefusedMetrics } from '../platform.js';
import { GraphError } from './errors.js';

const INVALID_PARAMETER = 100;

export interface TolerantRequest<T> {
  /** Names the API and the kind of request, for the memory of what it refuses. */
  readonly api: string;
  readonly metrics: readonly string[];
  readonly refused: RefusedMetrics;
  /** The words in which the API refuses a request for the name of a metric. */
  readonly refusal: RegExp;
  readonly ask: (metrics: readonly string[]) => Promise<T>;
}

/**
 * Asks for metrics in one request. The Graph API refuses the whole of it for one retired name: then it asks again without that one,
 * or, where the API does not say which it is (Facebook), for each half apart. An account that refuses all of them without naming
 * one is in trouble of its own: its refusal is thrown, and not held against the metrics.
 */
export async function askTolerantly<T>(request: TolerantRequest<T>): Promise<T[]> {
  const suspects = new Map<string, GraphError>();
  const wanted = request.metrics.filter((metric) => !request.refused.has(request.api, metric));
  const answers = await askParts(request, wanted, suspects);
  const [first] = suspects.values();
  if (answers.length === 0 && first) throw first;
  for (const [metric, error] of suspects) request.refused.add(request.api, metric, error.apiMessage);
  return answers;
}

async function askParts<T>(
  request: TolerantRequest<T>,
  metrics: readonly string[],
  suspects: Map<string, GraphError>,
): Promise<T[]> {
  if (metrics.length === 0) return [];
  try {
    return [await request.ask(metrics)];
  } catch (error) {
    if (!(error instanceof GraphError) || error.code !== INVALID_PARAMETER || !request.refusal.test(error.apiMessage))
      throw error;
    const named = namedIn(error, metrics);
    for (const metric of named) request.refused.add(request.api, metric, error.apiMessage);
    if (named.length > 0) {
      return askParts(
        request,
        metrics.filter((metric) => !named.includes(metric)),
        suspects,
      );
    }
    const [only] = metrics;
    if (metrics.length === 1 && only !== undefined) {
      suspects.set(only, error);
      return [];
    }
    const half = Math.ceil(metrics.length / 2);
    const left = await askParts(request, metrics.slice(0, half), suspects);
    return [...left, ...(await askParts(request, metrics.slice(half), suspects))];
  }
}

/** The metrics that an error names as the culprits, by position, by name, or by their absence from the list of valid ones. */
function namedIn({ apiMessage }: GraphError, metrics: readonly string[]): string[] {
  const listed = /metric\[(\d+)\] must be one of the following values: (.+)/.exec(apiMessage);
  if (listed) {
    const valid = listed[2]?.split(/[,\s]+/) ?? [];
    return metrics.filter((metric, position) => position === Number(listed[1]) || !valid.includes(metric));
  }
  const breakdown = /Incompatible breakdowns \(.*?\) for metric \((\w+)\)/.exec(apiMessage);
  const retired = /the (\w+) metric is no longer supported/.exec(apiMessage);
  return metrics.filter((metric) => metric === breakdown?.[1] || metric === retired?.[1]);
}
