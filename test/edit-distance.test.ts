import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest } from '../src/edit-distance.js';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['same', 'same', 0],
  ['ENCRYPTION_KY', 'ENCRYPTION_KEY', 1],
  ['ENCRYPTIONN_KEY', 'ENCRYPTION_KEY', 1],
  ['ENCRYPTION_KEX', 'ENCRYPTION_KEY', 1],
  ['ENCRYPTION_KYE', 'ENCRYPTION_KEY', 1],
  ['kitten', 'sitting', 3],
])('from %j to %j takes %i edits in either direction', (one, other, edits) => {
  expect([editDistance(one, other), editDistance(other, one)]).toEqual([edits, edits]);
});

test('finds the text with the fewest edits, ignoring case, within the limit', () => {
  expect(nearest('user-12', ['user-99', 'user-13', 'user-1'], 2)).toBe('user-13');
  expect(nearest('ABC', ['abc', 'abd'], 1)).toBe('abc');
  expect(nearest('abc', ['xyz', 'abcde'], 1)).toBeNull();
  expect(nearest('abc', [], 9)).toBeNull();
});

test('finds a text exactly if it is within the limit', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '_'), minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 0, max: 3 }), (one, other, most) => {
      expect(nearest(one, [other], most)).toBe(editDistance(one, other) <= most ? other : null);
    }),
    { numRuns: 2000 },
  );
});
