import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_ATTEMPTS, retryAfterMs, retryDelay } from '../../src/http/retry.js';

const now = new Date('2026-11-22T09:00:00Z');
const failed = { attempt: 1, maxAttempts: 4, retryAfter: undefined, now, random: 0.5 };

it('doubles the longest wait with each attempt and jitters all of it', () => {
  expect([1, 2, 3].map((attempt) => retryDelay({ ...failed, attempt }))).toEqual([500, 1_000, 2_000]);
  expect(retryDelay({ ...failed, random: 0 })).toBe(0);
});

it('gives up after the allowed attempts, at most four', () => {
  expect(retryDelay({ ...failed, attempt: 4 })).toBeNull();
  expect(retryDelay({ ...failed, attempt: 2, maxAttempts: 2 })).toBeNull();
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      (over, maxAttempts) => retryDelay({ ...failed, attempt: MAX_ATTEMPTS + over, maxAttempts }) === null,
    ),
  );
});

it('waits as long as the server asks, in seconds or until a date, up to a minute', () => {
  expect(retryDelay({ ...failed, retryAfter: '7' })).toBe(7_000);
  expect(retryDelay({ ...failed, retryAfter: 'Sun, 22 Nov 2026 09:00:30 GMT' })).toBe(30_000);
  expect(retryDelay({ ...failed, retryAfter: '61' })).toBeNull();
  expect(retryDelay({ ...failed, retryAfter: 'Sun, 22 Nov 2026 08:00:00 GMT' })).toBe(0);
});

it('ignores a Retry-After that it cannot read', () => {
  expect(retryAfterMs('soon', now)).toBeNull();
  expect(retryAfterMs('9999999999', now)).toBeNull();
  expect(retryDelay({ ...failed, retryAfter: 'soon' })).toBe(500);
});
