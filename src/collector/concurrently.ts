import pLimit from 'p-limit';

/** Items that are worked on next to those of other streams. */
export interface Stream<T> {
  readonly items: AsyncIterable<T>;
  readonly work: (item: T) => Promise<void>;
  /** Called when all of its work has ended. */
  readonly end?: () => void;
}

/**
 * Works on each stream's items as they arrive, on at most `concurrency` of each stream at once, and does not read ahead, so that
 * memory does not grow with the number of items. Stops reading when `stop` returns true. The first error, from work or from items,
 * is thrown once all work in progress has ended.
 */
export async function forEachConcurrently<T>(
  streams: readonly Stream<T>[],
  concurrency: number,
  stop: () => boolean,
): Promise<void> {
  const errors: unknown[] = [];
  const note = (error: unknown) => void errors.push(error);

  async function each({ items, work, end }: Stream<T>): Promise<void> {
    const limit = pLimit(concurrency);
    const running = new Set<Promise<void>>();
    try {
      for await (const item of items) {
        if (stop() || errors.length > 0) break;
        const task = limit(work, item)
          .catch(note)
          .finally(() => running.delete(task));
        running.add(task);
        if (running.size >= concurrency) await Promise.race(running);
      }
    } catch (error) {
      note(error);
    }
    await Promise.all(running);
    end?.();
  }

  await Promise.all(streams.map(each));
  if (errors.length > 0) throw errors[0];
}
