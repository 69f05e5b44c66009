import type { CollectEvent, ConnectionReport } from '../../report/events.js';
import { MOST_FAILURES } from '../../report/parts.js';
import type { JsonLog } from '../json-log.js';
import { PROGRESS_EVERY_MS } from './plain.js';
import { advance, advanceDays, follow, type Progress, progressCounts, startProgress } from './progress.js';
import { type Reporter, STOPPING } from './reporter.js';

interface Options {
  readonly log: JsonLog;
  /** Whether to log every connection; otherwise the first 1,000 that failed. */
  readonly verbose: boolean;
  /** Milliseconds on a monotonic clock. */
  readonly elapsed?: () => number;
}

/** Events for programs, under the names that `--json` has. */
export function createJsonReporter({ log, verbose, elapsed = () => performance.now() }: Options): Reporter {
  let startedAt = elapsed();
  let progress: Progress = startProgress(0, null, startedAt);
  let saidAt = startedAt;
  let failures = 0;

  function advanceTo(next: Progress): void {
    progress = next;
    if (elapsed() - saidAt < PROGRESS_EVERY_MS) return;
    saidAt = elapsed();
    const elapsedMs = Math.round(elapsed() - startedAt);
    log.event('progress', { ...progressCounts(progress), elapsed_ms: elapsedMs });
  }

  return {
    onEvent(event) {
      switch (event.type) {
        case 'started':
          log.event('started', started(event));
          startedAt = elapsed();
          progress = startProgress(event.connections - event.idle, event.days, startedAt);
          saidAt = startedAt;
          break;
        case 'connection':
          if (verbose || (event.connection.result === 'failed' && failures++ < MOST_FAILURES)) {
            log.event('connection', connection(event.connection));
          }
          advanceTo(advance(progress, event.connection, elapsed()));
          break;
        case 'progress':
          advanceTo(follow(progress, event, elapsed()));
          break;
        case 'days':
          advanceTo(advanceDays(progress, event.connectionId, event.days, elapsed()));
          break;
        case 'phase': {
          const { phase, startedAt, finishedAt, busyMs } = event;
          log.event('phase', { phase, started_at: startedAt, finished_at: finishedAt, busy_ms: busyMs });
          break;
        }
        case 'lease':
          log.event('lease', { run_id: event.runId, scope: event.scope });
          break;
        case 'shared':
          log.event('shared', { state: event.state, run_id: event.runId });
          break;
        default: {
          const { type, ...fields } = event;
          log.event(type, fields);
        }
      }
    },
    notice: (message) => log.event('notice', { message }),
    stopping: () => log.event('stopping', { message: STOPPING }),
    end() {},
  };
}

function started({ runId, scope, store, connections, idle, days, dryRun }: Extract<CollectEvent, { type: 'started' }>) {
  return { run_id: runId, scope, store, connections, idle, days, dry_run: dryRun };
}

function connection(report: ConnectionReport) {
  const { userId, platform, accountId, connectionId, result, reason, message, days, metrics } = report;
  return {
    user_id: userId,
    platform,
    account_id: accountId,
    connection_id: connectionId,
    result,
    reason,
    message,
    days,
    metrics,
  };
}
