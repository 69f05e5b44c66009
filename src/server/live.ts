import type { App } from '../app.js';
import type { CollectEvent, ConnectionReport } from '../report/events.js';
import { type Mark, recentRate, withMark } from '../report/remaining.js';
import type { Summary } from '../report/summary.js';

const MOST_FAILURES = 5;

/** A run of this process: its progress, or how it ended. */
export interface LiveRun {
  readonly runId: string;
  readonly scope: string;
  readonly trigger: string;
  readonly startedAt: Date;
  /** Aborted once the run has been asked to stop. */
  readonly signal: AbortSignal;
  /** Accounts with something due, and how many of them are done. */
  readonly total: number;
  done: number;
  failed: number;
  skipped: number;
  metrics: number;
  readonly platforms: Map<string, { done: number; failed: number }>;
  /** The last ones, the newest first. */
  readonly failures: ConnectionReport[];
  /** How much was done at which time, in the last minute. */
  marks: readonly Mark[];
  /** When each API that has asked for a pause may be asked again. */
  readonly pausedUntil: Map<string, Date>;
  /** Null while it is in progress; without a summary if it ended with an error. */
  end: { readonly at: Date; readonly summary: Summary | null } | null;
}

/** Follows the runs of this process, so that a page can show them. */
export interface Live {
  /** The same function, observed. */
  watch(collect: App['collect']): App['collect'];
  /** The run in progress, or the last one. */
  run(): Readonly<LiveRun> | null;
}

export function createLive(now: () => Date): Live {
  let current: LiveRun | null = null;
  return {
    run: () => current,
    watch: (collect) => async (options, onEvent) => {
      let run: LiveRun | null = null;
      const end = (summary: Summary | null) => {
        if (run !== null) run.end = { at: now(), summary };
      };
      try {
        const summary = await collect(options, (event) => {
          if (event.type === 'started') {
            run = begun(event, options, now());
            current = run;
          } else if (event.type === 'connection' && run !== null) {
            note(run, event.connection, now());
          } else if (event.type === 'api' && event.state === 'paused') {
            run?.pausedUntil.set(event.api, new Date(now().getTime() + 1000 * (event.seconds ?? 0)));
          }
          onEvent(event);
        });
        end(summary);
        return summary;
      } catch (error) {
        end(null);
        throw error;
      }
    },
  };
}

type Started = Extract<CollectEvent, { type: 'started' }>;
type Options = Parameters<App['collect']>[0];

function begun({ runId, scope, connections, idle }: Started, { trigger, signal }: Options, startedAt: Date): LiveRun {
  return {
    runId,
    scope,
    trigger,
    startedAt,
    signal,
    total: connections - idle,
    done: 0,
    failed: 0,
    skipped: 0,
    metrics: 0,
    platforms: new Map(),
    failures: [],
    marks: [{ at: startedAt.getTime(), done: 0 }],
    pausedUntil: new Map(),
    end: null,
  };
}

function note(run: LiveRun, connection: ConnectionReport, now: Date): void {
  const { platform, result, metrics } = connection;
  const hasFailed = result === 'failed';
  const counts = run.platforms.get(platform) ?? { done: 0, failed: 0 };
  run.platforms.set(platform, { done: counts.done + 1, failed: counts.failed + Number(hasFailed) });
  run.done++;
  run.failed += Number(hasFailed);
  run.skipped += Number(result === 'skipped');
  run.metrics += metrics;
  if (hasFailed) run.failures.unshift(connection);
  if (run.failures.length > MOST_FAILURES) run.failures.pop();
  run.marks = withMark(run.marks, { at: now.getTime(), done: run.done });
}

/** Accounts per second, and the time left at that pace; null while it is unknown. */
export function paceOf({ total, done, marks }: LiveRun, now: Date) {
  const perSecond = recentRate(marks, { at: now.getTime(), done });
  return perSecond === null ? null : { perSecond, leftMs: (1000 * (total - done)) / perSecond };
}
