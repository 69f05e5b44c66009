import type { StoredValue, ValuesAccount } from '../../../src/store/values.js';
import { storedValue } from '../../support/values.js';

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
  const { value = 100 } = differing;
  return storedValue({ metric: 'views', exactValue: String(value), ...differing, account: of });
}
