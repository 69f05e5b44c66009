import { expect, test } from 'vitest';
import { completeTo } from '../../src/report/coverage.js';
import { judgeStatus, type Threshold, type Thresholds } from '../../src/report/status-check.js';
import type { PlatformStatus } from '../../src/report/status-report.js';

const platform = (name: string, accounts: number, complete: number, late = 0) =>
  ({ platform: name, accounts, complete, late }) as PlatformStatus;
const of = (share: number, name: string | null = null): Threshold => ({ platform: name, share });
const judge = (thresholds: Partial<Thresholds>, ...platforms: PlatformStatus[]) =>
  judgeStatus(platforms, { warn: [], fail: [], ...thresholds });

test('passes when enough accounts are complete or late', () => {
  expect(judge({ fail: [of(0.9)] }, platform('a', 10, 5, 4))).toEqual({ level: 'well' });
});

test('names the worst platform, a failing one before one with a warning', () => {
  const thresholds = { warn: [of(0.99)], fail: [of(0.9), of(0.3, 'b')] };
  expect(judge(thresholds, platform('a', 1000, 899), platform('b', 10, 4), platform('c', 10, 7))).toEqual({
    level: 'failing',
    message: 'c: 7 of 10 accounts complete or late (70%, at least 90% required) (and 2 more)',
  });
  expect(judge(thresholds, platform('b', 10, 4))).toEqual({
    level: 'warning',
    message: 'b: 4 of 10 accounts complete or late (40%, at least 99% required)',
  });
});

test('fails without accounts, and if a named platform has none', () => {
  expect(judge({ warn: [of(0.5)] }, platform('a', 0, 0))).toMatchObject({ level: 'failing' });
  expect(judge({ warn: [of(0.5, 'b')] }, platform('a', 1, 1))).toEqual({
    level: 'failing',
    message: 'b has no accounts',
  });
});

test('is complete up to the newest day that 99 % of the accounts that should have it have', () => {
  const day = (date: string, complete: number, late: number, missing: number) => ({ date, complete, late, missing });
  const days = [day('2026-11-18', 99, 0, 1), day('2026-11-19', 197, 0, 3), day('2026-11-20', 0, 0, 0)];
  expect(completeTo(days)).toBe('2026-11-18');
  expect(completeTo(days.slice(1))).toBeNull();
});
