import type { AccountRow, LedgerEntry, OutcomeState, StoredAccount } from '../../src/store/accounts.js';

/** An account that a run reads for the first time. */
export function storedAccount(differing: Partial<StoredAccount> = {}): StoredAccount {
  return {
    id: 1,
    userId: 'u1',
    platform: 'any',
    accountId: '1',
    accountName: null,
    connections: [{ id: 'c1', accessToken: 'EAAtoken', refreshToken: null, tokenExpiresAt: null }],
    failingSince: null,
    failingRuns: 0,
    userAccounts: 1,
    firstDay: null,
    doneTo: null,
    closingDay: null,
    metrics: {},
    access: null,
    ledger: [],
    ...differing,
  };
}

/** An account after a run in which nothing failed. */
export function accountRow(differing: Partial<AccountRow> = {}): AccountRow {
  return {
    id: 1,
    connectionId: 'c1',
    reason: null,
    message: null,
    reached: true,
    doneTo: null,
    doneToBefore: null,
    closingDay: null,
    metrics: {},
    daysLost: 0,
    closedTo: null,
    dueAt: null,
    access: null,
    ...differing,
  };
}

export function ledgerEntry(date: string, state: OutcomeState, differing: Partial<LedgerEntry> = {}): LedgerEntry {
  return { date, state, missing: [], figures: 'values', doubt: null, isGone: false, ...differing };
}
