import type { ConnectionReport } from '../../report/events.js';
import type { RunCounts } from '../../store/run-summary.js';
import type { RunRow } from '../../store/store.js';
import type { LiveRun } from '../live.js';

/** A run that is over, as the page shows it. */
export interface EndedRun {
  /** `abandoned`: its process is gone. */
  readonly status: Exclude<RunRow['status'], 'running'>;
  readonly trigger: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Null if it ended with an error. */
  readonly counts: Pick<RunCounts, 'connections' | 'metrics'> | null;
  readonly error: string | null;
  readonly failures: readonly ConnectionReport[];
}

/** From the events that this process saw. */
export function endOf({ trigger, startedAt, end, failures }: Readonly<LiveRun>): EndedRun {
  const summary = end?.summary ?? null;
  return {
    status: summary?.status ?? 'failed',
    trigger,
    startedAt,
    durationMs: (end?.at ?? startedAt).getTime() - startedAt.getTime(),
    counts: summary,
    error: summary === null ? 'It ended with an error. See the log of the server.' : null,
    failures,
  };
}

/** From the stored run of any process; `failures` as far as this process knows them. */
export function endOfRow(
  { status, trigger, startedAt, heartbeatAt, finishedAt, summary }: RunRow,
  failures: readonly ConnectionReport[],
): EndedRun {
  return {
    status: status === 'running' ? 'abandoned' : status,
    trigger,
    startedAt: new Date(startedAt),
    durationMs: Date.parse(finishedAt ?? heartbeatAt) - Date.parse(startedAt),
    counts: summary !== null && 'connections' in summary ? summary : null,
    error: summary !== null && 'error' in summary ? summary.error : null,
    failures,
  };
}
