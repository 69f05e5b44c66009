import pLimit from 'p-limit';

/**
 * Calls `work` for each item as it arrives, at most `concurrency` at once, and does not read ahead, so that memory does not grow
 * with the number of items. Stops reading when `stop` returns true. The first error, from the work or from the items, is thrown
 * once all work in progress has ended.
 */
export async function forEachConcurrently<T>(
  items: AsyncIterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
  stop: () => boolean,
): Promise<void> {
  const limit = pLimit(concurrency);
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];
  try {
    for await (const item of items) {
      if (stop() || errors.length > 0) break;
      const task = limit(work, item)
        .catch((error: unknown) => void errors.push(error))
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= concurrency) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (errors.length > 0) throw errors[0];
}
