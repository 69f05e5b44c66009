import { expect, test } from 'vitest';
import { colorsFor } from '../../../src/cli/render/colors.js';
import { cutMiddle, cutToWidth, formatTable } from '../../../src/cli/render/table.js';
import { cleanText, formatAccount, formatDates, formatDuration } from '../../../src/cli/render/text.js';
import { count, shorten } from '../../../src/text.js';

test.each([
  ['Café Zoë 東京 🎈', 'Café Zoë 東京 🎈'],
  ['\u001b[31mred\u001b[0m', '[31mred [0m'],
  ['\u001b]0;title\u0007name', ']0;title name'],
  ['\u009b31mred', '31mred'],
  ['two\r\nlines\ttabbed', 'two lines tabbed'],
  ['\u202Eevil', 'evil'],
  ['a\u0000\u007Fb', 'a b'],
  ['\n ::error::x', ': :error::x'],
  ['a ##\u202E[group]b', 'a # # [group]b'],
])('%j is cleaned to %j', (text, expected) => {
  expect(cleanText(text)).toBe(expected);
});

test.each([
  [0, '0.0 s'],
  [420, '0.4 s'],
  [9949, '9.9 s'],
  [9950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1 min 0 s'],
  [3_599_000, '59 min 59 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms is %s', (milliseconds, expected) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});

test.each([
  [[], ''],
  [['2026-11-21'], '2026-11-21'],
  [['2026-10-31', '2026-11-01', '2026-11-02'], '2026-10-31 to 2026-11-02'],
  [['2026-11-01', '2026-11-03', '2026-11-04'], '2026-11-01, 2026-11-03 to 2026-11-04'],
])('the dates %j', (dates, expected) => {
  expect(formatDates(dates)).toBe(expected);
});

test('uses singular and plural nouns', () => {
  expect([count(0, 'day'), count(1, 'day'), count(2500, 'day')]).toEqual(['0 days', '1 day', '2,500 days']);
});

test('identifies an account without an id or a name', () => {
  expect(formatAccount({ accountId: '17', accountName: 'Zoë', connectionId: 'c' })).toBe('17 (Zoë)');
  expect(formatAccount({ accountId: '17', accountName: null, connectionId: 'c' })).toBe('17');
  expect(formatAccount({ accountId: null, accountName: null, connectionId: 'c' })).toBe('connection c');
});

test('marks a text that was cut', () => {
  expect([shorten('abc', 3), shorten('abcd', 3)]).toEqual(['abc', 'ab…']);
});

test('aligns columns with their titles', () => {
  const table = formatTable(
    [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'note' }],
    [
      ['facebook', '7', ''],
      ['x', '1,500', 'new'],
    ],
  );
  expect(table).toEqual(['name          n  note', 'facebook      7', 'x         1,500  new']);
});

test('aligns names in characters of any width', () => {
  // An e and its accent, a family of several code points, full-width characters.
  const names = ['Cafe\u0301', '👨‍👩‍👧', '東京', 'x'];
  const table = formatTable(
    [{ title: 'name' }, { title: 'n' }],
    names.map((name) => [name, '1']),
  );
  expect(table).toEqual(['name  n', 'Cafe\u0301  1', '👨‍👩‍👧    1', '東京  1', 'x     1']);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['東京タワー', 10, '東京タワー'],
  ['東京タワー', 9, '東京タワ…'],
  ['東京タワー', 8, '東京タ…'],
  ['Cafe\u0301s', 4, 'Caf…'],
  ['Cafe\u0301ss', 5, 'Cafe\u0301…'],
  ['👨‍👩‍👧👨‍👩‍👧', 3, '👨‍👩‍👧…'],
])('%s in %i columns is %s', (text, width, cut) => {
  expect(cutToWidth(text, width)).toBe(cut);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['20000000-0000-4000-8000-000000000013', 14, '2000000…000013'],
  ['abcdefg', 4, 'ab…g'],
  ['東京タワーズ', 8, '東京…ズ'],
])('%s in %i columns, cut in its middle, is %s', (text, width, cut) => {
  expect(cutMiddle(text, width)).toBe(cut);
});

test('cuts the widest of the columns that may be cut, so that the table fits', () => {
  const columns = [{ title: 'a', cut: true }, { title: 'b' }, { title: 'c', cut: true }] as const;
  const row = ['short', 'bbbbbbbb', 'c'.repeat(30)];
  expect(formatTable(columns, [row], 30)).toEqual(['a      b         c', 'short  bbbbbbbb  cccccccccccc…']);
  expect(formatTable(columns, [['a'.repeat(30), 'b', 'c'.repeat(30)]], 25)[1]).toBe('aaaaaaaaa…  b  ccccccccc…');
  expect(formatTable(columns, [row], 50)[1]).toBe(`short  bbbbbbbb  ${'c'.repeat(30)}`);
});

test.each([
  [{ isTTY: true }, {}, 1],
  [{ isTTY: true }, { NO_COLOR: '1' }, 0],
  [{ isTTY: true }, { NO_COLOR: '' }, 1],
  [{ isTTY: true }, { TERM: 'dumb' }, 0],
  [{}, {}, 0],
])('decides on colors for %j with %j: level %i', (stream, environment, level) => {
  expect(colorsFor(stream, environment).level).toBe(level);
});
