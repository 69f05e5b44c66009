import { expect, it } from 'vitest';
import { todoOfAll } from '../../../src/report/page/todo.js';
import type { StatusReport } from '../../../src/report/status-report.js';
import type { ListedAccount } from '../../../src/store/account-states.js';

it('lists accounts without data one by one, too, and reads no further than they are', async () => {
  const platform = { platform: 'x', accounts: 10, complete: 8, late: 0, failing: [], missing_permission: [] };
  const action = {
    platform: 'x',
    reason: 'no_data',
    accounts: 2,
    since: '2026-11-20',
    runs: 0,
    by_runs: [],
    fix: 'Look.',
  };
  const status = { platforms: [platform], actions: [action] } as unknown as StatusReport;
  const account = (userId: string) =>
    ({
      userId,
      platform: 'x',
      accountId: userId,
      accountName: null,
      state: 'no_data',
      reason: null,
      message: null,
      since: '2026-11-20',
      runs: 0,
    }) as ListedAccount;
  let pages = 0;
  async function* read() {
    for (const page of [[account('a')], [account('b')], [account('never')]]) {
      pages++;
      yield page;
    }
  }
  const todo = await todoOfAll(status, read);
  expect(todo.listed.map(({ userId, reason }) => [userId, reason])).toEqual([
    ['a', 'no_data'],
    ['b', 'no_data'],
  ]);
  expect(todo).toMatchObject({ accounts: 10, upToDate: 8, omitted: 0 });
  expect(pages).toBe(2);
});
