import { setMaxListeners } from 'node:events';
import { steadyClock } from '../clock.js';
import type { RunContext } from '../collector/account.js';
import { createAnomalies } from '../collector/anomalies.js';
import { collectInChunks, joinedRecord } from '../collector/chunks.js';
import { forEachConcurrently } from '../collector/concurrently.js';
import { holdLease } from '../collector/lease.js';
import type { CollectOptions } from '../collector/options.js';
import { type AccountRecord, isNothingDone } from '../collector/outcome.js';
import { isNothingDue, planAccount } from '../collector/plan.js';
import { createRecorder } from '../collector/recorder.js';
import { createRefusals } from '../collector/refusals.js';
import { countNamedDays } from '../collector/window.js';
import { leaseLost } from '../errors.js';
import { createHttp } from '../http/client.js';
import { createClockCheck } from '../http/clock-skew.js';
import { withRate } from '../http/pace.js';
import type { Platform } from '../platforms/contract.js';
import { backfillOf } from '../report/backfill.js';
import type { OnEvent } from '../report/events.js';
import { anomalyWarning, closingWarnings } from '../report/messages.js';
import type { Summary } from '../report/summary.js';
import { createTelling } from '../report/telling.js';
import type { StoredAccount } from '../store/accounts.js';
import { scopeOf } from '../store/selection.js';
import { bounded } from '../text.js';
import { readAccounts, replacePrimaries } from './accounts.js';
import type { Collector } from './collector.js';
import { createPhases } from './phases.js';

/**
 * One run under its lease. Plans, fetches and records account by account, then does what needs all of them: doubts days and
 * summarizes. Memory does not grow with the number of accounts.
 */
export async function run(
  collector: Collector,
  options: CollectOptions,
  onEvent: OnEvent,
  runId: string,
): Promise<Summary> {
  const { store, keyring, platforms, secrets, answerTimeoutMs } = collector;
  const clock = steadyClock(collector.clock);
  const startedAt = clock.now();
  const begunAt = clock.monotonic();
  const halt = new AbortController();
  const signal = AbortSignal.any([options.signal, halt.signal]);
  // Every request that waits listens to it.
  setMaxListeners(0, signal);
  const telling = createTelling({ onEvent, window: options.window, startedAt, secrets });
  const { tally, warn } = telling;
  for (const warning of store.warnings) warn(warning);
  const anomalies = createAnomalies();
  const requests = { total: 0, retried: 0 };
  const refusals = createRefusals(warn);
  const clockCheck = createClockCheck();
  const accounts = { collector, options, startedAt, runId, telling, onEvent };
  // Nothing that depends on the clock is written before the platforms have confirmed it.
  const ready = clockCheck.confirmed.then((isRight) => (isRight ? replacePrimaries(accounts) : undefined));
  ready.catch(() => halt.abort());
  const http = createHttp({
    concurrency: options.concurrency,
    signal,
    counters: requests,
    clock,
    limits: options.limits,
    warn,
    onApiState: (state) => onEvent({ type: 'api', ...state }),
    onAnswer: clockCheck.observe,
    paceOf: (name, api) => withRate(platforms.get(name)?.pace?.[api], options.rates?.[name]),
    answerTimeoutMs,
  });
  const phases = createPhases(clock);
  const recorder = createRecorder({
    store: { record: (batch) => phases.during('record', () => store.record(batch)) },
    runId,
    now: clock.now,
    refresh: options.refresh,
    adopt: options.adopt,
    ready,
    onFull: clockCheck.release,
    onFailure: () => halt.abort(),
  });
  const context: RunContext = {
    keyring,
    http,
    warn: telling.warnOfAccount,
    now: clock.now,
    signal,
    secrets,
    refusals,
  };
  const namedDays = countNamedDays(options.window, startedAt) ?? 0;
  const releaseLease = holdLease(store, runId, halt);

  async function processAccount(account: StoredAccount, platform: Platform): Promise<void> {
    telling.platform(platform);
    const isPlanned = phases.begin('plan');
    const planned = planAccount(account, platform, options, clock.now());
    isPlanned();
    const tell = (record: AccountRecord | null) => {
      telling.account(account, planned, record);
      anomalies.add(account, record?.days ?? []);
    };
    if (isNothingDue(planned)) return tell(null);
    const written: AccountRecord[] = [];
    let hasBegun = false;
    for await (const { record, isLast } of phases.each('fetch', collectInChunks(account, platform, planned, context))) {
      if (!hasBegun && isNothingDone(record)) return tell(record);
      hasBegun = true;
      const onWritten = (chunk: AccountRecord) => {
        written.push(chunk);
        if (isLast) return tell(joinedRecord(written));
        const before = Math.max(0, namedDays - planned.due.length - planned.tooOld.length);
        const days = written.reduce((sum, { days }) => sum + days.length, before);
        onEvent({ type: 'days', connectionId: bounded(account.connections[0].id), days });
      };
      await recorder.add({ record, onWritten });
    }
  }

  async function finish(): Promise<void> {
    refusals.end();
    for (const anomaly of await anomalies.found((day) => store.countValues(runId, day))) {
      tally.doubt(await store.doubtDay(runId, anomaly));
      if (anomaly.isNew) warn(anomalyWarning(anomaly));
    }
    for (const warning of closingWarnings(tally, recorder.counts, platforms, collector.isKept ?? true)) warn(warning);
  }

  try {
    const streams = (await phases.during('sync', () => readAccounts(accounts))).map(
      ({ platform, accounts: items }) => ({
        items,
        work: (account: StoredAccount) => processAccount(account, platform),
        end: http.join(platform.name),
      }),
    );
    await forEachConcurrently(streams, options.concurrency, () => signal.aborted);
    clockCheck.release();
    await recorder.flush();
    if (halt.signal.aborted) throw leaseLost();
    await phases.during('finish', finish);
  } finally {
    releaseLease();
    http.close();
    for (const report of phases.reports()) onEvent({ type: 'phase', ...report });
  }
  return tally.summary({
    runId,
    scope: scopeOf(options.selection),
    dryRun: false,
    startedAt,
    finishedAt: clock.now(),
    durationMs: clock.monotonic() - begunAt,
    interrupted: options.signal.aborted,
    metrics: recorder.counts,
    requests,
    backfill: options.window.kind === 'lookback' ? backfillOf(tally.newAccounts, platforms, startedAt) : {},
  });
}
