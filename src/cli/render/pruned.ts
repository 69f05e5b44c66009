import type { PruneCounts, PruneRequest } from '../../store/store.js';
import { count } from './text.js';

export interface Pruned extends PruneRequest {
  readonly counts: PruneCounts;
}

/** What `prune` says to people. */
export function renderPruned({ platform, before, dryRun, counts }: Pruned): string {
  const { snapshots, outcomes, days, users } = counts;
  if (snapshots + outcomes === 0) return `nothing of ${platform} is from before ${before}\n`;
  const what = `${count(snapshots, 'snapshot')} of ${count(days, 'day')} and ${count(users, 'user')}, and ${count(outcomes, 'outcome')}`;
  const where = `of ${platform} from before ${before}`;
  return dryRun ? `would delete ${what}, ${where}; --yes deletes\n` : `deleted ${what}, ${where}\n`;
}

/** What `prune --json` prints. */
export function prunedJson({ platform, before, dryRun, counts }: Pruned) {
  return { platform, before, dry_run: dryRun, ...counts };
}
