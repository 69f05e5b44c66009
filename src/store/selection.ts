/** Whose accounts a run collects. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'user'; readonly userId: string }
  /** One of `count` parts of the users, from 1 on: each user is whole in one of them, and always in the same one. */
  | { readonly kind: 'shard'; readonly index: number; readonly count: number };

export const ALL: Selection = { kind: 'all' };

/** The one user selected; null where there are more. */
export function userOf(selection: Selection): string | null {
  return selection.kind === 'user' ? selection.userId : null;
}

/** The name of the lease that a run of them takes. */
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
