import { expect, it } from 'vitest';
import type { MetricInfo } from '../../../src/platforms/contract.js';
import type { Reader } from '../../../src/report/tools/tool.js';
import { totalsTool } from '../../../src/report/tools/totals.js';
import type { StoredValue } from '../../../src/store/values.js';
import { storedValue } from '../../support/values.js';

const BREAKS = [{ from: '2026-11-20', until: '2026-11-21', change: 'Counted otherwise.' }];
const DAY = { timeZone: 'America/Los_Angeles', settlesAfterHours: 48, reachDays: 700, asks: 'day' } as const;

/** A platform, and an account with values from 18 November on; now is the 24th. */
function reader(values: readonly StoredValue[]): Reader {
  const accounts = [{ ...storedValue().account, active: true, firstDay: '2026-11-18', failing: null }];
  return {
    platforms: new Map([
      ['instagram', { day: DAY, metrics: [{ name: 'broken', breaks: BREAKS } as unknown as MetricInfo] }],
    ]),
    now: () => new Date('2026-11-24T09:00:00Z'),
    store: {
      describeAccounts: async () => ({ accounts, hasMore: false }) as never,
      explainDay: async () => ({}) as never,
      async *readValues() {
        yield values;
      },
    },
  };
}

async function total(values: readonly StoredValue[], range = { since: '2026-11-01', until: '2026-11-30' }) {
  const { totals } = await totalsTool.answer(reader(values), { user_id: 'user', ...range });
  return totals[0];
}

const days = (differing: Partial<Parameters<typeof storedValue>[0]>, ...dates: string[]) =>
  dates.map((date) => storedValue({ date, ...differing }));

it('a total is over the ended days since the account was first collected, and names those without a value', async () => {
  const values = days({ metric: 'likes', exactValue: '2' }, '2026-11-18', '2026-11-20', '2026-11-23');
  expect(await total(values)).toMatchObject({
    kind: 'sum',
    value: 6,
    counted: { since: '2026-11-18', until: '2026-11-23' },
    days_with_values: 3,
    missing: { days: 3, dates: ['2026-11-22', '2026-11-21', '2026-11-19'] },
  });
});

it('decimals are added up without floating-point errors', async () => {
  expect(
    await total([...days({ exactValue: '0.1' }, '2026-11-18'), ...days({ exactValue: '0.2' }, '2026-11-19')]),
  ).toMatchObject({
    value: 0.3,
  });
});

it.each([
  ['unique people', { aggregate: 'none' }, /unique people/],
  ['a metric whose aggregate is not known', { aggregate: null }, /not known/],
  ['values across a series break', { metric: 'broken' }, /changed how it counts on 2026-11-20/],
])('%s over several days are refused', async (_, differing, why) => {
  expect(await total(days(differing, '2026-11-18', '2026-11-22'))).toMatchObject({
    kind: 'refused',
    value: null,
    why: expect.stringMatching(why),
  });
});

it('a series is added up on either side of its break', async () => {
  const range = { since: '2026-11-21', until: '2026-11-23' };
  expect(await total(days({ metric: 'broken' }, '2026-11-21', '2026-11-22'), range)).toMatchObject({ kind: 'sum' });
});

it('units are not mixed', async () => {
  const values = [...days({ unit: 'count' }, '2026-11-18'), ...days({ unit: 'minutes' }, '2026-11-19')];
  expect(await total(values)).toMatchObject({ kind: 'refused', why: expect.stringContaining('unit') });
});

it('a level is that of its last day, and one day of anything is its value', async () => {
  expect(await total(days({ aggregate: 'last', exactValue: '7' }, '2026-11-18', '2026-11-22'))).toMatchObject({
    kind: 'closing_level',
    value: 7,
    date: '2026-11-22',
  });
  expect(await total(days({ aggregate: 'none' }, '2026-11-18'))).toMatchObject({ kind: 'single_day', value: 1 });
});
