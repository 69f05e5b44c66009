import type { CollectOptions } from '../collector/options.js';
import { planAccount } from '../collector/plan.js';
import type { Platform } from '../platforms/contract.js';
import type { OnEvent } from '../report/events.js';
import { outOfReachWarning } from '../report/messages.js';
import type { Summary } from '../report/summary.js';
import { createTelling } from '../report/telling.js';
import { NOTHING_RECORDED } from '../store/accounts.js';
import { scopeOf } from '../store/selection.js';
import { readAccounts } from './accounts.js';
import type { Collector } from './collector.js';

/** Reports what a run would collect. Sends no requests, writes nothing, and takes no lease. */
export async function planRun(collector: Collector, options: CollectOptions, onEvent: OnEvent): Promise<Summary> {
  const { store, clock, secrets } = collector;
  const startedAt = clock.now();
  const begunAt = clock.monotonic();
  const runId = 'dry-run';
  const telling = createTelling({ onEvent, window: options.window, startedAt, secrets });
  for (const warning of store.warnings) telling.warn(warning);
  const tooOld = new Map<Platform, number>();
  for (const { platform, accounts } of await readAccounts({ collector, options, startedAt, runId, telling, onEvent })) {
    for await (const account of accounts) {
      if (options.signal.aborted) break;
      telling.platform(platform);
      const planned = planAccount(account, platform, options, clock.now());
      if (planned.tooOld.length > 0) tooOld.set(platform, (tooOld.get(platform) ?? 0) + planned.tooOld.length);
      telling.account(account, planned, null);
    }
  }
  for (const [platform, days] of tooOld) telling.warn(outOfReachWarning(platform, days));
  return telling.tally.summary({
    runId,
    scope: scopeOf(options.selection),
    dryRun: true,
    startedAt,
    finishedAt: clock.now(),
    durationMs: clock.monotonic() - begunAt,
    interrupted: options.signal.aborted,
    metrics: NOTHING_RECORDED,
    requests: { total: 0, retried: 0 },
    backfill: {},
  });
}
