import { expect, test } from 'vitest';
import { noColors } from '../../../src/cli/render/colors.js';
import { renderShow } from '../../../src/cli/render/show.js';
import { sparkline } from '../../../src/cli/render/sparkline.js';
import type { ShownAccount, ShownMetric } from '../../../src/report/show.js';

const DATES = [15, 16, 17, 18, 19, 20, 21].map((day) => `2026-11-${day}`);

function metric(differing: Partial<ShownMetric> = {}, values: (number | null)[] = [1, 2, 3, 4, 5, 6, 7]): ShownMetric {
  return {
    metric: 'likes',
    unit: 'count',
    aggregate: 'sum',
    value: 1234,
    date: '2026-11-21',
    provisional: false,
    before: 1000,
    change: 234,
    change_percent: 23.4,
    days_compared: 7,
    values: values.map((value, index) => ({ date: DATES[index] ?? '', value, provisional: false })),
    breaks: [],
    ...differing,
  };
}

function account(differing: Partial<ShownAccount> = {}): ShownAccount {
  return {
    platform: 'instagram',
    account_id: '178',
    account_name: 'Oslo Cycles',
    is_primary: true,
    since: '2026-11-15',
    until: '2026-11-21',
    metrics: [metric()],
    ...differing,
  };
}

const render = (...accounts: ShownAccount[]) => renderShow({ user_id: 'u1', days: 7, accounts }, noColors);

test('shows sums, levels and single days apart, with what is provisional, missing and not comparable', () => {
  const metrics = [
    metric({ provisional: true, days_compared: 5 }, [1, 2, 3, 4, 5, 6, null]),
    metric(
      { metric: 'followers_count', aggregate: 'last', value: 40_979, change: -3, change_percent: -0.1 },
      [9, 9, 9, 9, 9, 9, 9],
    ),
    metric({
      metric: 'averageViewPercentage',
      aggregate: 'none',
      unit: 'percent',
      value: 57.92,
      change: null,
      change_percent: null,
      date: '2026-11-20',
    }),
  ];
  expect(render(account({ metrics }))).toMatchInlineSnapshot(`
    "User u1: 2026-11-15 to 2026-11-21, against the 7 days before

    instagram 178 (Oslo Cycles)
      total of 7 days
      likes                    1,234*  +234  +23.4 %~  ▂▃▅▆▇█·
      closing figures
      followers_count         40,979     -3   -0.1 %   ▅▅▅▅▅▅▅
      newest day alone
      averageViewPercentage  57.92 %                   ▁▂▃▅▆▇█  11-20

    * provisional: may still change   · no value   ~ days that both periods have
    "
  `);
});

test('puts several accounts of a platform under their own headings, the primary one marked', () => {
  const text = render(account(), account({ account_id: '179', is_primary: false }));
  expect(text).toContain('instagram 178 (Oslo Cycles), primary\n');
  expect(text).toContain('instagram 179 (Oslo Cycles)\n');
});

test('names a series break once for all metrics that it concerns', () => {
  const breaks = [{ from: '2026-11-10', until: '2026-11-12', change: 'Counted otherwise.' }];
  const text = render(account({ metrics: [metric({ breaks }), metric({ metric: 'views', breaks })] }));
  expect(text).toContain('  likes, views: series break, 2026-11-10 to 2026-11-12: Counted otherwise.\n');
});

test('fits 80 columns, whatever the names and numbers', () => {
  const long = metric({
    metric: `page_${'x'.repeat(60)}`,
    value: 398_303_347_000,
    change: -22_945_429_000,
    change_percent: -1234.5,
  });
  const text = render(account({ account_id: '1'.repeat(200), account_name: 'n'.repeat(200), metrics: [long] }));
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain('398,303,347,000');
});

test('explains only the marks that it shows', () => {
  const text = render(
    account({ metrics: [metric({ before: null, change: null, change_percent: null, days_compared: 0 })] }),
  );
  expect(text).not.toContain('~');
});

test('says that there are no values', () => {
  expect(render()).toBe('No values of the last 7 ended days. Next: analytics-collect status\n');
});

test.each([
  [[0, 7, 14], true, '▁▅█'],
  [[100, 101, 102], false, '▁▅█'],
  [[5, null, 5], false, '▅·▅'],
  [[0, 0, null], true, '▁▁·'],
  [Array.from({ length: 28 }, (_, day) => (day < 14 ? 0 : 9)), true, '▁▁▁▁▁▁▁███████'],
])('draws %j as bars, from zero: %s', (values, isFromZero, bars) => {
  expect(sparkline(values, isFromZero)).toBe(bars);
});
