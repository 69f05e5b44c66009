import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { createPlatforms } from '../../../src/platforms/registry.js';
import { collectSeries, mainMetrics } from '../../../src/report/page/series.js';
import { account, stored } from './values.js';

const PLATFORMS = createPlatforms(loadConfig({}));
const WINDOWS = { instagram: { since: '2026-11-18', until: '2026-11-21' } };

it.each([...PLATFORMS.values()])('$name has three to five main metrics, none of them retired', ({ metrics }) => {
  const main = mainMetrics(metrics);
  expect(main.length).toBeGreaterThanOrEqual(3);
  expect(main.length).toBeLessThanOrEqual(5);
  expect(new Set(main.map((metric) => metric.main)).size).toBe(main.length);
  expect(main.filter(({ aliasOf }) => aliasOf !== undefined)).toEqual([]);
});

it('shows the first metrics of a platform that names no main ones', () => {
  const metrics = ['a', 'b', 'c', 'd', 'e'].map((name) => {
    return { name, unit: 'count', aggregate: 'sum', meaning: name } as const;
  });
  expect(mainMetrics(metrics).map(({ main }) => main)).toEqual(['a', 'b', 'c', 'd']);
});

it('leaves a gap on a day without a value', () => {
  const series = collectSeries(PLATFORMS, WINDOWS, 10);
  for (const date of ['2026-11-18', '2026-11-20']) series.add(stored(account(1), { date, value: 0 }));
  series.add(stored(account(1), { date: '2026-11-21', value: 5, settled: false }));
  series.add(stored(account(1), { metric: 'not shown' }));
  expect(series.accounts[0]?.series).toMatchObject([
    {
      metric: { main: 'Views' },
      points: [
        { date: '2026-11-18', value: 0, settled: true },
        { date: '2026-11-19', value: null },
        { date: '2026-11-20', value: 0, settled: true },
        { date: '2026-11-21', value: 5, settled: false },
      ],
    },
  ]);
});

it('keeps only the first accounts, and counts the others', () => {
  const series = collectSeries(PLATFORMS, WINDOWS, 2);
  for (const id of [1, 2, 3, 4]) {
    series.add(stored(account(id)));
    series.add(stored(account(id), { metric: 'reach' }));
  }
  expect(series.accounts.map(({ account }) => account.id)).toEqual([1, 2]);
  expect(series.seen).toBe(4);
});
