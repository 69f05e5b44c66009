import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../clock.js';
import { CollectError, type ErrorCode } from '../errors.js';

const PATIENCE_MS = 60_000;
/** Of a run that was asked to stop. */
const LAST_PATIENCE_MS = 2_000;
const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** What may pass by itself. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'store_unreachable',
  'store_slow',
  'store_conflict',
  'store_exhausted',
  'host_exhausted',
]);

/** How to wait for a database. */
export interface Patience {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** Aborted to wait no longer. */
  readonly signal: AbortSignal;
  /** Called once for each time that the database is waited for, with the reason. Not for conflicts, which are over at once. */
  readonly onWait: (reason: CollectError) => void;
}

const current = new AsyncLocalStorage<(Patience & { isTold: boolean }) | null>();

/** During `work`, and whatever it starts, calls of all stores are patient. */
export function withPatience<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  return current.run({ ...patience, isTold: false }, work);
}

export function withoutPatience<T>(work: () => Promise<T>): Promise<T> {
  return current.run(null, work);
}

/**
 * Makes a call and, within `withPatience`, repeats it for up to a minute while it fails for a reason that may pass. When an answer is
 * lost, the call may already have been executed.
 */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  const patience = current.getStore();
  if (!patience) return call();
  const { clock, signal, onWait } = patience;
  let waited = 0;
  for (let next = SHORTEST_PAUSE_MS; ; next = Math.min(next * 2, LONGEST_PAUSE_MS)) {
    const calledAt = clock.monotonic();
    try {
      const answer = await call();
      if (waited > 0) patience.isTold = false;
      return answer;
    } catch (error) {
      if (!(error instanceof CollectError && PASSING.has(error.code))) throw error;
      // Time spent on a database that does not answer counts as well.
      waited += clock.monotonic() - calledAt;
      if (waited >= (signal.aborted ? LAST_PATIENCE_MS : PATIENCE_MS)) throw error;
      if (!patience.isTold && error.code !== 'store_conflict') {
        patience.isTold = true;
        onWait(error);
      }
      // An aborted signal ends the pause.
      await clock.sleep(next, signal).catch(() => undefined);
      waited += next;
    }
  }
}
