import { expectKnownUser } from '../collector/connections.js';
import { leaseHeld } from '../collector/lease.js';
import { type CollectOptions, isOfAllDue } from '../collector/options.js';
import { CollectError } from '../errors.js';
import type { OnEvent } from '../report/events.js';
import { countsOf, type Summary } from '../report/summary.js';
import { scopeOf, userOf } from '../store/selection.js';
import type { Collector } from './collector.js';
import { planRun } from './plan-run.js';
import { run } from './run.js';

/**
 * Collects once, under the lease of the selected scope, and records the result; in a dry run, only plans. Throws `CollectError`
 * when a run is not possible (`lease_held`, `schema_missing`, `no_connections`, `usage` for an unknown user, …), when the host's
 * clock turns out to be wrong (`clock_skew`), or when the store fails during a run. Waits up to a minute for a database that does
 * not answer, and reports it as a warning.
 */
export async function collect(impatient: Collector, options: CollectOptions, onEvent: OnEvent): Promise<Summary> {
  const onWait = ({ code, message }: CollectError) => {
    onEvent({ type: 'waiting', code, message });
    onEvent({ type: 'warning', message: `waiting for the database, up to a minute: ${message}` });
  };
  const patience = { clock: impatient.clock, signal: options.signal, onWait };
  const store = impatient.store.patient(patience);
  const collector = { ...impatient, store };
  await store.check();
  const userId = userOf(options.selection);
  if (userId !== null) await expectKnownUser(store, userId);
  if (options.dryRun) return planRun(collector, options, onEvent);
  if (options.distributed) {
    const { collectTogether } = await import('./shared/collect.js');
    return collectTogether(collector, options, onEvent, patience);
  }

  const scope = scopeOf(options.selection);
  const lease = await store.beginRun({ scope, trigger: options.trigger, isFull: isOfAllDue(options) });
  if (!lease.held) throw leaseHeld(scope, lease.by);
  onEvent({ type: 'lease', runId: lease.runId, scope });
  try {
    const summary = await run(collector, options, onEvent, lease.runId);
    await store.finishRun(lease.runId, summary.status, countsOf(summary));
    return summary;
  } catch (error) {
    const { code, message } = error instanceof CollectError ? error : { code: null, message: 'unexpected error' };
    // An unreachable database has been waited for; the lease expires by itself.
    if (code !== 'store_unreachable') {
      const summary = { error: message, finished_at: collector.clock.now().toISOString() };
      await impatient.store.finishRun(lease.runId, 'failed', summary).catch(() => undefined);
    }
    throw error;
  }
}
