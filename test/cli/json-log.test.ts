import { expect, it } from 'vitest';
import { wantsJsonLog } from '../../src/cli/json-log.js';

it.each([
  ['collect --log json', true],
  ['collect --user me --log=json', true],
  ['collect', false],
  ['collect --log xml', false],
  ['status --log json', false],
])('%s: %s', (line, expected) => {
  expect(wantsJsonLog(line.split(' '))).toBe(expected);
});
