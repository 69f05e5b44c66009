import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { PAGE_STATISTICS, SHARE_STATISTICS } from '../../../src/platforms/linkedin/resources.js';
import { dailyFrom } from '../../../src/platforms/linkedin/statistics.js';

const DAY = dayOf('2026-11-15', 'UTC');
const IGNORE = () => undefined;
const at = (start: number, totalShareStatistics: object) => ({ timeRange: { start }, totalShareStatistics });
const read = (elements: unknown[]) => dailyFrom({ elements }, SHARE_STATISTICS, [DAY], IGNORE);

it('files an element under the day in which it starts, and ignores other days', () => {
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

it('reads both spellings of unique impressions', () => {
  const values = [{ metric: 'uniqueImpressionsCount', value: 5 }];
  for (const name of ['uniqueImpressionsCount', 'uniqueImpressionsCounts'])
    expect(read([at(DAY.start.getTime(), { [name]: 5 })]).get(DAY.date)).toMatchObject({ values });
});

it.each([[{}], [{ elements: [{ totalShareStatistics: {} }] }]])('does not read %j as no data', (json) => {
  expect(() => dailyFrom(json, SHARE_STATISTICS, [DAY], IGNORE)).toThrow('organizationalEntityShareStatistics');
});

describe('the statistics of a page', () => {
  const page = (totalPageStatistics: object) => {
    const warnings: string[] = [];
    const element = { timeRange: { start: DAY.start.getTime() }, totalPageStatistics };
    const part = dailyFrom({ elements: [element] }, PAGE_STATISTICS, [DAY], (message) => warnings.push(message));
    const { values = [], error } = part.get(DAY.date) ?? {};
    return { ...Object.fromEntries(values.map(({ metric, value }) => [metric, value])), error, warnings };
  };
  const clicked = (...clicks: unknown[]) =>
    clicks.map((count) => ({ customButtonType: 'VISIT_WEBSITE', clicks: count }));

  it('separate desktop from mobile, and sum the clicks of all buttons', () => {
    const views = {
      allPageViews: { pageViews: 9, uniquePageViews: 5 },
      allDesktopPageViews: { pageViews: 6, uniquePageViews: 4 },
      allMobilePageViews: { pageViews: 3 },
    };
    const clicks = { desktopCustomButtonClickCounts: clicked(2, 3), mobileCustomButtonClickCounts: [] };
    expect(page({ views, clicks })).toEqual({
      pageViews: 9,
      uniquePageViews: 5,
      desktopPageViews: 6,
      mobilePageViews: 3,
      desktopButtonClicks: 5,
      mobileButtonClicks: 0,
      error: null,
      warnings: [],
    });
  });

  it('have no value if the list of clicks is absent', () => {
    expect(page({ views: { allPageViews: { pageViews: 9 } } })).toEqual({ pageViews: 9, error: null, warnings: [] });
  });

  it('do not affect the day if clicks and devices cannot be read', () => {
    const views = { allPageViews: { pageViews: 9 }, allDesktopPageViews: { pageViews: 'many' }, allMobilePageViews: 7 };
    const clicks = { desktopCustomButtonClickCounts: clicked('many'), mobileCustomButtonClickCounts: 'few' };
    expect(page({ views, clicks })).toMatchObject({ pageViews: 9, error: null });
    expect(page({ views, clicks }).warnings).toEqual([
      expect.stringContaining('desktopPageViews'),
      expect.stringContaining('desktopButtonClicks'),
      expect.stringContaining('mobileButtonClicks'),
    ]);
  });
});
