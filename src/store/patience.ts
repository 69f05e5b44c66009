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

/** Makes a call, and repeats it if that may help. When an answer is lost, the call may already have been executed. */
export type Patiently = <T>(call: () => Promise<T>) => Promise<T>;

/** Repeats a call for up to a minute while it fails for a reason that may pass. */
export function createPatience({ clock, signal, onWait }: Patience): Patiently {
  let isTold = false;

  return async (call) => {
    let waited = 0;
    let waitedAtStop: number | null = null;
    let isRepeated = false;
    for (let next = SHORTEST_PAUSE_MS; ; next = Math.min(next * 2, LONGEST_PAUSE_MS)) {
      const calledAt = clock.monotonic();
      try {
        const answer = await call();
        if (waited > 0) isTold = false;
        return answer;
      } catch (error) {
        if (!(error instanceof CollectError && PASSING.has(error.code))) throw error;
        // Time spent on a database that does not answer counts as well.
        waited += clock.monotonic() - calledAt;
        if (signal.aborted) waitedAtStop ??= waited;
        const isOver = waitedAtStop === null ? waited >= PATIENCE_MS : waited - waitedAtStop >= LAST_PATIENCE_MS;
        // An answer that was waited for in vain may take all the time.
        if (isOver && (isRepeated || signal.aborted)) throw error;
        isRepeated = true;
        if (!isTold && error.code !== 'store_conflict') {
          isTold = true;
          onWait(error);
        }
        if (waitedAtStop === null) {
          // The signal ends the pause.
          await clock.sleep(next, signal).then(
            () => {
              waited += next;
            },
            () => undefined,
          );
        } else {
          const pause = Math.min(next, LAST_PATIENCE_MS);
          await clock.sleep(pause);
          waited += pause;
        }
      }
    }
  };
}
