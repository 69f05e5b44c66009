import { isSkipReason } from '../errors.js';
import type { RunCounts } from '../store/run-summary.js';

/** In Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const STATUSES = ['completed', 'partial', 'failed', 'interrupted', 'abandoned'] as const;

/** How a run ended. */
export interface RunMetrics {
  readonly status: (typeof STATUSES)[number];
  readonly finishedAt: Date;
  readonly durationMs: number;
  /** Null if the run ended with an error. */
  readonly counts: Omit<RunCounts, 'run_id'> | null;
}

export interface Metrics {
  readonly lastRun: RunMetrics | null;
  /** When the last run that ended as completed or partial began. */
  readonly succeededAt: Date | null;
  /** Undefined where that is not known. */
  readonly isRunning?: boolean;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const PREFIX = 'analytics_collect_';
const SUCCESS = `${PREFIX}last_success_timestamp_seconds`;

/** Labels are platforms, reasons and outcomes only, so that the number of series does not grow with that of accounts. */
export function renderMetrics({ lastRun, succeededAt, isRunning }: Metrics): string {
  const metrics = [
    ...(isRunning === undefined ? [] : [gauge('running', 'Whether a run is in progress.', one(Number(isRunning)))]),
    ...(succeededAt === null ? [] : [success(succeededAt)]),
    ...(lastRun === null ? [] : runMetrics(lastRun)),
  ];
  return metrics.join('');
}

/** The time of the last success in a text that `renderMetrics` made. */
export function succeededAtIn(text: string): Date | null {
  const [, seconds] = new RegExp(`^${SUCCESS} (\\d+(?:\\.\\d+)?)$`, 'm').exec(text) ?? [];
  return seconds === undefined ? null : new Date(Number(seconds) * 1_000);
}

function success(at: Date): string {
  const help = 'When the last run that ended as completed or partial began, in seconds since 1970.';
  return gauge('last_success_timestamp_seconds', help, one(seconds(at)));
}

function runMetrics({ status, finishedAt, durationMs, counts }: RunMetrics): string[] {
  const statuses = STATUSES.map((each): Sample => [{ status: each }, Number(each === status)]);
  return [
    gauge('last_run_timestamp_seconds', 'When the last run ended, in seconds since 1970.', one(seconds(finishedAt))),
    gauge('last_run_duration_seconds', 'How long the last run took.', one(durationMs / 1_000)),
    gauge('last_run_status', 'How the last run ended: 1 for its status, 0 for the others.', statuses),
    ...(counts === null ? [] : countMetrics(counts)),
  ];
}

function countMetrics({ days, platforms, requests, metrics }: NonNullable<RunMetrics['counts']>): string[] {
  const { planned, ...outcomes } = days;
  const named = Object.entries(platforms);
  const connections = named.flatMap(([platform, counts]) =>
    (['succeeded', 'failed', 'skipped'] as const).map((result): Sample => [{ platform, result }, counts[result]]),
  );
  const failing = named.flatMap(([platform, { reasons }]) =>
    Object.entries(reasons)
      .filter(([reason]) => !isSkipReason(reason))
      .map(([reason, accounts]): Sample => [{ platform, reason }, accounts]),
  );
  return [
    gauge('last_run_days', 'Planned days of the last run by outcome.', samples('outcome', outcomes)),
    gauge('last_run_connections', 'Connections of the last run by platform and result.', connections),
    gauge('last_run_failing_accounts', 'Accounts that failed in the last run by platform and reason.', failing),
    gauge('last_run_requests', 'Requests that the last run sent, including retries.', one(requests.total)),
    gauge('last_run_retried_requests', 'Requests of the last run that were retries.', one(requests.retried)),
    gauge('last_run_rows', "Values of the last run by change; foreign: not written because of another writer's row.", [
      ...samples('change', metrics),
    ]),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${PREFIX}${name}${labelsText(labels)} ${value}`);
  return [`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} gauge`, ...lines, ''].join('\n');
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function samples(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, count]) => [{ [label]: name }, count]);
}

function one(value: number): Sample[] {
  return [[{}, value]];
}

function seconds(at: Date): number {
  return at.getTime() / 1_000;
}
