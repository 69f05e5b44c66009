import { type Clock, systemClock } from '../clock.js';
import { CollectError } from '../errors.js';

const PATIENCE_MS = 60_000;
const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Calls again, for a minute, while the database cannot be reached or asks for another try. For calls only that may be carried
 * out twice: an answer that got lost on its way may belong to one that was.
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
      // A database that takes the call and says nothing has been waited for as well.
      waited += clock.monotonic() - calledAt;
      if (!isPassing || waited >= PATIENCE_MS) throw error;
      await clock.sleep(next);
      waited += next;
    }
  }
}
