import { expectTypeOf, test } from 'vitest';
import type { DayResult, MetricValue, NonEmpty, Platform } from '../src/platforms/contract.js';
import type { OutcomeRow } from '../src/store/accounts.js';
import type { RunSummary } from '../src/store/run-summary.js';
import type { Selection } from '../src/store/selection.js';
import type { RunRow } from '../src/store/store.js';

/* What cannot be has no type. `npm run check` compiles this file: a state that becomes possible fails it. */

const row = { account: 1, date: '2026-11-21', metrics: 0, missing: [], figures: 'nothing' } as const;

test('a failed outcome has a reason, a settled one has none', () => {
  ({ ...row, state: 'failed', reason: 'timeout', message: 'no answer' }) satisfies OutcomeRow;
  ({ ...row, state: 'settled', reason: null, message: null }) satisfies OutcomeRow;
  // @ts-expect-error failed without a reason
  ({ ...row, state: 'failed', reason: null, message: null }) satisfies OutcomeRow;
  // @ts-expect-error settled with a reason
  ({ ...row, state: 'settled', reason: 'timeout', message: 'no answer' }) satisfies OutcomeRow;
  // @ts-expect-error skipped for a reason that is a failure
  ({ ...row, state: 'skipped', reason: 'timeout', message: 'no answer' }) satisfies OutcomeRow;
});

test('a day without data has no values, and a collected one has at least one', () => {
  ({ date: '2026-11-21', kind: 'no_data' }) satisfies DayResult;
  ({ date: '2026-11-21', kind: 'collected', values: [{ metric: 'views', value: 0 }] }) satisfies DayResult;
  // @ts-expect-error no_data with values
  ({ date: '2026-11-21', kind: 'no_data', values: [{ metric: 'views', value: 0 }] }) satisfies DayResult;
  // @ts-expect-error collected without a value
  ({ date: '2026-11-21', kind: 'collected', values: [] }) satisfies DayResult;
  // @ts-expect-error failed without an error
  ({ date: '2026-11-21', kind: 'failed', values: [] }) satisfies DayResult;
});

test('a run is for all users, for one, or for a shard', () => {
  ({ kind: 'user', userId: 'me' }) satisfies Selection;
  // @ts-expect-error a user and a shard
  ({ kind: 'user', userId: 'me', index: 1, count: 2 }) satisfies Selection;
  // @ts-expect-error a shard without its count
  ({ kind: 'shard', index: 1 }) satisfies Selection;
});

test('a platform is asked for at least one day', () => {
  expectTypeOf<Parameters<Platform['collect']>[1]>().toExtend<NonEmpty<unknown>>();
  // @ts-expect-error no day
  [] satisfies Parameters<Platform['collect']>[1];
});

test("a value is a number, and a stored run's summary is known", () => {
  expectTypeOf<MetricValue['value']>().toEqualTypeOf<number>();
  expectTypeOf<RunRow['summary']>().toEqualTypeOf<RunSummary>();
});
