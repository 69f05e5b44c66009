import type { App } from '../app.js';
import type { CollectEvent, ConnectionReport } from '../report/events.js';
import type { Summary } from '../report/summary.js';

const MOST_FAILURES = 5;
const SAMPLE_EVERY_MS = 1_000;
/** The pace is that of the last half minute: a run's start and its slow platforms say little about what is left. */
const MOST_SAMPLES = 30;

/** A run of this process, as far as it has come, or as it ended. */
export interface LiveRun {
  readonly runId: string;
  readonly scope: string;
  readonly trigger: string;
  readonly startedAt: Date;
  /** Aborted once the run has been asked to stop. */
  readonly signal: AbortSignal;
  /** Accounts with something due, and those of them that are done. */
  readonly total: number;
  done: number;
  failed: number;
  skipped: number;
  metrics: number;
  readonly platforms: Map<string, { done: number; failed: number }>;
  /** The last ones, the newest first. */
  readonly failures: ConnectionReport[];
  /** How many accounts were done at which time. */
  readonly samples: { readonly at: number; readonly done: number }[];
  /** Null while it goes on; without a summary if it ended with an error. */
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
    samples: [{ at: startedAt.getTime(), done: 0 }],
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
  const last = run.samples.at(-1);
  if (last !== undefined && now.getTime() - last.at < SAMPLE_EVERY_MS) return;
  run.samples.push({ at: now.getTime(), done: run.done });
  if (run.samples.length > MOST_SAMPLES) run.samples.shift();
}

/** Accounts per second, and the time left at that pace; null before the first account is done. */
export function paceOf({ total, done, samples: [first] }: LiveRun, now: Date) {
  if (done === 0 || first === undefined || done === first.done) return null;
  const perSecond = (done - first.done) / Math.max((now.getTime() - first.at) / 1000, 0.001);
  return { perSecond, leftMs: (1000 * (total - done)) / perSecond };
}
