import { expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { SHARE_STATISTICS } from '../../../src/platforms/linkedin/metrics.js';
import { dailyFrom } from '../../../src/platforms/linkedin/statistics.js';

const DAY = dayOf('2026-11-15', 'UTC');
const at = (start: number, totalShareStatistics: object) => ({ timeRange: { start }, totalShareStatistics });
const read = (elements: unknown[]) => dailyFrom({ elements }, SHARE_STATISTICS, [DAY]);

it('files an element under the day it starts with, and ignores one outside the days asked for', () => {
  const start = DAY.start.getTime();
  const days = read([at(start - 86_400_000, { likeCount: 1 }), at(start, { likeCount: -2, engagement: 0.0267 })]);
  expect([...days]).toEqual([
    [
      '2026-11-15',
      {
        values: [
          { metric: 'likeCount', value: -2 },
          { metric: 'engagement', value: 0.0267 },
        ],
        error: null,
      },
    ],
  ]);
});

it('knows both spellings of unique impressions', () => {
  const values = [{ metric: 'uniqueImpressionsCount', value: 5 }];
  for (const name of ['uniqueImpressionsCount', 'uniqueImpressionsCounts'])
    expect(read([at(DAY.start.getTime(), { [name]: 5 })]).get(DAY.date)).toMatchObject({ values });
});

it.each([[{}], [{ elements: [{ totalShareStatistics: {} }] }]])('does not take %j for no data', (json) => {
  expect(() => dailyFrom(json, SHARE_STATISTICS, [DAY])).toThrow('organizationalEntityShareStatistics');
});
