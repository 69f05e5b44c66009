import { expect, it } from 'vitest';
import { dailyFrom, splitsFrom } from '../../../src/platforms/youtube/report.js';

const IGNORE = () => undefined;
const columns = (...names: string[]) => names.map((name) => ({ name }));

it.each([[{ columnHeaders: columns('day', 'views') }], [{ columnHeaders: columns('day', 'views'), rows: [] }]])(
  'reads %j as no data',
  (json) => {
    expect(dailyFrom(json, ['views'], IGNORE).size).toBe(0);
  },
);

it.each([[{}], [{ columnHeaders: columns('views'), rows: [[5]] }], [{ columnHeaders: columns('day'), rows: [7] }]])(
  'does not read %j as no data',
  (json) => {
    expect(() => dailyFrom(json, ['views'], IGNORE)).toThrow('unexpected form');
  },
);

it('reads content types in both spellings, keeps unknown ones, and drops unassigned ones and zeros', () => {
  const types = [
    'shorts',
    'VIDEO_ON_DEMAND',
    'liveStream',
    'story',
    'posts',
    'hologram',
    'creatorContentTypeUnspecified',
  ];
  const rows = types.map((type, i) => ['2026-11-15', type, i < 6 ? 6 - i : 9]);
  rows.push(['2026-11-15', 'ARTICLE', 0]);
  const split = splitsFrom({ columnHeaders: columns('day', 'creatorContentType', 'views'), rows }, ['views'], IGNORE);
  expect(split.get('2026-11-15')?.get('views')).toEqual({
    short: 6,
    video: 5,
    live: 4,
    story: 3,
    post: 2,
    hologram: 1,
  });
});

it('loses only the unreadable number of a day', () => {
  const json = { columnHeaders: columns('views', 'day', 'likes'), rows: [[8.0, '2026-11-15', 'many']] };
  const day = dailyFrom(json, ['views', 'likes'], IGNORE).get('2026-11-15');
  expect(day).toMatchObject({ values: [{ metric: 'views', value: 8 }], error: { reason: 'unexpected_response' } });
});

it('omits an unreadable optional number, and warns', () => {
  const warnings: string[] = [];
  const json = { columnHeaders: columns('views', 'day', 'redViews'), rows: [[8, '2026-11-15', 'many']] };
  const day = dailyFrom(json, ['views', 'redViews'], (message) => warnings.push(message)).get('2026-11-15');
  expect(day).toEqual({ values: [{ metric: 'views', value: 8 }], error: null });
  expect(warnings).toEqual([expect.stringContaining('redViews')]);
});

it('does not warn about such a number on a day that stays open', () => {
  const warnings: string[] = [];
  const json = { columnHeaders: columns('views', 'day', 'redViews'), rows: [['many', '2026-11-15', 'many']] };
  const day = dailyFrom(json, ['views', 'redViews'], (message) => warnings.push(message)).get('2026-11-15');
  expect(day?.error).toMatchObject({ reason: 'unexpected_response' });
  expect(warnings).toEqual([]);
});
