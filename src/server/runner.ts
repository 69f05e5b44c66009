import { setTimeout as sleep } from 'node:timers/promises';
import type { Alerts } from '../alerts/alerts.js';
import { type AllowedFailures, exitCodeOf } from '../alerts/exit-code.js';
import type { App } from '../app.js';
import { type CollectOptions, DEFAULTS, isOfEverything } from '../collector/options.js';
import { CollectError, LeaseHeld } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { redact } from '../http/redact.js';
import type { OnEvent } from '../report/events.js';
import type { Summary } from '../report/summary.js';
import { formatNumber, oneLine } from '../text.js';

/** Less than the time that a supervisor waits after SIGTERM: Docker ten seconds, Kubernetes thirty. */
const FINISHING_MS = 5_000;

export type RunRequest = Pick<CollectOptions, 'selection' | 'platforms' | 'window' | 'trigger'>;

/** Runs one at a time. */
export interface Runner {
  /**
   * Starts a run and returns its id once it has its lease. Throws `LeaseHeld` while another run is in progress, otherwise what the run
   * threw before it had its lease; only later failures are logged here.
   */
  start(request: RunRequest): Promise<string>;
  /** Accepts no more runs, and lets the one in progress finish or stops it gracefully. */
  stop(): Promise<void>;
}

export interface RunnerOptions {
  readonly collect: App['collect'];
  readonly alerts: Alerts;
  readonly allowedFailures: AllowedFailures;
  /** See `CollectOptions`. */
  readonly allowEmpty?: boolean;
  readonly onEvent: OnEvent;
  readonly log: (message: string) => void;
}

interface Run {
  readonly startedAt: Date;
  /** Rejected when the run ended before it had its lease. */
  readonly id: Promise<string>;
  readonly stop: AbortController;
}

export function createRunner({
  collect,
  alerts,
  allowedFailures,
  allowEmpty = false,
  onEvent,
  log,
}: RunnerOptions): Runner {
  let current: Run | null = null;
  let stopping = false;
  /** Everything in progress: the run, and the alerts about it and about the previous run. */
  const pending = new Set<Promise<void>>();
  const tellingOf = (request: RunRequest) => alerts.ofRun({ countsForHealthcheck: isOfEverything(request) });

  function track(work: Promise<void>): void {
    const ended = work.finally(() => pending.delete(ended));
    pending.add(ended);
  }

  function begin(request: RunRequest): Run {
    const stop = new AbortController();
    const telling = tellingOf(request);
    let hasStarted = false;
    const id = new Promise<string>((resolve, reject) => {
      const options = {
        ...DEFAULTS,
        ...request,
        allowEmpty,
        signal: stop.signal,
      };
      const onEach: OnEvent = (event) => {
        if (event.type === 'started') {
          hasStarted = true;
          log(`run ${event.runId} started by ${request.trigger}`);
          resolve(event.runId);
        }
        telling.onEvent(event);
        onEvent(event);
      };
      // Called inside a promise, so that this run handles whatever it throws, synchronously or later.
      const ended = Promise.resolve()
        .then(() => collect(options, onEach))
        .then(
          (summary) => {
            current = null;
            log(describeEnd(summary));
            return telling.ended(summary, exitCodeOf(summary, allowedFailures, EXIT.terminated));
          },
          (error) => {
            current = null;
            reject(error);
            if (hasStarted) log(`a run started by ${request.trigger} failed: ${errorLine(error)}`);
            return telling.crashed(error);
          },
        );
      track(ended);
    });
    return { startedAt: new Date(), id, stop };
  }

  return {
    async start(request) {
      for (let running = current; running !== null; running = current) {
        const runId = await running.id.catch(() => null);
        if (runId !== null && running === current) {
          const error = atWork(runId, running.startedAt);
          track(tellingOf(request).crashed(error));
          throw error;
        }
      }
      if (stopping) throw new CollectError('stopping', 'The server is stopping.', 'Try again once it is back.');
      current = begin(request);
      return current.id;
    },
    async stop() {
      stopping = true;
      await Promise.race([Promise.all(pending), sleep(FINISHING_MS, undefined, { ref: false })]);
      current?.stop.abort();
      await Promise.all(pending);
    },
  };
}

function atWork(runId: string, startedAt: Date): LeaseHeld {
  return new LeaseHeld(runId, startedAt, `Run ${runId} is already running in this process.`, 'Wait for it to end.');
}

function describeEnd({ run_id, status, connections, metrics, duration_ms }: Summary): string {
  const { total, succeeded, failed } = connections;
  const counts = `${formatNumber(succeeded)} of ${formatNumber(total)} connections ok, ${formatNumber(failed)} failed, ${formatNumber(metrics.inserted)} metrics inserted`;
  return `run ${run_id} ${status}: ${counts}, in ${(duration_ms / 1000).toFixed(1)} s`;
}

/** A failure as one line for the log. */
export function errorLine(error: unknown): string {
  return error instanceof CollectError
    ? `${error.message} ${error.fix} [${error.code}]`
    : `Unexpected error: ${oneLine(redact(String(error)))}`;
}
