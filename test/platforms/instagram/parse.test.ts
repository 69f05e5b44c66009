import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import {
  followsFrom,
  followTypesFrom,
  postTypesFrom,
  totalsFrom,
  valueOfDay,
} from '../../../src/platforms/instagram/parse.js';
import type { Insight } from '../../../src/platforms/meta/insights.js';

const DAY = dayOf('2026-11-01', 'America/Los_Angeles');
const IGNORE = () => undefined;
const split = (name: string, value: number, results: Record<string, number>): Insight => ({
  name,
  total_value: {
    value,
    breakdowns: [
      { results: Object.entries(results).map(([type, part]) => ({ dimension_values: [type], value: part })) },
    ],
  },
});

it('takes a value from a total or from a series with one value', () => {
  const insights: Insight[] = [
    { name: 'likes', total_value: { value: 0 } },
    { name: 'reach', values: [{ value: 12 }] },
    { name: 'saves', values: [{ value: 1 }, { value: 2 }] },
    { name: 'shares', total_value: {} },
    { name: 'replies' },
  ];
  expect(totalsFrom(insights, DAY, IGNORE)).toEqual([
    { metric: 'likes', value: 0 },
    { metric: 'reach', value: 12 },
  ]);
});

it('sums the kinds of post, omits zeros, and keeps unknown types', () => {
  const views = split('views', 60, { POST: 10, CAROUSEL_CONTAINER: 20, REELS: 25, STORY: 0, HOLOGRAM: 5 });
  expect(postTypesFrom([views]).get('views')).toEqual({ post: 30, reel: 25, hologram: 5 });
});

it.each([[{ POST: 10, REELS: 7, CAROUSEL_CONTAINER: 20 }], [{ CAROUSEL_CONTAINER: 20, POST: 10, REELS: 7 }]])(
  'omits a type of unique accounts that combines two types of the API: %j',
  (results) => {
    expect(postTypesFrom([split('reach', 25, results)]).get('reach')).toEqual({ reel: 7 });
  },
);

it('keeps a type of unique accounts that only one type of the API contributes to', () => {
  const reach = split('reach', 25, { POST: 0, CAROUSEL_CONTAINER: 20 });
  expect(postTypesFrom([reach]).get('reach')).toEqual({ post: 20 });
});

it('drops what the API could not assign to a type', () => {
  const views = split('views', 9, { UNKNOWN: 1, UNDEFINED: 2, POST: 6 });
  expect(postTypesFrom([views]).get('views')).toEqual({ post: 6 });
});

it('splits by whether the viewer follows', () => {
  const reach = split('reach', 12, { FOLLOWER: 4, NON_FOLLOWER: 8, UNKNOWN: 1 });
  expect(followTypesFrom([reach]).get('reach')).toEqual({ follower: 4, non_follower: 8 });
});

it.each([
  ['both', { FOLLOWER: 122, NON_FOLLOWER: 68, UNKNOWN: 3 }, 122, 68],
  ['gained alone', { FOLLOWER: 122 }, 122, 0],
  ['lost alone', { NON_FOLLOWER: 68 }, 0, 68],
])('separates gained from lost followers, of which the API omits zeros: %s', (_case, results, follows, unfollows) => {
  expect(followsFrom([split('follows_and_unfollows', 0, results)])).toEqual([
    { metric: 'follows', value: follows },
    { metric: 'unfollows', value: unfollows },
  ]);
});

it('has no followers if the API gave neither side, nor from the split of another metric', () => {
  expect(followsFrom([{ name: 'follows_and_unfollows' }])).toEqual([]);
  expect(followsFrom([split('follows_and_unfollows', 0, { UNKNOWN: 3 })])).toEqual([]);
  expect(followsFrom([split('reach', 5, { FOLLOWER: 5 })])).toEqual([]);
});

it('does not read a side without a value as zero', () => {
  const results = [{ dimension_values: ['FOLLOWER'], value: 5 }, { dimension_values: ['NON_FOLLOWER'] }];
  const insight: Insight = { name: 'follows_and_unfollows', total_value: { breakdowns: [{ results }] } };
  expect(followsFrom([insight])).toEqual([{ metric: 'follows', value: 5 }]);
});

describe('a series', () => {
  const [before, own, after] = ['2026-10-31T07:00:00+0000', '2026-11-01T07:00:00+0000', '2026-11-02T08:00:00+0000'];
  const valueIn = (...values: [number, string?][]) => {
    const warnings: string[] = [];
    const insight = {
      name: 'reach',
      values: values.map(([value, end_time]) => ({ value, ...(end_time && { end_time }) })),
    };
    return { value: valueOfDay(insight, DAY, (message) => warnings.push(message)), warnings };
  };

  it('gives the value labelled with the day, or the only one', () => {
    expect(valueIn([1, before], [2, own], [3, after])).toEqual({ value: 2, warnings: [] });
    expect(valueIn([1])).toEqual({ value: 1, warnings: [] });
    expect(valueIn()).toEqual({ value: undefined, warnings: [] });
    expect(valueOfDay({ name: 'reach' }, DAY, IGNORE)).toBeUndefined();
  });

  it('warns and gives none if none is labelled with the day', () => {
    const { value, warnings } = valueIn([1, before], [3, after]);
    expect(value).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('reach')]);
  });
});
