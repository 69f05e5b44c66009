export interface UserCounts {
  /** Adds one of a user's accounts; `accounts` is how many of theirs were to be collected when this one was read. */
  add(userId: string, accounts: number, hasFailed: boolean): void;
  /** Of all users, and of those with an account that failed. */
  counts(): { readonly total: number; readonly failed: number };
}

/** Counts users by their accounts. Remembers only those users of whom it expects further accounts, which are read close together. */
export function createUserCounts(): UserCounts {
  let total = 0;
  let failed = 0;
  const expected = new Map<string, { accounts: number; hasFailed: boolean }>();
  return {
    add(userId, accounts, hasFailed) {
      const user = expected.get(userId) ?? { accounts, hasFailed: false };
      const after = { accounts: user.accounts - 1, hasFailed: user.hasFailed || hasFailed };
      if (after.accounts > 0) {
        expected.set(userId, after);
        return;
      }
      expected.delete(userId);
      total++;
      if (after.hasFailed) failed++;
    },
    counts() {
      const failing = [...expected.values()].filter(({ hasFailed }) => hasFailed).length;
      return { total: total + expected.size, failed: failed + failing };
    },
  };
}
