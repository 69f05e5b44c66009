import { type Clock, systemClock } from '../clock.js';
import { CollectError } from '../errors.js';

const PATIENCE_MS = 60_000;
const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Retries a call for up to a minute while the database is unreachable or asks for a retry. Only for calls that may be executed
 * twice: when an answer is lost, the call may already have been executed.
 */
export async function patiently<T>(
  call: () => Promise<T>,
  clock: Pick<Clock, 'monotonic' | 'sleep'> = systemClock,
): Promise<T> {
  let waited = 0;
  for (let next = SHORTEST_PAUSE_MS; ; next = Math.min(next * 2, LONGEST_PAUSE_MS)) {
    const calledAt = clock.monotonic();
    try {
      return await call();
    } catch (error) {
      const isPassing = error instanceof CollectError && error.code === 'store_unreachable';
      // Time spent on a database that does not answer counts as well.
      waited += clock.monotonic() - calledAt;
      if (!isPassing || waited >= PATIENCE_MS) throw error;
      await clock.sleep(next);
      waited += next;
    }
  }
}
