import { expect, test } from 'vitest';
import { renderWritten } from '../../../src/cli/render/written.js';

test('shows what was written by platform and metric, with totals only for metrics that can be summed', () => {
  const metrics = [
    { platform: 'instagram', metric: 'reach', rows: 10_500, users: 1_500, total: null },
    { platform: 'instagram', metric: 'views', rows: 10_500, users: 1_500, total: 12_345_678 },
    { platform: 'you\u001b[2Jtube', metric: 'views', rows: 7, users: 1, total: 0 },
  ];
  expect(renderWritten(metrics)).toMatchInlineSnapshot(`
    "platform     metric  users    rows       total
    instagram    reach   1,500  10,500
    instagram    views   1,500  10,500  12,345,678
    you [2Jtube  views       1       7           0
    "
  `);
});

test('says what to do when nothing was written', () => {
  expect(renderWritten([])).toBe('nothing was written in the last 24 hours. Next: analytics-collect collect\n');
});
