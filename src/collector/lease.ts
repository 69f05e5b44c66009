import type { Store } from '../store/store.js';
import type { CollectOptions } from './options.js';

/** The name of the lease that a run takes. */
export function scopeOf({ userId, shard }: Pick<CollectOptions, 'userId' | 'shard'>): string {
  if (userId !== undefined) return `user:${userId}`;
  return shard === undefined ? 'all' : `shard:${shard.index}/${shard.count}`;
}

/** A lease that is lost stops the run; a heartbeat that did not get through is tried again at the next beat. */
export async function renewLease(store: Store, runId: string, halt: AbortController): Promise<void> {
  const held = await store.renewRun(runId).catch(() => true);
  if (!held) halt.abort();
}
