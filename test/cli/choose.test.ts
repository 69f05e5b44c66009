import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askChoice, chosenByFlags, parseChoice, renderChoices } from '../../src/cli/choose.js';

const FOUND = [
  { accountId: '101', accountName: 'Oslo Cycles' },
  { accountId: '102', accountName: null },
  { accountId: '103', accountName: 'Porto\u001b[31m Bakery' },
];
const [FIRST, SECOND, THIRD] = FOUND;

test.each([
  ['1', [FIRST]],
  ['3, 1', [FIRST, THIRD]],
  ['2 2', [SECOND]],
  ['ALL', FOUND],
  ['', null],
  ['0', null],
  ['4', null],
  ['1,x', null],
  ['all 1', null],
])('the answer %j chooses %j', (text, chosen) => {
  expect(parseChoice(text, FOUND)).toEqual(chosen);
});

test('flags choose without a question, as does having no choice', () => {
  expect(chosenByFlags(FOUND, {})).toBeNull();
  expect(chosenByFlags(FOUND.slice(0, 1), {})).toEqual([FIRST]);
  expect(chosenByFlags(FOUND, { all: true })).toEqual(FOUND);
  expect(chosenByFlags(FOUND, { account: ['103', '101'] })).toEqual([FIRST, THIRD]);
});

test('an account that the consent does not open is named, with those that it opens', () => {
  expect(() => chosenByFlags(FOUND, { account: ['101', '999'] })).toThrow(
    expect.objectContaining({
      code: 'not_found',
      message: expect.stringContaining('999'),
      fix: 'It opens: 101 (Oslo Cycles), 102, 103 (Porto [31m Bakery).',
    }),
  );
});

test('each account has a line that fits a terminal, without its control characters', () => {
  const long = { accountId: '1'.repeat(60), accountName: 'x'.repeat(60) };
  const lines = renderChoices([...FOUND, long])
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(4);
  expect(lines.every((line) => line.length <= 80 && !line.includes('\u001b'))).toBe(true);
  expect(renderChoices(FOUND)).toContain('  1  101  Oslo Cycles\n  2  102\n');
});

test('is asked again until the answer makes sense', async () => {
  const keyboard = Object.assign(new PassThrough(), { isTTY: true });
  const screen = new PassThrough();
  const answer = askChoice(FOUND, { keyboard, screen });
  keyboard.write('7\n');
  setTimeout(() => keyboard.write('2\n'), 20);
  expect(await answer).toEqual([SECOND]);
  expect(String(screen.read()).match(/Connect which\?/g)).toHaveLength(2);
});

test('without a terminal, says which flags choose', async () => {
  await expect(askChoice(FOUND, { keyboard: new PassThrough(), screen: new PassThrough() })).rejects.toMatchObject({
    code: 'usage',
    fix: expect.stringContaining('--all'),
  });
});
