import { expect, it } from 'vitest';
import { dailyFrom, splitsFrom } from '../../../src/platforms/youtube/report.js';

const columns = (...names: string[]) => names.map((name) => ({ name }));

it.each([[{ columnHeaders: columns('day', 'views') }], [{ columnHeaders: columns('day', 'views'), rows: [] }]])(
  'takes %j for no data',
  (json) => {
    expect(dailyFrom(json, ['views']).size).toBe(0);
  },
);

it.each([[{}], [{ columnHeaders: columns('views'), rows: [[5]] }], [{ columnHeaders: columns('day'), rows: [7] }]])(
  'does not take %j for no data',
  (json) => {
    expect(() => dailyFrom(json, ['views'])).toThrow('unexpected form');
  },
);

it('knows the content types in both spellings, keeps unknown ones, leaves out those without a part', () => {
  const types = [
    'shorts',
    'VIDEO_ON_DEMAND',
    'liveStream',
    'story',
    'posts',
    'hologram',
    'creatorContentTypeUnspecified',
  ];
  const rows = types.map((type, i) => ['2026-11-15', type, 6 - i]);
  const split = splitsFrom({ columnHeaders: columns('day', 'creatorContentType', 'views'), rows }, ['views']);
  expect(split.get('2026-11-15')?.get('views')).toEqual({
    short: 6,
    video: 5,
    live: 4,
    story: 3,
    post: 2,
    hologram: 1,
  });
});

it('loses one unreadable number of a day, and no other', () => {
  const json = { columnHeaders: columns('views', 'day', 'likes'), rows: [[8.0, '2026-11-15', 'many']] };
  const day = dailyFrom(json, ['views', 'likes']).get('2026-11-15');
  expect(day).toMatchObject({ values: [{ metric: 'views', value: 8 }], error: { reason: 'unexpected_response' } });
});
