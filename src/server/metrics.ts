import { type RunMetrics, renderMetrics } from '../report/prometheus.js';
import type { RunRow, Store } from '../store/store.js';
import { isRunning } from './is-running.js';

/** The metrics of the last run of any process that has ended, and whether one is in progress. */
export function createMetrics(lastRuns: Store['lastRuns'], now: () => Date): () => Promise<string> {
  let lastRun: RunMetrics | null = null;
  return async () => {
    const { run, fullRun, succeededAt } = await lastRuns();
    lastRun = (run && metricsOf(run)) ?? lastRun ?? (fullRun && metricsOf(fullRun));
    return renderMetrics({
      lastRun,
      succeededAt: succeededAt === null ? null : new Date(succeededAt),
      isRunning: run !== null && isRunning(run, now()),
    });
  };
}

/** Null while the run is in progress. */
function metricsOf({ status, startedAt, heartbeatAt, finishedAt, summary }: RunRow): RunMetrics | null {
  if (status === 'running') return null;
  const end = new Date(finishedAt ?? heartbeatAt);
  const durationMs = end.getTime() - Date.parse(startedAt);
  return { status, finishedAt: end, durationMs, counts: summary !== null && 'days' in summary ? summary : null };
}
