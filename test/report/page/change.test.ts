import { expect, it } from 'vitest';
import { addDays } from '../../../src/collector/day.js';
import type { MetricInfo } from '../../../src/platforms/contract.js';
import { breaksWithin, weekOnWeek } from '../../../src/report/page/change.js';
import type { Series } from '../../../src/report/page/series.js';

/** A series of values from 1 November on; a text is a value that has not settled. */
function series(values: readonly (number | string | null)[], differing: Partial<MetricInfo> = {}): Series {
  return {
    metric: { name: 'likes', unit: 'count', aggregate: 'sum', meaning: 'Likes', main: 'Likes', ...differing },
    points: values.map((value, index) => ({
      date: addDays('2026-11-01', index),
      value: value === null ? null : Number(value),
      settled: typeof value === 'number',
    })),
  };
}

const week = (value: number) => new Array<number>(7).fill(value);

it('adds up the days of two settled weeks', () => {
  expect(weekOnWeek(series([...week(10), ...week(12), '1', null]))).toEqual({
    covers: 'week',
    until: '2026-11-14',
    value: 84,
    days: 7,
    provisional: false,
    ratio: 0.2,
    obstacle: null,
  });
});

it.each(['last', 'none'] as const)(
  'compares one day with that of the week before where days are not added up: %s',
  (aggregate) => {
    const change = weekOnWeek(series([50, ...week(1).slice(1), 40], { aggregate }));
    expect(change).toMatchObject({ covers: 'day', value: 40, days: 1, ratio: -0.2 });
  },
);

it('uses provisional values only where there are no settled ones, and says so', () => {
  expect(weekOnWeek(series(['50', '1', '1', '1', '1', '1', '1', '60'], { aggregate: 'last' }))).toMatchObject({
    value: 60,
    provisional: true,
    ratio: 0.2,
  });
});

it('does not count a missing day as zero', () => {
  const values: (number | null)[] = [...week(10), ...week(10)];
  expect(weekOnWeek(series(values.with(9, null)))).toMatchObject({
    value: 60,
    days: 6,
    ratio: null,
    obstacle: 'missing',
  });
  expect(weekOnWeek(series(values.with(2, null)))).toMatchObject({ value: 70, ratio: null, obstacle: 'missing' });
  expect(weekOnWeek(series([3, 4]))).toMatchObject({ value: 7, days: 2, obstacle: 'missing' });
});

it('compares nothing across a series break', () => {
  const across = { breaks: [{ from: '2026-11-08', change: 'Counted otherwise.' }] };
  expect(weekOnWeek(series([...week(10), ...week(12)], across))).toMatchObject({ ratio: null, obstacle: 'break' });
  const before = { breaks: [{ from: '2026-10-30', until: '2026-11-01', change: 'Counted otherwise.' }] };
  expect(weekOnWeek(series([...week(10), ...week(12)], before))).toMatchObject({ obstacle: null });
  expect(breaksWithin(series(week(1), across))).toEqual([]);
  expect(breaksWithin(series([...week(10), ...week(12)], across))).toHaveLength(1);
});

it('gives no percentage of zero, and no figure without values', () => {
  expect(weekOnWeek(series([...week(0), ...week(12)]))).toMatchObject({ value: 84, ratio: null, obstacle: 'zero' });
  expect(weekOnWeek(series([null, null]))).toBeNull();
});
