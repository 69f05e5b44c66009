import { expect, it } from 'vitest';
import { coverageTool } from '../../../src/report/tools/coverage.js';
import type { Reader } from '../../../src/report/tools/tool.js';
import { DAY_STATES, type DescribedAccount } from '../../../src/store/account-days.js';

const DAYS = { ...Object.fromEntries(DAY_STATES.map((state) => [state, 0])), complete: 1 } as DescribedAccount['days'];

/** As many accounts as there are users, in pages. */
function readerOf(accounts: number): Reader {
  let read = 0;
  const described = (): DescribedAccount => {
    const id = String(++read);
    return {
      userId: id,
      platform: 'x',
      accountId: id,
      accountName: null,
      isPrimary: true,
      active: true,
      days: DAYS,
    } as DescribedAccount;
  };
  return {
    platforms: new Map([
      ['x', { day: { timeZone: 'UTC', settlesAfterHours: 48, reachDays: 90, asks: 'day' }, metrics: [] }],
    ]),
    now: () => new Date('2026-11-22T09:00:00Z'),
    store: {
      describeAccounts: async ({ pageSize }: { pageSize: number }) => ({
        accounts: Array.from({ length: Math.min(pageSize, accounts - read) }, described),
        hasMore: read < accounts,
      }),
    } as unknown as Reader['store'],
  };
}

it('counts no more accounts than a chatbot waits for, and says so', async () => {
  const few = await coverageTool.answer(readerOf(2_500), {});
  expect(few.platforms).toMatchObject([{ accounts: 2_500, days: { complete: 2_500 } }]);
  expect(few.note).not.toContain('Only the first');
  const many = await coverageTool.answer(readerOf(1_000_000), {});
  expect(many.platforms).toMatchObject([{ accounts: 20_000 }]);
  expect(many.note).toContain('Only the first 20000 accounts');
});
