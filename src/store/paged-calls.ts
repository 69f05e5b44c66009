import type { z } from 'zod';
import { connectionListAnswer } from './account-answers.js';
import { oldAnswer, prunedAnswer } from './answers.js';
import type { Ask } from './function-call.js';
import type { ConnectionSummary, PruneCounts, PruneRequest } from './store.js';

/** A page reads the keys of all connections after it, too: fewer pages are quicker, but each must end within a statement timeout. */
const LISTED_PAGE_SIZE = 50_000;
/** How many rows of a table one call deletes: this takes a second or two. */
const PRUNED_PAGE_SIZE = 50_000;

/** Implements `Store.listConnections`. */
export async function listConnections(ask: Ask): Promise<ConnectionSummary[]> {
  const pages: ConnectionSummary[][] = [];
  let afterKey: string | null = null;
  do {
    const args = { after_key: afterKey, page_size: LISTED_PAGE_SIZE };
    const page: z.output<typeof connectionListAnswer> = await ask(
      connectionListAnswer,
      'list_collection_connections',
      args,
    );
    pages.push(page.connections);
    afterKey = page.next_key;
  } while (afterKey !== null);
  return pages.flat();
}

/** Implements `Store.prune`. If it is interrupted, another call deletes the rest. */
export async function prune(ask: Ask, { platforms, before, dryRun }: PruneRequest): Promise<PruneCounts> {
  const old = { for_platforms: platforms, before };
  const counts = await ask(oldAnswer, 'count_old_collection', old);
  const page = { ...old, page_size: PRUNED_PAGE_SIZE };
  for (let isLeft = !dryRun; isLeft; ) {
    isLeft = (await ask(prunedAnswer, 'prune_collection', page)).deleted > 0;
  }
  return counts;
}
