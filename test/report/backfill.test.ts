import { expect, it } from 'vitest';
import { backfillOf } from '../../src/report/backfill.js';

it('offers the past of new accounts only where a platform answers for it', () => {
  const day = { timeZone: 'UTC', settlesAfterHours: 0, asks: 'day' } as const;
  const platforms = new Map([
    ['linkedin', { day: { ...day, reachDays: 364 } }],
    ['bluesky', { day: { ...day, reachDays: 1 } }],
  ]);
  expect(backfillOf({ linkedin: 2, bluesky: 3 }, platforms, new Date('2026-11-22T12:00:00Z'))).toEqual({
    linkedin: { accounts: 2, since: '2025-11-23' },
  });
});
