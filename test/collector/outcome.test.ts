import { expect, it } from 'vitest';
import { dayOf } from '../../src/collector/day.js';
import { recordDay } from '../../src/collector/outcome.js';
import type { DayResult } from '../../src/platforms/platform.js';
import type { OutcomeState } from '../../src/store/store.js';

const DATE = '2026-11-18';
const SETTLED = new Date('2026-11-22T00:00:00Z');
const EMPTY: DayResult = { date: DATE, kind: 'collected', values: [] };
const PASSED: DayResult = { date: DATE, kind: 'no_data', values: [] };

it.each<[DayResult, OutcomeState | undefined, OutcomeState]>([
  [EMPTY, undefined, 'no_data'],
  [EMPTY, 'pending', 'no_data'],
  [EMPTY, 'provisional', 'provisional'],
  [PASSED, 'provisional', 'provisional'],
  [EMPTY, 'settled', 'settled'],
])('an answer without a value takes back nothing that is written: %j after %s is %s', (result, known, state) => {
  const { outcome } = recordDay({
    connection: {
      ...{ id: 'c1', userId: 'u1', platform: 'any', accountId: '1', accountName: null, secondAccount: false },
      ...{ accessToken: 'EAAtoken', refreshToken: null, tokenExpiresAt: null },
      ledger: known === undefined ? [] : [{ date: DATE, state: known, failedSince: null }],
    },
    platform: { api: 'any_api', day: { timeZone: 'UTC', settlesAfterHours: 48, lookbackDays: 30 } },
    ...{ day: dayOf(DATE, 'UTC'), result, askedAt: SETTLED, clean: (text: string) => text },
  });
  expect(outcome.state).toBe(state);
});
