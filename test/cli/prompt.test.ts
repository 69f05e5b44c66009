import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askHidden, confirm, typeKeys } from '../../src/cli/prompt.js';
import { Interrupted } from '../../src/errors.js';

test.each([
  ['EAAB', { text: 'EAAB', state: 'typing' }],
  ['EAAB\r', { text: 'EAAB', state: 'entered' }],
  ['EAAB\nrest', { text: 'EAAB', state: 'entered' }],
  ['EAAX\u007FB\r', { text: 'EAAB', state: 'entered' }],
  ['\u007F\bE\r', { text: 'E', state: 'entered' }],
  ['wrong\u0015EAAB\r', { text: 'EAAB', state: 'entered' }],
  ['\u001b[200~EAAB\u001b[201~\r', { text: 'EAAB', state: 'entered' }],
  ['EA\u001b[DAB\r', { text: 'EAAB', state: 'entered' }],
  ['EAAB\u0003', { text: '', state: 'cancelled' }],
  ['\u0004', { text: '', state: 'cancelled' }],
  ['EAAB\u0004', { text: 'EAAB', state: 'entered' }],
])('the keys %j', (keys, expected) => {
  expect(typeKeys('', keys)).toEqual(expected);
});

function terminal() {
  const modes: boolean[] = [];
  const shown: string[] = [];
  const keyboard = Object.assign(new PassThrough(), { setRawMode: (raw: boolean) => modes.push(raw) });
  const screen = new PassThrough().on('data', (chunk) => shown.push(String(chunk)));
  return { keyboard, screen, modes, shown };
}

test('what is typed is hidden, and the terminal is restored', async () => {
  const { keyboard, screen, modes, shown } = terminal();
  const answer = askHidden('Token: ', keyboard, screen);
  keyboard.write('EA');
  keyboard.write('AB\r');
  expect(await answer).toBe('EAAB');
  expect(modes).toEqual([true, false]);
  expect(shown.join('')).toBe('Token: \n');
});

test.each(['\u0003', null])(
  'Ctrl-C, or the end of the input, interrupts and restores the terminal: %j',
  async (key) => {
    const { keyboard, screen, modes } = terminal();
    const answer = askHidden('Token: ', keyboard, screen);
    keyboard.write('EAAB');
    keyboard.end(key);
    await expect(answer).rejects.toBeInstanceOf(Interrupted);
    expect(modes).toEqual([true, false]);
  },
);

test('two questions are asked in turn, and both answers are hidden', async () => {
  const keyboard = Object.assign(new PassThrough(), { setRawMode: () => undefined });
  const screen = new PassThrough();
  const first = askHidden('First: ', keyboard, screen);
  keyboard.write('one\r');
  expect(await first).toBe('one');
  const second = askHidden('Second: ', keyboard, screen);
  keyboard.write('two\r');
  expect(await second).toBe('two');
  expect(String(screen.read())).toBe('First: \nSecond: \n');
});

test.each([
  ['y', true],
  [' Yes ', true],
  ['n', false],
  ['', false],
  ['yesterday', false],
])('only y and yes confirm: %j', async (typed, confirmed) => {
  const keyboard = new PassThrough();
  const answer = confirm('Remove it?', keyboard, new PassThrough());
  keyboard.write(`${typed}\n`);
  expect(await answer).toBe(confirmed);
});

test('the end of the input confirms nothing', async () => {
  const keyboard = new PassThrough();
  const answer = confirm('Remove it?', keyboard, new PassThrough());
  keyboard.end('y');
  await expect(answer).rejects.toBeInstanceOf(Interrupted);
});
