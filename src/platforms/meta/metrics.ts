import type { RefusedMetrics } from '../platform.js';
import { type GraphError, isMetricRefusal } from './errors.js';

export interface TolerantRequest<T> {
  /** Names the API and the kind of request, for the memory of what it refuses. */
  readonly api: string;
  readonly metrics: readonly string[];
  readonly refused: RefusedMetrics;
  readonly ask: (metrics: readonly string[]) => Promise<T[]>;
}

/**
 * Asks for metrics in one request. The Graph API refuses the whole of it for one retired name: then it asks again without that one,
 * or, where the API does not say which it is (Facebook), for each half apart.
 */
export function askTolerantly<T>(request: TolerantRequest<T>): Promise<T[]> {
  return askParts(
    request,
    request.metrics.filter((metric) => !request.refused.has(request.api, metric)),
  );
}

async function askParts<T>(request: TolerantRequest<T>, metrics: readonly string[]): Promise<T[]> {
  if (metrics.length === 0) return [];
  try {
    return await request.ask(metrics);
  } catch (error) {
    if (!isMetricRefusal(error)) throw error;
    const named = namedIn(error, metrics);
    const suspects = metrics.length === 1 ? metrics : named;
    for (const metric of suspects) request.refused.add(request.api, metric, error.apiMessage);
    if (suspects.length > 0) return askParts(request, without(metrics, suspects));
    const half = Math.ceil(metrics.length / 2);
    return [...(await askParts(request, metrics.slice(0, half))), ...(await askParts(request, metrics.slice(half)))];
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

function without(metrics: readonly string[], suspects: readonly string[]): string[] {
  return metrics.filter((metric) => !suspects.includes(metric));
}
