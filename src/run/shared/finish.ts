import { createAnomalies } from '../../collector/anomalies.js';
import { addCounts } from '../../collector/recorder.js';
import { type RefusedCount, refusalWarnings, summedRefusals } from '../../collector/refusals.js';
import { backfillOf } from '../../report/backfill.js';
import { anomalyWarning, closingWarnings } from '../../report/messages.js';
import type { Summary } from '../../report/summary.js';
import { createTelling } from '../../report/telling.js';
import { NOTHING_RECORDED } from '../../store/accounts.js';
import { scopeOf } from '../../store/selection.js';
import type { CollectingOptions } from '../collecting.js';
import type { Part } from './part.js';

/** Does what needs all parts of a run: doubts days and summarizes. Memory does not grow with the number of accounts. */
export async function summarize(run: Omit<CollectingOptions, 'telling' | 'halt'>): Promise<Summary> {
  const { collector, options, runId, clock, startedAt, onEvent } = run;
  const { store, platforms, secrets, isKept = true } = collector;
  const { tally, warn } = createTelling({ onEvent, window: options.window, startedAt, secrets });
  const anomalies = createAnomalies();
  let refused: RefusedCount[] = [];
  const requests = { total: 0, retried: 0 };
  let metrics = NOTHING_RECORDED;
  for await (const page of store.shared.readCounts(runId)) {
    for (const call of page) {
      // Written by a process of this run.
      const part: Part = JSON.parse(call.counted);
      tally.merge(part.tally);
      anomalies.merge(part.anomalies);
      refused = summedRefusals([...refused, ...part.refused]);
      requests.total += part.requests.total;
      requests.retried += part.requests.retried;
      if (call.metrics !== undefined) metrics = addCounts(metrics, call.metrics);
    }
  }
  for (const warning of refusalWarnings(refused)) warn(warning);
  for (const anomaly of await anomalies.found((day) => store.countValues(runId, day))) {
    tally.doubt(await store.doubtDay(runId, anomaly));
    if (anomaly.isNew) warn(anomalyWarning(anomaly));
  }
  for (const warning of closingWarnings(tally, metrics, platforms, isKept)) warn(warning);
  const finishedAt = clock.now();
  return tally.summary({
    runId,
    scope: scopeOf(options.selection),
    dryRun: false,
    startedAt,
    finishedAt,
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    interrupted: false,
    metrics,
    requests,
    backfill: options.window.kind === 'lookback' ? backfillOf(tally.parts.newAccounts, platforms, startedAt) : {},
  });
}
