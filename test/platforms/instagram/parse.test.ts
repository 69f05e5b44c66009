import { expect, it } from 'vitest';
import { followsFrom, splitsFrom, totalsFrom } from '../../../src/platforms/instagram/parse.js';
import type { Insight } from '../../../src/platforms/meta/insights.js';

const split = (name: string, value: number, results: Record<string, number>): Insight => ({
  name,
  total_value: {
    value,
    breakdowns: [
      { results: Object.entries(results).map(([type, part]) => ({ dimension_values: [type], value: part })) },
    ],
  },
});

it('takes a value from a total or from a series of one, and none from neither', () => {
  const insights: Insight[] = [
    { name: 'likes', total_value: { value: 0 } },
    { name: 'reach', values: [{ value: 12 }] },
    { name: 'saves', values: [{ value: 1 }, { value: 2 }] },
    { name: 'shares', total_value: {} },
    { name: 'replies' },
  ];
  expect(totalsFrom(insights)).toEqual([
    { metric: 'likes', value: 0 },
    { metric: 'reach', value: 12 },
  ]);
});

it('writes views under the retired name as well, and says what it really is', () => {
  expect(totalsFrom([{ name: 'views', total_value: { value: 7 } }])).toEqual([
    { metric: 'views', value: 7 },
    { metric: 'impressions', value: 7, apiMetric: 'views' },
  ]);
});

it('adds up the kinds of post, leaves out what had no part, and keeps unknown types', () => {
  const views = split('views', 60, { POST: 10, CAROUSEL_CONTAINER: 20, REELS: 25, STORY: 0, HOLOGRAM: 5 });
  expect(splitsFrom([views]).get('views')).toEqual({ post: 30, reel: 25, hologram: 5 });
});

it('does not add up accounts, who may have seen both kinds of post', () => {
  const reach = split('reach', 25, { POST: 10, CAROUSEL_CONTAINER: 20 });
  expect(splitsFrom([reach]).get('reach')).toEqual({ post: 10, carousel_container: 20 });
});

it('tells gained from lost followers, and invents neither', () => {
  const both = split('follows_and_unfollows', 0, { FOLLOWER: 122, NON_FOLLOWER: 68, UNKNOWN: 3 });
  expect(followsFrom([both]).map(({ metric, value }) => [metric, value])).toEqual([
    ['follows', 122],
    ['unfollows', 68],
  ]);
  expect(followsFrom([{ name: 'follows_and_unfollows' }])).toEqual([]);
});
