import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, steadyClock } from '../../clock.js';
import { dateAt } from '../../collector/day.js';
import { holdLease, leaseHeld } from '../../collector/lease.js';
import { type CollectOptions, isOfAllDue } from '../../collector/options.js';
import { countNamedDays } from '../../collector/window.js';
import { CollectError, EndedElsewhere, Interrupted, leaseLost, noJobs, PlatformError } from '../../errors.js';
import { type Budget, createBudget } from '../../http/budget.js';
import type { Pace, Pacer } from '../../http/pace.js';
import { createSharedPacer, type SharedRequests, windowOf } from '../../http/shared-pace.js';
import type { OnEvent, ProgressEvent } from '../../report/events.js';
import { countsOf, type Summary } from '../../report/summary.js';
import { type Jobs, openJobs, type TakenJob } from '../../store/jobs.js';
import type { Patience } from '../../store/patience.js';
import { scopeOf } from '../../store/selection.js';
import type { SharedProgress } from '../../store/shared-runs.js';
import type { CollectingOptions } from '../collecting.js';
import type { Collector } from '../collector.js';
import { summarize } from './finish.js';
import { COUNTED_AS } from './part.js';
import { watchProgress } from './watch.js';
import { work } from './work.js';
import { createWorker } from './worker.js';

/**
 * Collects together with any number of other processes that are started with the same options: the first begins the run, the others
 * join it, and all return its summary; an interrupted one returns what it has done itself. Throws as `collect` does.
 */
export async function collectTogether(
  collector: Collector,
  options: CollectOptions,
  onEvent: OnEvent,
  patience: Patience,
): Promise<Summary> {
  const { store } = collector;
  const jobsUrl = collector.jobsUrl ?? null;
  if (jobsUrl === null) throw noJobs();
  const clock = steadyClock(collector.clock);
  const scope = scopeOf(options.selection);
  const lease = await store.shared.begin({
    scope,
    trigger: options.trigger,
    isFull: isOfAllDue(options),
    options: decisiveOf(options, collector),
    startedAt: clock.now(),
  });
  if (lease.kind === 'refused') {
    const { isShared } = await store.shared.progress(lease.by.runId);
    throw leaseHeld(scope, lease.by, isShared ? OTHER_OPTIONS : undefined);
  }
  const { runId } = lease;
  if (lease.kind === 'ended') {
    onEvent({ type: 'shared', state: 'late', runId });
    return printedBy(runId);
  }

  const { startedAt, isJoined } = lease;
  onEvent({ type: 'lease', runId, scope });
  if (isJoined) onEvent({ type: 'shared', state: 'joined', runId });
  const halt = new AbortController();
  const processId = randomUUID();
  const releaseLease = holdLease(store, runId, halt, processId);
  const run = { collector, options: sinceItBegan(), runId, clock, startedAt, onEvent, halt };
  let summary: Summary | null = null;
  let told: ProgressEvent | null = null;

  /** What is left of the run's time. */
  function sinceItBegan(): CollectOptions {
    const elapsedMs = clock.now().getTime() - startedAt.getTime();
    return { ...options, limits: { ...options.limits, maxDurationMs: options.limits.maxDurationMs - elapsedMs } };
  }

  /** As a process of this run printed it. */
  async function printedBy(id: string): Promise<Summary> {
    const { status, printed } = await store.shared.progress(id);
    if (printed !== null) return JSON.parse(printed);
    if (status === 'failed') throw new EndedElsewhere(id);
    throw leaseLost();
  }

  async function isOver(): Promise<boolean> {
    const { status, isPlanned, pieces } = await watch.read();
    if (status !== 'running') return true;
    if (isPlanned && pieces.done === pieces.total) await jobs.add([{ kind: 'finish' }]);
    return false;
  }

  function tell(progress: SharedProgress): void {
    for (const [api, { reason, message }] of Object.entries(progress.shut)) {
      worker.shut(api, new PlatformError(reason, message, 'platform'));
    }
    const { counts } = progress;
    if (counts === null) return;
    if (told === null) {
      const days = countNamedDays(options.window, startedAt);
      onEvent({ type: 'started', runId, scope, store: store.description, ...counts, days, dryRun: false, isJoined });
    }
    const { accounts: connections, workers } = progress;
    const event: ProgressEvent = { type: 'progress', runId, connections, workers };
    if (isDeepStrictEqual(event, told)) return;
    told = event;
    onEvent(event);
  }

  async function finish(): Promise<void> {
    const sum = await summarize(run);
    const hasEnded = await store.shared.finish(runId, sum.status, countsOf(sum), JSON.stringify(sum));
    // Another process may have taken this one for dead, and ended and reported the run.
    if (hasEnded) summary = sum;
  }

  /** Ends the run for all of its processes. */
  async function giveUp(error: CollectError): Promise<never> {
    await store.finishRun(runId, 'failed', { error: error.message, finished_at: clock.now().toISOString() });
    throw error;
  }

  async function handle({ job, failure }: TakenJob): Promise<void> {
    if (failure !== null && job.kind !== 'piece') return giveUp(failedForGood(job.kind, failure));
    switch (job.kind) {
      case 'plan':
        return worker.plan(job).then(watch.look, (error) => {
          if (error instanceof CollectError && error.code === 'no_connections') return giveUp(error);
          throw error;
        });
      case 'piece':
        // Processes that are stopped say nothing against the accounts.
        if (failure === INTERRUPTED) return jobs.add([{ ...job, round: job.round + 1 }]);
        return worker.collect(job, failure);
      case 'finish':
        return finish();
    }
  }

  // Of runs that this store does not know, another one may share the database of the jobs.
  async function isOfEnded(id: string): Promise<boolean> {
    const known = await store.readRun(id);
    return known !== null && known.status !== 'running';
  }

  const jobs = await openJobs(jobsUrl, runId, isOfEnded, patience).catch((error) => {
    releaseLease();
    // Nobody else may have come to it yet.
    const isRefused = error instanceof CollectError && error.code !== 'store_unreachable';
    if (isRefused && !isJoined) return giveUp(error);
    throw error;
  });
  const { maxRequests } = options.limits;
  const shared: CollectingOptions['shared'] = {
    budget: maxRequests === undefined ? undefined : sharedBudget(jobs, runId, maxRequests, clock),
    pacerOf: (api, pace) => sharedPacer(jobs, dateAt(startedAt, 'UTC'), api, pace),
    // If it cannot be told, the others find out for themselves.
    onShut: (api, error) => void store.shared.shutApi(runId, api, error).catch(() => undefined),
  };
  const worker = createWorker({ ...run, processId, shared }, jobs);
  const watch = watchProgress(() => store.shared.progress(runId), tell);
  const signal = AbortSignal.any([options.signal, halt.signal]);
  // From here on this process counts among those that work; if it fails, with the next heartbeat.
  await store.renewRun(runId, processId).catch(() => undefined);
  try {
    watch.look();
    await jobs.add([{ kind: 'plan', page: 0, pieceSize: null }]);
    await work({ jobs, clock, concurrency: options.concurrency, halt, signal, handle, isOver });
  } catch (error) {
    if (!(error instanceof CollectError && error.code === 'lease_lost')) throw error;
    halt.abort();
  } finally {
    watch.end();
    releaseLease();
    // Otherwise it is counted for half a minute.
    await store.shared.leave(runId, processId).catch(() => undefined);
    worker.close();
    await jobs.close();
  }
  if (summary !== null) return summary;
  // One that could not be reached for a while may find that the others have ended the run.
  if (halt.signal.aborted || !options.signal.aborted) {
    const printed = await printedBy(runId);
    onEvent({ type: 'shared', state: 'ended', runId });
    return printed;
  }
  onEvent({ type: 'shared', state: 'left', runId });
  return worker.ownSummary();
}

const INTERRUPTED = new Interrupted().message;
/** As long as any run. */
const RUN_SECONDS = 7 * 24 * 3_600;

function sharedBudget(jobs: Jobs, runId: string, requests: number, clock: Clock): Budget {
  return createBudget(requests, limited(jobs, `requests of ${runId}`, requests).take, (ms) => clock.sleep(ms));
}

/** Null for an API without a pace. A day's requests are those of all runs that begin on it. */
function sharedPacer(jobs: Jobs, today: string, api: string, pace: Pace): Pacer | null {
  const { perSecond, perDay } = pace;
  if (perSecond === undefined && perDay === undefined) return null;
  const window = perSecond === undefined ? null : windowOf({ ...pace, perSecond });
  return createSharedPacer(
    window && { requests: window.requests, take: jobs.share(api, window) },
    perDay === undefined ? null : limited(jobs, `${api} on ${today}`, perDay),
  );
}

function limited(jobs: Jobs, key: string, requests: number): SharedRequests {
  return { requests, take: jobs.share(key, { requests, seconds: RUN_SECONDS }) };
}

/** What decides what a run collects: processes that differ in it do not share a run. */
function decisiveOf(
  { platforms, window, backlog, refresh, adopt, limits, rates }: CollectOptions,
  { platforms: known }: Collector,
) {
  return {
    platforms: platforms ? [...platforms].sort() : null,
    // None leaves out accounts that another plans.
    known_platforms: [...known.keys()].sort(),
    window,
    backlog,
    refresh,
    adopt,
    max_requests: limits.maxRequests ?? null,
    max_duration_ms: limits.maxDurationMs,
    // Versions that count otherwise do not share a run.
    counted_as: COUNTED_AS,
    // They share the pace, too.
    rates: rates ?? {},
  };
}

const OTHER_OPTIONS =
  'Its processes were started with other flags or plugins: start this one with theirs to join them, or wait for the run to end.';

function failedForGood(kind: string, why: string): CollectError {
  return new CollectError(
    'store_failed',
    `The run ended, because a step of it failed six times (${kind}): ${why}`,
    'Run the command again; data that was already written is kept.',
  );
}
