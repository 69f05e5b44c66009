/** Whose accounts a run collects. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'user'; readonly userId: string }
  /** One of `count` shards of the users, counted from 1. Each user belongs to exactly one shard, always the same. */
  | { readonly kind: 'shard'; readonly index: number; readonly count: number };

export const ALL: Selection = { kind: 'all' };

/** The one user selected; null for a selection of several users. */
export function userOf(selection: Selection): string | null {
  return selection.kind === 'user' ? selection.userId : null;
}

/** The scope of the lease that a run with this selection takes. */
export function scopeOf(selection: Selection): string {
  switch (selection.kind) {
    case 'all':
      return 'all';
    case 'user':
      return `user:${selection.userId}`;
    case 'shard':
      return `shard:${selection.index}/${selection.count}`;
  }
}
