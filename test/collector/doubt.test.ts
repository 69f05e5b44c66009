import { afterEach, describe, expect, it } from 'vitest';
import { addDays, datesBetween } from '../../src/collector/day.js';
import type { Summary } from '../../src/report/summary.js';
import { type Model, modelOf, worldOf } from '../support/model.js';
import type { World } from '../support/world.js';

const DAY_MS = 86_400_000;
/** 2026-11-21 has ended two hours ago. */
const START = new Date('2026-11-22T02:00:00Z');
const FIVE_DAYS = datesBetween('2026-11-22', '2026-11-26');
const VALUES = { views: 5, reach: 3 };
const ZEROS = { views: 0, reach: 0 };
const TWELVE = Array.from({ length: 12 }, (_, place) => String(place + 1));

let world: World;
let model: Model;
afterEach(() => world?.close());

async function connect(asks: 'day' | 'range', accounts: readonly string[]): Promise<void> {
  model = modelOf(asks === 'range' ? 'facebook' : 'instagram', { asks });
  world = await worldOf(model, START, accounts);
}

async function start(asks: 'day' | 'range', accounts: readonly string[]): Promise<void> {
  await connect(asks, accounts);
  await world.collect();
}

const runDaily = (days: number) => world.collectDaily(days);

const rowsOf = (date: string) =>
  world.query(
    `select value::int as value, metadata ->> 'settled' as settled, count(*)::int as rows from analytics_snapshots
     where date = $1 and metric = 'views' group by 1, 2`,
    [date],
  );
const outcomesOf = (date: string) =>
  world.query(
    'select outcome, reason, count(*)::int as accounts from collection_outcomes where date = $1 group by 1, 2',
    [date],
  );
const doubted = (summaries: readonly Summary[]) =>
  summaries.flatMap(({ warnings }) => warnings.filter((text) => text.includes('is doubtful')));

describe.each(['range', 'day'] as const)('on a platform asked by %s', (asks) => {
  it('days of zeros for all accounts are not settled, but the true values are when they come', async () => {
    await start(asks, TWELVE);
    model.says = (date) => ({ values: FIVE_DAYS.includes(date) ? ZEROS : VALUES });
    const summaries = await runDaily(9);
    for (const date of FIVE_DAYS) {
      expect(await rowsOf(date)).toEqual([{ value: 0, settled: 'false', rows: 12 }]);
      expect(await outcomesOf(date)).toEqual([{ outcome: 'provisional', reason: 'platform_anomaly', accounts: 12 }]);
    }
    expect(doubted(summaries)).toHaveLength(5);
    expect(summaries.at(-1)).toMatchObject({ status: 'completed' });

    model.says = () => ({ values: VALUES });
    await runDaily(12);
    for (const date of FIVE_DAYS) {
      expect(await rowsOf(date)).toEqual([{ value: 5, settled: 'true', rows: 12 }]);
      expect(await outcomesOf(date)).toEqual([{ outcome: 'settled', reason: null, accounts: 12 }]);
    }
  });

  it('a day without data for all accounts is still asked for after the window, and filled', async () => {
    await start(asks, TWELVE);
    model.says = (date) => ({ values: date === '2026-11-22' ? {} : VALUES });
    const summaries = await runDaily(10);
    expect(await outcomesOf('2026-11-22')).toEqual([
      { outcome: 'provisional', reason: 'platform_anomaly', accounts: 12 },
    ]);
    expect(doubted(summaries)).toEqual([expect.stringContaining('12 of 12 accounts')]);
    for (const { days } of summaries) {
      const { planned, ...states } = days;
      expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(planned);
    }

    model.says = () => ({ values: VALUES });
    await runDaily(7);
    expect(await rowsOf('2026-11-22')).toEqual([{ value: 5, settled: 'true', rows: 12 }]);
  });

  it('a day that never has data eventually becomes no_data', async () => {
    await start(asks, TWELVE);
    model.says = (date) => ({ values: date === '2026-11-22' ? {} : VALUES });
    await runDaily(31);
    expect(await outcomesOf('2026-11-22')).toEqual([{ outcome: 'no_data', reason: null, accounts: 12 }]);
  });
});

describe('most accounts of a platform', () => {
  const CROWD = Array.from({ length: 25 }, (_, place) => String(place + 1));
  const platformDoubts = async () =>
    world.query("select count(*)::int as days from collection_outcomes where reason = 'platform_anomaly'");

  it.each(['range', 'day'] as const)(
    'are not an anomaly if every run sees an empty day for ten of 25, the only ones it still asks (asked by %s)',
    async (asks) => {
      await start(asks, CROWD);
      model.says = (date, id) => ({ values: Number(id) <= 10 && date === '2026-11-22' ? {} : VALUES });
      const summaries = await runDaily(5);
      expect(doubted(summaries)).toEqual([]);
      expect(await outcomesOf('2026-11-22')).toEqual(
        expect.arrayContaining([{ outcome: 'no_data', reason: null, accounts: 10 }]),
      );
    },
  );

  it('are not an anomaly if each has a zero on a different fifth day', async () => {
    await start('day', CROWD);
    model.says = (date, id) => ({ values: (Date.parse(date) / DAY_MS + Number(id)) % 5 === 0 ? ZEROS : VALUES });
    expect(doubted(await runDaily(10))).toEqual([]);
    expect(await platformDoubts()).toEqual([{ days: 0 }]);
  });

  it('means most accounts with values: accounts that never have any do not hide an anomaly', async () => {
    await connect('range', CROWD);
    model.says = (_date, id) => ({ values: TWELVE.includes(id) ? VALUES : {} });
    await runDaily(9);
    model.says = (date, id) => ({ values: TWELVE.includes(id) && date < '2026-12-01' ? VALUES : {} });
    expect(doubted(await runDaily(3))).toEqual([expect.stringContaining('12 of 12 accounts')]);
  });

  it('keep a day open that had data before it settled and then none', async () => {
    await start('day', TWELVE);
    model.says = (date) => ({ values: date === '2026-11-22' ? { views: 2, reach: 1 } : VALUES });
    await runDaily(1);
    model.says = (date) => ({ values: date === '2026-11-22' ? {} : VALUES });
    expect(doubted(await runDaily(8))).toHaveLength(1);
    expect(await rowsOf('2026-11-22')).toEqual([{ value: 2, settled: 'false', rows: 12 }]);
    model.says = () => ({ values: VALUES });
    await runDaily(8);
    expect(await rowsOf('2026-11-22')).toEqual([{ value: 5, settled: 'true', rows: 12 }]);
  });

  it('keep a day doubted after it failed once', async () => {
    await start('day', TWELVE);
    model.says = (date) => ({ values: date === '2026-11-22' ? {} : VALUES });
    await runDaily(4);
    model.says = (date) => (date === '2026-11-22' ? { values: {}, failed: true } : { values: VALUES });
    await runDaily(3);
    model.says = (date, id) =>
      date === '2026-11-22' && Number(id) > 3
        ? { values: {}, failed: true }
        : { values: date === '2026-11-22' ? {} : VALUES };
    await runDaily(4);
    expect(await outcomesOf('2026-11-22')).toEqual([
      { outcome: 'provisional', reason: 'platform_anomaly', accounts: 12 },
    ]);
    model.says = () => ({ values: VALUES });
    await runDaily(12);
    expect(await rowsOf('2026-11-22')).toEqual([{ value: 5, settled: 'true', rows: 12 }]);
  });

  it('cause no warning if the missing values are already settled', async () => {
    await start('range', TWELVE);
    await runDaily(3);
    model.says = (date) => ({ values: date === '2026-11-20' ? {} : VALUES });
    expect(doubted(await runDaily(3))).toEqual([]);
    expect(await rowsOf('2026-11-20')).toEqual([{ value: 5, settled: 'true', rows: 12 }]);
  });
});

describe('one account', () => {
  it('keeps settled values when a weekly request returns zeros', async () => {
    await start('range', ['1', '2', '3', '4', '5', '6', '7']);
    await runDaily(20);
    model.says = (date) => ({ values: date < '2026-12-03' ? ZEROS : VALUES });
    const summaries = await runDaily(7);
    const rows = await world.query(
      "select count(*) filter (where value = 0)::int as zeros, count(*) filter (where value = 5)::int as values from analytics_snapshots where metric = 'views' and date < '2026-12-03'",
    );
    expect(rows).toEqual([{ zeros: 0, values: 7 * 18 }]);
    expect(summaries.map(({ metrics }) => metrics.updated)).not.toContain(2 * 18);
  });

  it('whose counts fall to zero stays provisional for 28 days, and is asked for at growing intervals', async () => {
    await start('day', ['1']);
    model.says = (date) => ({ values: date === '2026-11-22' ? ZEROS : VALUES });
    model.calls.length = 0;
    const summaries = await runDaily(28);
    expect(await outcomesOf('2026-11-22')).toEqual([{ outcome: 'provisional', reason: 'fell_to_zero', accounts: 1 }]);
    expect(doubted(summaries)).toEqual([]);
    expect(summaries.at(-1)?.backlog).toBe(0);
    const asked = model.calls.filter(({ dates }) => dates.includes('2026-11-22')).length;
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(12);

    await runDaily(2);
    expect(await rowsOf('2026-11-22')).toEqual([{ value: 0, settled: 'true', rows: 1 }]);
    expect(await outcomesOf('2026-11-22')).toEqual([{ outcome: 'settled', reason: null, accounts: 1 }]);
  });

  it('that mostly has zeros is believed at once', async () => {
    model = modelOf('instagram', { asks: 'day' });
    await start('day', ['1']);
    model.says = () => ({ values: ZEROS });
    await runDaily(40);
    const date = addDays(world.now.toISOString().slice(0, 10), -4);
    expect(await rowsOf(date)).toEqual([{ value: 0, settled: 'true', rows: 1 }]);
  });

  it('keeps its values when the platform returns zero', async () => {
    await start('day', ['1']);
    await runDaily(3);
    model.says = () => ({ values: ZEROS });
    const summary = await world.collect({ window: { kind: 'day', date: '2026-11-20' }, refresh: true });
    expect(summary.metrics).toMatchObject({ updated: 0 });
    expect(await rowsOf('2026-11-20')).toEqual([{ value: 5, settled: 'true', rows: 1 }]);
  });
});
