import { MINUTE_MS } from '../clock.js';
import { type RunMetrics, renderMetrics } from '../report/prometheus.js';
import type { RunRow, Store } from '../store/store.js';

/** As long as a lease is valid without a heartbeat. */
const LEASE_MS = 2 * MINUTE_MS;

/** The metrics of the last run that is over, of any process, and whether one is in progress. */
export function createMetrics(lastRuns: Store['lastRuns'], now: () => Date): () => Promise<string> {
  let lastRun: RunMetrics | null = null;
  return async () => {
    const { run, fullRun, succeededAt } = await lastRuns();
    lastRun = (run && metricsOf(run)) ?? lastRun ?? (fullRun && metricsOf(fullRun));
    const isRunning = run?.status === 'running' && now().getTime() - Date.parse(run.heartbeatAt) < LEASE_MS;
    return renderMetrics({ lastRun, succeededAt: succeededAt === null ? null : new Date(succeededAt), isRunning });
  };
}

/** Null while the run is in progress. */
function metricsOf({ status, startedAt, heartbeatAt, finishedAt, summary }: RunRow): RunMetrics | null {
  if (status === 'running') return null;
  const end = new Date(finishedAt ?? heartbeatAt);
  const durationMs = end.getTime() - Date.parse(startedAt);
  return { status, finishedAt: end, durationMs, counts: summary !== null && 'days' in summary ? summary : null };
}
