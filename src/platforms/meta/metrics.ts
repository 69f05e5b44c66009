import type { RefusedMetrics } from '../contract.js';
import { leftOpen, type Warn } from '../shared/parts.js';
import { GraphError } from './errors.js';

const INVALID_PARAMETER = 100;
/** Seen where one metric of a request fails in the platform itself, without its name. It may be had tomorrow. */
const FATAL = -1;

export interface TolerantRequest<T> {
  /** Names the API and the kind of request, for the memory of what it refuses. */
  readonly api: string;
  readonly metrics: readonly string[];
  readonly refused: RefusedMetrics;
  /** The words in which the API refuses a request for the name of a metric. */
  readonly refusal: RegExp;
  /** True where a refusal of all these metrics is a failure: it is the account's then, and not held against the metrics. */
  readonly required: boolean;
  readonly ask: (metrics: readonly string[]) => Promise<T>;
  readonly warn: Warn;
}

/**
 * Asks for metrics in one request. The Graph API refuses the whole of it for one retired name: then it asks again without that one,
 * or, where the API does not say which it is (Facebook), for each half apart. An account that refuses all of them without naming
 * one is in trouble of its own: its refusal is thrown, and not held against the metrics either.
 */
export async function askTolerantly<T>(request: TolerantRequest<T>): Promise<T[]> {
  const named = new Map<string, GraphError>();
  const suspects = new Map<string, GraphError>();
  const wanted = request.metrics.filter((metric) => !request.refused.has(request.api, metric));
  const answers = await askParts(request, wanted, { named, suspects });
  const [first] = suspects.values();
  if (answers.length === 0 && first) throw first;
  if (answers.length === 0 && request.required) return answers;
  for (const [metric, error] of [...named, ...suspects]) {
    if (error.code === FATAL) leftOpen(error, `${request.api}: ${metric}`, request.warn);
    else request.refused.add(request.api, metric, error.apiMessage);
  }
  return answers;
}

interface Refusals {
  /** Metrics that the API refused by their names. */
  readonly named: Map<string, GraphError>;
  /** Metrics that were refused when asked for alone. */
  readonly suspects: Map<string, GraphError>;
}

async function askParts<T>(request: TolerantRequest<T>, metrics: readonly string[], refusals: Refusals): Promise<T[]> {
  if (metrics.length === 0) return [];
  try {
    const answer = await request.ask(metrics);
    request.refused.accept(request.api, metrics);
    return [answer];
  } catch (error) {
    if (!(error instanceof GraphError) || !mayLieInMetric(error, request.refusal)) throw error;
    const named = namedIn(error, metrics);
    for (const metric of named) refusals.named.set(metric, error);
    if (named.length > 0) {
      return askParts(
        request,
        metrics.filter((metric) => !named.includes(metric)),
        refusals,
      );
    }
    const [only] = metrics;
    if (metrics.length === 1 && only !== undefined) {
      refusals.suspects.set(only, error);
      return [];
    }
    const half = Math.ceil(metrics.length / 2);
    const left = await askParts(request, metrics.slice(0, half), refusals);
    // One metric fails one half. Where several fail alone, it is not for a metric.
    if (error.code === FATAL && left.length === 0 && half > 1) throw error;
    return [...left, ...(await askParts(request, metrics.slice(half), refusals))];
  }
}

function mayLieInMetric({ code, apiMessage }: GraphError, refusal: RegExp): boolean {
  return code === FATAL || (code === INVALID_PARAMETER && refusal.test(apiMessage));
}

/** The metrics that an error names as the culprits: by their absence from the list of valid ones, by position, or by name. */
function namedIn({ apiMessage }: GraphError, metrics: readonly string[]): string[] {
  const listed = /metric\[(\d+)\] must be one of the following values: ([\w,\s]+)/.exec(apiMessage);
  if (listed) {
    const valid = listed[2]?.split(/[,\s]+/) ?? [];
    const unlisted = metrics.filter((metric) => !valid.includes(metric));
    return unlisted.length > 0 ? unlisted : metrics.slice(Number(listed[1])).slice(0, 1);
  }
  const breakdown = /Incompatible breakdowns \(.*?\) for metric \((\w+)\)/.exec(apiMessage);
  const retired = /the (\w+) metric is no longer supported/.exec(apiMessage);
  return metrics.filter((metric) => metric === breakdown?.[1] || metric === retired?.[1]);
}
