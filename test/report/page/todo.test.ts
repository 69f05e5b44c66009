import { expect, it } from 'vitest';
import { todoOfAll, todoOfUser } from '../../../src/report/page/todo.js';
import type { StatusReport } from '../../../src/report/status-report.js';
import type { ListedAccount } from '../../../src/store/account-states.js';

function listed(differing: Partial<ListedAccount>): ListedAccount {
  return {
    userId: 'me',
    platform: 'instagram',
    accountId: '1',
    accountName: null,
    connectionId: 'c',
    state: 'complete',
    reason: null,
    message: null,
    since: null,
    runs: 0,
    lastDay: null,
    ...differing,
  };
}

async function* pages(...accounts: ListedAccount[]) {
  yield accounts;
}

it('groups the actions for one user, and names the accounts', async () => {
  const failing = { state: 'failing', reason: 'needs_reconnect' } as const;
  const todo = await todoOfUser(
    pages(
      listed({}),
      listed({ state: 'late' }),
      listed({ ...failing, since: '2026-11-20', runs: 2 }),
      listed({ ...failing, accountId: '2', since: '2026-11-18', runs: 4 }),
      listed({ state: 'no_data', platform: 'youtube', since: '2026-11-14' }),
      listed({ state: 'skipped', platform: 'linkedin' }),
    ),
  );
  expect(todo).toMatchObject({
    accounts: 6,
    upToDate: 2,
    actions: [
      { platform: 'instagram', reason: 'needs_reconnect', accounts: 2, since: '2026-11-18', runs: 4 },
      { platform: 'youtube', reason: 'no_data', accounts: 1 },
    ],
    omitted: 0,
  });
  expect(todo.listed).toHaveLength(3);
});

it('lists a hundred accounts, and counts the others', async () => {
  const failing = listed({ state: 'failing', reason: 'timeout', since: '2026-11-20' });
  const todo = await todoOfUser(pages(...new Array<ListedAccount>(130).fill(failing)));
  expect(todo).toMatchObject({ actions: [{ accounts: 130 }], omitted: 30 });
});

it('lists accounts without data too, and reads no more pages than it needs', async () => {
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
