import type { RefusedMetrics } from '../contract.js';
import { leftOpen, type Warn } from '../shared/parts.js';
import { GraphError } from './errors.js';

const INVALID_PARAMETER = 100;
/** Returned when one metric of a request fails inside the platform, without naming it. The next run may get it. */
const FATAL = -1;

export interface TolerantRequest<T> {
  /** Names the API and the kind of request: the key under which refusals are remembered. */
  readonly api: string;
  readonly metrics: readonly string[];
  readonly refused: RefusedMetrics;
  /** Matches the message with which the API refuses a request because of a metric's name. */
  readonly refusal: RegExp;
  /** Codes with which the API refuses a metric, but that stand for passing trouble as well: metrics are then asked for one by one. */
  readonly unexplained?: readonly (number | string)[];
  /** Whether a refusal of all these metrics is a failure of the account; if so, it is not remembered as one of the metrics. */
  readonly required: boolean;
  readonly ask: (metrics: readonly string[]) => Promise<T>;
  readonly warn: Warn;
}

/**
 * Asks for metrics in one request. The Graph API refuses a whole request because of one retired name: the request is then
 * repeated without that name or, if the API does not say which one it is (Facebook), in two halves. When all metrics are
 * refused and none is named, the account is at fault: its refusal is thrown, and not remembered as one of the metrics.
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
  /** Metrics that the API refused by name. */
  readonly named: Map<string, GraphError>;
  /** Metrics that were refused when requested alone. */
  readonly suspects: Map<string, GraphError>;
}

async function askParts<T>(request: TolerantRequest<T>, metrics: readonly string[], refusals: Refusals): Promise<T[]> {
  if (metrics.length === 0) return [];
  try {
    const answer = await request.ask(metrics);
    request.refused.accept(request.api, metrics);
    return [answer];
  } catch (error) {
    if (!(error instanceof GraphError) || !mayLieInMetric(error, request)) throw error;
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
    if (request.unexplained?.includes(error.code)) {
      const alone: T[] = [];
      for (const metric of metrics) alone.push(...(await askParts(request, [metric], refusals)));
      return alone;
    }
    const half = Math.ceil(metrics.length / 2);
    const left = await askParts(request, metrics.slice(0, half), refusals);
    // One bad metric fails only one half. When every metric of a half fails alone, the metrics are not the cause.
    if (error.code === FATAL && left.length === 0 && half > 1) throw error;
    return [...left, ...(await askParts(request, metrics.slice(half), refusals))];
  }
}

function mayLieInMetric(
  { code, apiMessage }: GraphError,
  { refusal, unexplained = [] }: TolerantRequest<unknown>,
): boolean {
  return code === FATAL || unexplained.includes(code) || (code === INVALID_PARAMETER && refusal.test(apiMessage));
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
