import { expect, test } from 'vitest';
import { nextRunAt } from '../../src/report/next-run.js';

const NOW = new Date('2026-11-24T12:00:00Z');
const twiceADay = ['24', '23', '22'].flatMap((day) => [`2026-11-${day}T09:01:00Z`, `2026-11-${day}T02:00:00Z`]);

test('expects the next run at the time at which runs began on each of the last three days', () => {
  expect(nextRunAt(twiceADay, NOW)).toEqual(new Date('2026-11-25T02:00:00Z'));
  expect(nextRunAt(twiceADay, new Date('2026-11-25T01:59:00Z'))).toEqual(new Date('2026-11-25T02:00:00Z'));
});

test('expects none if runs began at no regular time, or have stopped', () => {
  expect(nextRunAt([], NOW)).toBeNull();
  expect(nextRunAt(['2026-11-24T09:00:00Z', '2026-11-23T09:30:00Z', '2026-11-22T09:00:00Z'], NOW)).toBeNull();
  expect(nextRunAt(twiceADay, new Date('2026-11-27T12:00:00Z'))).toBeNull();
});
