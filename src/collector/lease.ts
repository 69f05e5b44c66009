import { type CollectError, LeaseHeld } from '../errors.js';
import type { Lease, Store } from '../store/store.js';

const HEARTBEAT_MS = 30_000;
/** Of a process that shares a run: after three times as long it is not counted among those that work. */
const PROCESS_HEARTBEAT_MS = 10_000;

/**
 * Renews a run's lease until the returned function is called. Losing the lease aborts `halt`. `process`: as in `Store.renewRun`.
 */
export function holdLease(
  store: Pick<Store, 'renewRun'>,
  runId: string,
  halt: AbortController,
  process?: string,
): () => void {
  const heartbeat = setInterval(
    async () => {
      // A failed heartbeat is retried at the next one.
      const isHeld = await store.renewRun(runId, process).catch(() => true);
      if (!isHeld) halt.abort();
    },
    process === undefined ? HEARTBEAT_MS : PROCESS_HEARTBEAT_MS,
  );
  return () => clearInterval(heartbeat);
}

const WAIT = 'Wait for it to end; if it was killed, its lease expires 2 minutes after its last heartbeat.';

export function leaseHeld(
  scope: string,
  { runId, startedAt, heartbeatAt }: LeaseHolder,
  fix: string = WAIT,
): CollectError {
  return new LeaseHeld(
    runId,
    new Date(startedAt),
    `Run ${runId} of scope "${scope}" has been running since ${startedAt} (last heartbeat ${heartbeatAt}).`,
    fix,
  );
}

type LeaseHolder = Extract<Lease, { held: false }>['by'];
