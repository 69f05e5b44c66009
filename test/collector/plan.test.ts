import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerRange, openDaysWarning, type PlanInput, plan, type Window } from '../../src/collector/plan.js';
import { OUTCOME_STATES, type OutcomeState } from '../../src/store/accounts.js';

const day = { timeZone: 'America/Los_Angeles', settlesAfterHours: 48, lookbackDays: 728 };
const week: Window = { kind: 'lookback', days: 7 };
/** 01:00 in Los Angeles: 2026-11-21 has ended an hour ago. */
const now = new Date('2026-11-22T09:00:00Z');

function due(input: Partial<PlanInput>): string[] {
  return plan({ day, window: week, ledger: [], now, again: false, ...input }).due.map(({ date }) => date);
}

function stateOn(date: string, state: OutcomeState): PlanInput['ledger'] {
  return [{ date, state }];
}

it('asks for the last seven ended days of an unknown connection, oldest first', () => {
  expect(due({})).toEqual([
    '2026-11-15',
    '2026-11-16',
    '2026-11-17',
    '2026-11-18',
    '2026-11-19',
    '2026-11-20',
    '2026-11-21',
  ]);
});

it('leaves a day alone until it has ended in Los Angeles', () => {
  expect(due({ window: { kind: 'lookback', days: 1 }, now: new Date('2026-11-22T07:59:59Z') })).toEqual(['2026-11-20']);
  expect(due({ window: { kind: 'dates', since: '2026-11-22', until: '2026-11-22' } })).toEqual([]);
});

describe('by the state of the ledger', () => {
  it.each<[OutcomeState, boolean, boolean]>([
    ['settled', false, false],
    ['no_data', false, false],
    ['provisional', false, true],
    ['pending', true, true],
    ['failed', true, true],
    ['skipped', true, true],
  ])('%s is due before settling: %s, after: %s', (state, before, after) => {
    const window: Window = { kind: 'dates', since: '2026-11-20', until: '2026-11-20' };
    const settlesAt = new Date('2026-11-23T08:00:00Z');
    const asked = (instant: Date) => due({ window, ledger: stateOn('2026-11-20', state), now: instant }).length > 0;
    expect(asked(new Date(settlesAt.getTime() - 1))).toBe(before);
    expect(asked(settlesAt)).toBe(after);
  });

  it('collects a settled day again only when it is told to', () => {
    expect(due({ ledger: stateOn('2026-11-21', 'settled'), again: true })).toContain('2026-11-21');
  });
});

it('names days that are too far back instead of asking for them', () => {
  const window: Window = { kind: 'dates', since: '2024-11-22', until: '2024-11-24' };
  const planned = plan({ day, window, ledger: [], now, again: false });
  expect(planned.tooOld.map(({ date }) => date)).toEqual(['2024-11-22', '2024-11-23']);
  expect(planned.due.map(({ date }) => date)).toEqual(['2024-11-24']);
});

it('files closing figures under the day whose end is nearest, and not under named days of the past', () => {
  const closing = (input: Partial<PlanInput>) =>
    plan({ day, window: week, ledger: [], now, again: false, ...input }).closing?.date ?? null;
  const at = (time: string) => new Date(`2026-11-${time}:00Z`);
  // 8:00 UTC is midnight in the platform's zone.
  expect([at('21T20:01'), at('22T02:00'), at('22T09:00'), at('22T20:00')].map((now) => closing({ now }))).toEqual(
    Array(4).fill('2026-11-21'),
  );
  expect(closing({ now: at('22T20:01') })).toBe('2026-11-22');
  expect(closing({ window: { kind: 'dates', since: '2026-11-10', until: '2026-11-12' } })).toBeNull();
});

const ledgers = fc.array(
  fc.record({
    date: fc.integer({ min: 10, max: 21 }).map((n) => `2026-11-${n}`),
    state: fc.constantFrom(...OUTCOME_STATES),
  }),
);

it('plans nothing again once all that was due is settled', () => {
  fc.assert(
    fc.property(ledgers, fc.integer({ min: 1, max: 12 }), (ledger, days) => {
      const window: Window = { kind: 'lookback', days };
      const settled = due({ ledger, window }).map((date) => ({ date, state: 'settled' as const }));
      expect(due({ ledger: [...ledger, ...settled], window })).toEqual([]);
    }),
  );
});

it('never drops a due day of a named window as time goes on', () => {
  const window: Window = { kind: 'dates', since: '2026-11-10', until: '2026-11-21' };
  fc.assert(
    fc.property(ledgers, fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), (ledger, first, more) => {
      const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
      const later = new Set(due({ ledger, window, now: at(first + more) }));
      for (const date of due({ ledger, window, now: at(first) })) expect(later).toContain(date);
    }),
  );
});

it('reads the ledger over every day that any time zone may plan', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
      fc.integer({ min: 1, max: 30 }),
      (instant, days) => {
        const window: Window = { kind: 'lookback', days };
        const range = ledgerRange(window, instant);
        for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC']) {
          for (const date of due({ window, now: instant, day: { ...day, timeZone } })) {
            expect(date >= range.since && date <= range.until).toBe(true);
          }
        }
      },
    ),
  );
});

it.each([
  ['America/Los_Angeles', '2026-11-22', true],
  ['America/Los_Angeles', '2026-11-21', false],
  ['Asia/Tokyo', '2026-11-21', false],
])('tells in %s whether the named day %s is still open', (timeZone, until, open) => {
  const platform = { name: 'any', day: { ...day, timeZone } };
  const warning = openDaysWarning(platform, { kind: 'dates', since: '2026-11-20', until }, now);
  expect(warning).toEqual(open ? expect.stringContaining(`${until} has not ended`) : null);
  expect(openDaysWarning(platform, week, now)).toBeNull();
});
