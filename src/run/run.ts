import { steadyClock } from '../clock.js';
import { createAnomalies } from '../collector/anomalies.js';
import { forEachConcurrently } from '../collector/concurrently.js';
import { holdLease } from '../collector/lease.js';
import type { CollectOptions } from '../collector/options.js';
import { leaseLost } from '../errors.js';
import { backfillOf } from '../report/backfill.js';
import type { OnEvent } from '../report/events.js';
import { anomalyWarning, closingWarnings } from '../report/messages.js';
import type { Summary } from '../report/summary.js';
import { createTelling } from '../report/telling.js';
import type { StoredAccount } from '../store/accounts.js';
import { scopeOf } from '../store/selection.js';
import { readAccounts } from './accounts.js';
import { type AccountResult, createCollecting } from './collecting.js';
import type { Collector } from './collector.js';

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
  const { store, platforms, secrets } = collector;
  const clock = steadyClock(collector.clock);
  const startedAt = clock.now();
  const begunAt = clock.monotonic();
  const halt = new AbortController();
  const telling = createTelling({ onEvent, window: options.window, startedAt, secrets });
  const { tally, warn } = telling;
  for (const warning of store.warnings) warn(warning);
  const anomalies = createAnomalies();
  const given = { collector, options, runId, clock, startedAt, telling, onEvent, halt };
  const collecting = createCollecting(given);
  const { signal, phases, refusals } = collecting;
  const { recorder, collect } = collecting.into({
    record: (call) => store.record(call),
    tell({ account, planned, record }: AccountResult) {
      telling.account(account, planned, record);
      anomalies.add(account, record?.days ?? []);
    },
    onFailure: () => halt.abort(),
  });
  const releaseLease = holdLease(store, runId, halt);

  async function finish(): Promise<void> {
    refusals.end();
    for (const anomaly of await anomalies.found((day) => store.countValues(runId, day))) {
      tally.doubt(await store.doubtDay(runId, anomaly));
      if (anomaly.isNew) warn(anomalyWarning(anomaly));
    }
    for (const warning of closingWarnings(tally, recorder.counts, platforms, collector.isKept ?? true)) warn(warning);
  }

  try {
    const streams = (await phases.during('sync', () => readAccounts(given))).map(({ platform, accounts: items }) => ({
      items,
      work: (account: StoredAccount) => collect(account, platform),
      end: collecting.join(platform.name),
    }));
    await forEachConcurrently(streams, options.concurrency, () => signal.aborted);
    collecting.release();
    await recorder.flush();
    if (halt.signal.aborted) throw leaseLost();
    await phases.during('finish', finish);
  } finally {
    releaseLease();
    collecting.close();
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
    requests: collecting.requests,
    backfill: options.window.kind === 'lookback' ? backfillOf(tally.parts.newAccounts, platforms, startedAt) : {},
  });
}
