import type { StoredValue, ValuesAccount } from '../../src/store/values.js';

const ACCOUNT: ValuesAccount = {
  id: 1,
  userId: 'user',
  platform: 'instagram',
  accountId: 'account',
  accountName: 'An account',
  isPrimary: true,
};

type Differing = Partial<Omit<StoredValue, 'account' | 'value'>> & { readonly account?: Partial<ValuesAccount> };

export function storedValue({ account, ...differing }: Differing = {}): StoredValue {
  const exactValue = differing.exactValue ?? '1';
  return {
    account: { ...ACCOUNT, ...account },
    date: '2026-11-20',
    metric: 'reach',
    exactValue,
    value: Number(exactValue),
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
