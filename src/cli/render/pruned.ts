import type { PruneCounts, PruneRequest } from '../../store/store.js';
import { count } from '../../text.js';

export interface Pruned extends PruneRequest {
  readonly counts: PruneCounts;
}

/** The text that `prune` prints. */
export function renderPruned({ platforms, before, dryRun, counts }: Pruned): string {
  const { snapshots, outcomes, days, users, partitions } = counts;
  const names = platforms.join(', ');
  if (snapshots + outcomes + partitions === 0) return `no ${names} data before ${before}\n`;
  const extent = `${count(days, 'day')}, ${count(users, 'user')}`;
  const what = `${count(snapshots, 'snapshot')} (${extent}) and ${count(outcomes, 'outcome')} of ${names} before ${before}`;
  const dropped = partitions === 0 ? '' : `, dropping ${count(partitions, 'partition')}`;
  return dryRun ? `would delete ${what}${dropped}; add --yes to delete them\n` : `deleted ${what}${dropped}\n`;
}

/** The document that `prune --json` prints. */
export function prunedJson({ platforms, before, dryRun, counts }: Pruned) {
  const [platform] = platforms;
  return { platform: platforms.length === 1 ? platform : null, platforms, before, dry_run: dryRun, ...counts };
}
