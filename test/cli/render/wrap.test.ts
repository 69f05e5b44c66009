import { expect, test } from 'vitest';
import { wrapLines } from '../../../src/cli/render/wrap.js';

test('breaks long lines between words, below their beginning, and leaves tables and commands as they are', () => {
  const text = [
    'platform   accounts',
    '  facebook 1 of user 2: the token has expired',
    '  analytics-collect connections add --user ID',
    'Next, connect: analytics-collect connections add',
    '',
  ];
  expect(wrapLines(text.join('\n'), 30)).toBe(
    [text[0], '  facebook 1 of user 2: the', '    token has expired', ...text.slice(2)].join('\n'),
  );
});

test('leaves a pipe every line whole', () => {
  const text = `${'word '.repeat(100)}\n`;
  expect(wrapLines(text, Number.POSITIVE_INFINITY)).toBe(text);
});
