import type { StoredValue, ValuesAccount } from '../../../src/store/values.js';

export function account(id: number, differing: Partial<ValuesAccount> = {}): ValuesAccount {
  return {
    id,
    userId: `user-${id}`,
    platform: 'instagram',
    accountId: String(id),
    accountName: `Account ${id}`,
    isPrimary: true,
    ...differing,
  };
}

export function stored(of: ValuesAccount, differing: Partial<StoredValue> = {}): StoredValue {
  return {
    account: of,
    date: '2026-11-20',
    metric: 'views',
    value: 100,
    exactValue: '100',
    unit: 'count',
    aggregate: 'sum',
    period: 'day',
    settled: true,
    aliasOf: null,
    first: null,
    revisedAt: null,
    ...differing,
  };
}
