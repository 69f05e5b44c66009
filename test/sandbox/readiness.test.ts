import { describe, expect, it, test } from 'vitest';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { DAY_MS, pacificDay, pacificDayAt } from '../../src/sandbox/days.js';
import { latePopulation } from '../../src/sandbox/late.js';
import { shownShare, shownSplit, shownValue } from '../../src/sandbox/readiness.js';
import { trueValue } from '../../src/sandbox/values.js';
import { INSTAGRAM } from './ask.js';

const DAY = pacificDayAt(Date.parse('2026-11-20T12:00:00Z'));
const VALUE = trueValue(INSTAGRAM.accountId, 'views', DAY.date) ?? Number.NaN;
const STEPS = [
  { fromHours: 12, share: 0.8 },
  { fromHours: 36, share: 1 },
];
const hoursOn = (hours: number) => DAY.end + hours * 3_600_000;
const account = (changes: Partial<SandboxAccount>): SandboxAccount => ({ ...INSTAGRAM, ...changes });

describe('the shown part of a value', () => {
  const late = account({ courses: [{ steps: STEPS }] });

  test('is first nothing, then a share, then all of it', () => {
    const shown = [0, 11.9, 12, 35.9, 36, 1_000].map((hours) => shownValue(late, 'views', DAY, hoursOn(hours)));
    const part = Math.round(VALUE * 0.8);
    expect(shown).toEqual([undefined, undefined, part, part, VALUE, VALUE]);
  });

  test('is all of it at once by default', () => {
    expect(shownValue(INSTAGRAM, 'views', DAY, hoursOn(0))).toBe(VALUE);
  });

  test('is nothing while the account is silent', () => {
    const silent = account({ silences: [[hoursOn(1), hoursOn(2)]] });
    const shown = [0.9, 1, 1.9, 2].map((hours) => shownShare(silent, 'views', DAY, hoursOn(hours)));
    expect(shown).toEqual([1, 0, 0, 1]);
  });

  test('follows the first course that matches the metric and the day', () => {
    const mixed = account({
      courses: [
        { metrics: ['likes'], steps: [{ fromHours: 100, share: 1 }] },
        { dates: [DAY.date], steps: STEPS },
      ],
    });
    expect(shownShare(mixed, 'likes', DAY, hoursOn(40))).toBe(0);
    expect(shownShare(mixed, 'views', DAY, hoursOn(12))).toBe(0.8);
    expect(shownShare(mixed, 'views', pacificDay(DAY.index + 1), hoursOn(12))).toBe(1);
  });

  test('is the sum of its categories', () => {
    const split = shownSplit(late, 'views', DAY, 'media_product_type', hoursOn(12));
    const sum = Object.values(split).reduce((total, part) => total + part, 0);
    expect(sum).toBe(shownValue(late, 'views', DAY, hoursOn(12)));
    expect(shownSplit(late, 'views', DAY, 'media_product_type', hoursOn(0))).toEqual({});
  });
});

it('every late account eventually shows its final values', () => {
  const first = new Date('2026-11-16T09:00:00Z');
  const accounts = latePopulation(first);
  expect(accounts.map(({ platform }) => platform)).toEqual(['instagram', 'facebook', 'youtube', 'linkedin']);
  for (const late of accounts) {
    const metrics = late.courses?.flatMap((course) => course.metrics ?? []) ?? [];
    for (const metric of ['views', ...metrics]) {
      const shares = Array.from({ length: 10 }, (_, back) =>
        shownShare(late, metric, pacificDayAt(first.getTime() - back * DAY_MS), first.getTime() + 30 * DAY_MS),
      );
      expect(shares).toEqual(Array(10).fill(1));
    }
  }
});
