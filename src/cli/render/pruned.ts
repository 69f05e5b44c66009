import type { PruneCounts, PruneRequest } from '../../store/store.js';
import { count } from '../../text.js';

export interface Pruned extends PruneRequest {
  readonly counts: PruneCounts;
}

/** The text that `prune` prints. */
export function renderPruned({ platform, before, dryRun, counts }: Pruned): string {
  const { snapshots, outcomes, days, users } = counts;
  if (snapshots + outcomes === 0) return `no ${platform} data before ${before}\n`;
  const extent = `${count(days, 'day')}, ${count(users, 'user')}`;
  const what = `${count(snapshots, `${platform} snapshot`)} (${extent}) and ${count(outcomes, 'outcome')} before ${before}`;
  return dryRun ? `would delete ${what}; add --yes to delete them\n` : `deleted ${what}\n`;
}

/** The document that `prune --json` prints. */
export function prunedJson({ platform, before, dryRun, counts }: Pruned) {
  return { platform, before, dry_run: dryRun, ...counts };
}
