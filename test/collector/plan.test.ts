import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, datesBetween } from '../../src/collector/day.js';
import { type PlanInput, plan } from '../../src/collector/plan.js';
import { progressOf } from '../../src/collector/progress.js';
import { ledgerRange, openDaysWarning, type Window } from '../../src/collector/window.js';
import type { Platform } from '../../src/platforms/contract.js';
import { type LedgerEntry, OUTCOME_STATES, type OutcomeState, type StoredAccount } from '../../src/store/accounts.js';
import { ledgerEntry, storedAccount } from '../support/accounts.js';

const day: Platform['day'] = {
  timeZone: 'America/Los_Angeles',
  settlesAfterHours: 48,
  reachDays: 728,
  asks: 'day',
};
const byRange: Platform['day'] = { ...day, asks: 'range' };
const week: Window = { kind: 'lookback', days: 7 };
/** 01:00 in Los Angeles: 2026-11-21 has ended an hour ago. */
const now = new Date('2026-11-22T09:00:00Z');
const WINDOW = datesBetween('2026-11-15', '2026-11-21');

type Given = Partial<Omit<PlanInput, 'account'>> & Partial<StoredAccount>;

function planned({ window = week, backlog = 30, now: at = now, again = false, ...given }: Given) {
  const { day: of = day, hasClosing = false, ...account } = given;
  return plan({ account: storedAccount(account), day: of, hasClosing, window, backlog, now: at, again });
}

const due = (given: Given) => planned(given).due.map(({ date }) => date);

const entry = (date: string, state: OutcomeState, missing: readonly string[] = []) =>
  ledgerEntry(date, state, { missing });

const settledOn = (dates: readonly string[], missing: readonly string[] = []) =>
  dates.map((date) => entry(date, 'settled', missing));

it('asks for the last seven ended days of an account not seen before, oldest first', () => {
  expect(due({})).toEqual(WINDOW);
});

it('leaves a day alone until it has ended in Los Angeles', () => {
  expect(due({ window: { kind: 'lookback', days: 1 }, now: new Date('2026-11-22T07:59:59Z') })).toEqual(['2026-11-20']);
  expect(due({ window: { kind: 'dates', since: '2026-11-22', until: '2026-11-22' } })).toEqual([]);
});

describe('a day in the window, by its outcome,', () => {
  it.each<[OutcomeState, boolean, boolean]>([
    ['settled', false, false],
    ['no_data', true, true],
    ['provisional', false, true],
    ['pending', true, true],
    ['failed', true, true],
    ['skipped', true, true],
  ])('%s is due before settling: %s, after: %s', (state, before, after) => {
    const window: Window = { kind: 'dates', since: '2026-11-20', until: '2026-11-20' };
    const settlesAt = new Date('2026-11-23T08:00:00Z');
    const asked = (instant: Date) => due({ window, ledger: [entry('2026-11-20', state)], now: instant }).length > 0;
    expect(asked(new Date(settlesAt.getTime() - 1))).toBe(before);
    expect(asked(settlesAt)).toBe(after);
  });

  it('is collected again although settled only with --refresh, or if it is named', () => {
    const ledger = settledOn(WINDOW);
    expect(due({ ledger, again: true })).toEqual(WINDOW);
    expect(due({ ledger, window: { kind: 'day', date: '2026-11-18' } })).toEqual(['2026-11-18']);
    expect(due({ ledger, window: { kind: 'dates', since: '2026-11-14', until: '2026-11-18' } })).toEqual([
      '2026-11-14',
    ]);
  });
});

describe('a settled day that lacks a metric', () => {
  const metrics = { reach: ['2026-11-01', '2026-11-21'], views: ['2026-11-17', '2026-11-21'] } as const;

  it("is asked for once more on the window's last day if each day takes requests", () => {
    expect(due({ metrics, ledger: settledOn(WINDOW, ['reach']) })).toEqual(['2026-11-15']);
  });

  it('is asked for in every run if one request answers for all days', () => {
    const ledger = [...settledOn(WINDOW.slice(0, 6)), entry('2026-11-21', 'settled', ['reach'])];
    expect(due({ day: byRange, metrics: { reach: ['2026-11-01', '2026-11-20'] }, ledger })).toEqual(WINDOW);
  });

  it('includes a day from before the metric first appeared', () => {
    expect(due({ metrics, ledger: settledOn(WINDOW) })).toEqual(['2026-11-15']);
    expect(due({ metrics: { reach: metrics.reach }, ledger: settledOn(WINDOW) })).toEqual([]);
  });

  it('is complete again if the account has not had the metric for four weeks', () => {
    const gone = { reach: ['2026-09-01', '2026-10-20'] } as const;
    expect(due({ metrics: gone, ledger: settledOn(WINDOW, ['reach']) })).toEqual([]);
  });
});

describe('a platform that is asked by range', () => {
  it('is asked for the whole window if one of its days is due, and otherwise for nothing', () => {
    expect(due({ day: byRange, ledger: settledOn(WINDOW.slice(1)) })).toEqual(WINDOW);
    expect(due({ day: byRange, ledger: settledOn(WINDOW) })).toEqual([]);
  });

  it('is asked for the last 28 days once a week, on a weekday that depends on the account', () => {
    const account = { firstDay: '2026-01-01', doneTo: '2026-11-14', ledger: settledOn(WINDOW.slice(0, 6)) };
    const lengths = [0, 1, 2, 3, 4, 5, 6].map((id) => due({ ...account, id, day: byRange }).length);
    expect(lengths.toSorted((a, b) => a - b)).toEqual([7, 7, 7, 7, 7, 7, 28]);
    const again = [0, 1, 2, 3, 4, 5, 6].map((id) =>
      due({ ...account, id, day: byRange, ledger: [...settledOn(WINDOW.slice(0, 6)), entry('2026-11-21', 'pending')] }),
    );
    expect(again.every(({ length }) => length === 7 || length === 28)).toBe(true);
  });
});

describe('the backlog', () => {
  const known = { firstDay: '2026-10-01', doneTo: '2026-10-10', ledger: settledOn(WINDOW) };

  it('is every day since the first collected one that is not done, newest first, up to a limit per run', () => {
    expect(due(known)).toEqual(datesBetween('2026-10-16', '2026-11-14'));
    expect(due({ ...known, backlog: 3 })).toEqual(['2026-11-12', '2026-11-13', '2026-11-14']);
    expect(due({ ...known, backlog: 0 })).toEqual([]);
  });

  it('leaves out settled days and days finally without data, and includes failed ones', () => {
    const older = [
      ...datesBetween('2026-10-11', '2026-11-10').map((date) => entry(date, 'settled')),
      entry('2026-11-11', 'no_data'),
      entry('2026-11-12', 'failed'),
      entry('2026-11-13', 'provisional'),
      entry('2026-11-14', 'settled'),
    ];
    expect(due({ ...known, ledger: [...older, ...settledOn(WINDOW)] })).toEqual(['2026-11-12', '2026-11-13']);
  });

  it('begins with the first collected day', () => {
    expect(due({ ledger: settledOn(WINDOW) })).toEqual([]);
    expect(due({ ...known, firstDay: '2026-11-13', doneTo: null })).toEqual(['2026-11-13', '2026-11-14']);
  });

  it('ends where the platform no longer answers', () => {
    const short: Platform['day'] = { ...day, reachDays: 10 };
    expect(due({ ...known, day: short })).toEqual(['2026-11-12', '2026-11-13', '2026-11-14']);
  });
});

describe('an account’s progress after a run', () => {
  const stand = (ledger: readonly LedgerEntry[], given: Partial<StoredAccount> = {}, of = day) =>
    progressOf({ firstDay: '2026-11-01', doneTo: '2026-11-05', ...given }, ledger, of, now);

  it('advances past done days, up to the window', () => {
    const all = settledOn(datesBetween('2026-11-06', '2026-11-14'));
    expect(stand(all)).toEqual({ doneTo: '2026-11-14', backlog: 0, lost: 0, closedTo: null });
    expect(stand(all.filter(({ date }) => date !== '2026-11-09'))).toEqual({
      doneTo: '2026-11-08',
      backlog: 1,
      lost: 0,
      closedTo: null,
    });
  });

  it('counts a day out of reach as lost, once', () => {
    const short: Platform['day'] = { ...day, reachDays: 10 };
    const { doneTo, backlog, lost } = stand([], {}, short);
    expect({ doneTo, backlog, lost }).toEqual({ doneTo: '2026-11-11', backlog: 3, lost: 6 });
    expect(stand([], { doneTo }, short)).toMatchObject({ lost: 0, closedTo: null });
  });

  it('loses no day with provisional values, and tells up to which day the platform no longer answers', () => {
    const short: Platform['day'] = { ...day, reachDays: 10 };
    const ledger = datesBetween('2026-11-06', '2026-11-09').map((date) => entry(date, 'provisional'));
    expect(stand(ledger, {}, short)).toMatchObject({ lost: 2, closedTo: '2026-11-11' });
  });

  it('goes back to a day that failed in a backfill', () => {
    const ledger = datesBetween('2026-01-10', '2026-11-14').map((date) => entry(date, 'settled'));
    ledger[20] = entry('2026-01-30', 'failed');
    expect(stand(ledger, { firstDay: '2026-01-10', doneTo: '2026-11-14' })).toMatchObject({
      doneTo: '2026-01-29',
      backlog: 1,
    });
  });

  it('never goes back', () => {
    expect(stand([], { firstDay: '2026-01-01', doneTo: '2026-11-14' })).toMatchObject({
      doneTo: '2026-11-14',
      backlog: 0,
    });
  });

  it('stays empty until something was collected', () => {
    expect(stand([], { firstDay: null, doneTo: null })).toEqual({ doneTo: null, backlog: 0, lost: 0, closedTo: null });
  });
});

it('lists named days that are out of reach instead of asking for them', () => {
  const window: Window = { kind: 'dates', since: '2024-11-22', until: '2024-11-24' };
  const { tooOld, due: asked } = planned({ window });
  expect(tooOld.map(({ date }) => date)).toEqual(['2024-11-22', '2024-11-23']);
  expect(asked.map(({ date }) => date)).toEqual(['2024-11-24']);
});

it('files closing figures under the day whose end is nearest, never under named days of the past', () => {
  const closing = (given: Given) => planned({ hasClosing: true, ...given }).closing?.date ?? null;
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
    date: fc.integer({ min: 1, max: 21 }).map((n) => `2026-11-${String(n).padStart(2, '0')}`),
    state: fc.constantFrom(...OUTCOME_STATES),
    missing: fc.constant([]),
    figures: fc.constant('values' as const),
    doubt: fc.constant(null),
    isGone: fc.constant(false),
  }),
);
const kinds = fc.constantFrom(day, byRange);

it('plans nothing once everything that was due is settled', () => {
  fc.assert(
    fc.property(ledgers, kinds, fc.integer({ min: 1, max: 12 }), (ledger, of, days) => {
      const window: Window = { kind: 'lookback', days };
      const account = { firstDay: '2026-11-01', doneTo: null };
      const settled = settledOn(due({ ...account, ledger, window, day: of }));
      expect(due({ ...account, ledger: [...ledger, ...settled], window, day: of })).toEqual([]);
    }),
  );
});

it('eventually asks for every day since the first that is not done, whatever the limit per run', () => {
  fc.assert(
    fc.property(ledgers, kinds, fc.integer({ min: 1, max: 5 }), (given, of, backlog) => {
      const known = { firstDay: '2026-11-01', doneTo: null as string | null };
      let ledger: LedgerEntry[] = [...new Map(given.map((each) => [each.date, each])).values()];
      for (let runs = 0; runs < 30; runs++) {
        const asked = due({ ...known, ledger, day: of, backlog });
        ledger = [...ledger.filter(({ date }) => !asked.includes(date)), ...settledOn(asked)];
        known.doneTo = progressOf(known, ledger, of, now).doneTo;
      }
      const done = new Set(ledger.filter(({ state }) => state === 'settled').map(({ date }) => date));
      const isDone = (date: string) => done.has(date) || ledger.some((each) => each.date === date && isOver(each));
      expect(datesBetween('2026-11-01', '2026-11-21').filter((date) => !isDone(date))).toEqual([]);
      expect(known.doneTo).toBe('2026-11-14');
    }),
  );
});

it('counts each day that the platform has nothing for, for good, as lost once, whatever is left before it', () => {
  fc.assert(
    fc.property(ledgers, fc.subarray(datesBetween('2026-11-01', '2026-11-14')), (given, gone) => {
      const known = { firstDay: '2026-11-01', doneTo: null as string | null };
      const others = [...new Map(given.map((each) => [each.date, each])).values()];
      let ledger: LedgerEntry[] = [
        ...others.filter(({ date }) => !gone.includes(date)),
        ...gone.map((date) => ledgerEntry(date, 'skipped', { figures: 'nothing', isGone: true })),
      ];
      let lost = 0;
      for (let runs = 0; runs < 16; runs++) {
        const asked = due({ ...known, ledger, backlog: 1 });
        expect(asked.filter((date) => gone.includes(date))).toEqual([]);
        ledger = [...ledger.filter(({ date }) => !asked.includes(date)), ...settledOn(asked)];
        const { doneTo, lost: found } = progressOf(known, ledger, day, now);
        known.doneTo = doneTo;
        lost += found;
      }
      expect(lost).toBe(gone.length);
    }),
  );
});

/** Provisional within its settling time, or empty for good. */
function isOver({ date, state }: LedgerEntry): boolean {
  return (state === 'provisional' && date >= '2026-11-20') || (state === 'no_data' && date < '2026-11-15');
}

it('keeps a due day of a named window due as time passes, unless it stays without data', () => {
  const window: Window = { kind: 'dates', since: '2026-11-10', until: '2026-11-21' };
  fc.assert(
    fc.property(ledgers, fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), (ledger, first, more) => {
      const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
      const after = new Set(due({ ledger, window, now: at(first + more) }));
      const empty = new Set(ledger.filter(({ state }) => state === 'no_data').map(({ date }) => date));
      const before = due({ ledger, window, now: at(first) }).filter((date) => !empty.has(date));
      for (const date of before) expect(after).toContain(date);
    }),
  );
});

it('reads the ledger for every day that any time zone may plan', () => {
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
])('reports in %s whether the named day %s is still open', (timeZone, until, open) => {
  const platform = { name: 'any', day: { ...day, timeZone } };
  const warning = openDaysWarning(platform, { kind: 'dates', since: addDays(until, -2), until }, now);
  expect(openDaysWarning(platform, { kind: 'dates', since: until }, now)).toEqual(warning);
  expect(warning).toEqual(open ? expect.stringContaining(`${until} has not ended`) : null);
  expect(openDaysWarning(platform, week, now)).toBeNull();
});
