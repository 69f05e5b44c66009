import { expect, test } from 'vitest';
import { isUnattended } from '../../src/cli/unattended.js';

const [terminal, pipe] = [{ isTTY: true }, {}];

test.each([
  ['at a terminal', {}, terminal, terminal, false],
  ['with its output in a pipe', {}, terminal, pipe, false],
  ['with its input from a file', {}, pipe, terminal, false],
  ['without a terminal, as under cron', {}, pipe, pipe, true],
  ['in CI', { CI: 'true' }, terminal, terminal, true],
  ['where CI is said to be off', { CI: 'false' }, terminal, terminal, false],
])('a command %s', (_, env, stdin, stdout, expected) => {
  expect(isUnattended({ env, stdin, stdout })).toBe(expected);
});
