import { beforeAll, expect, it } from 'vitest';
import { configuredPlatforms } from '../../src/app.js';
import { type Series, type SeriesDay, type SimulatedRun, simulateRuns } from '../../src/cli/simulate.js';
import { DEFAULTS } from '../../src/collector/options.js';
import { indexOfDate, pacificDay, utcDay } from '../../src/sandbox/days.js';
import { latePopulation } from '../../src/sandbox/late.js';
import { shownValue } from '../../src/sandbox/readiness.js';

const RUNS = 10;
/** Daylight saving ends in Los Angeles on the first of November. */
const UNTIL = new Date('2026-11-05T08:59:00Z');
const HOUR_MS = 3_600_000;

const runs: SimulatedRun[] = [];
beforeAll(async () => {
  const options = { ...DEFAULTS, trigger: 'test', signal: new AbortController().signal };
  for await (const run of simulateRuns({ until: UNTIL, runs: RUNS, options })) runs.push(run);
});

it('runs once a day at 09:00 UTC, the last time before the given end', () => {
  expect(runs).toHaveLength(RUNS);
  expect([runs[0]?.at, runs.at(-1)?.at]).toEqual(['2026-10-26T09:00:00.000Z', '2026-11-04T09:00:00.000Z']);
  expect(runs.map(({ summary }) => summary.status)).toEqual(Array(RUNS).fill('completed'));
});

it('shows the last seven ended days of each series', () => {
  for (const { at, table } of runs) {
    for (const { account_id, days } of table) {
      expect(account_id).not.toBe('');
      expect(days).toHaveLength(7);
      expect(Date.parse(days.at(-1)?.date ?? '')).toBe(Date.parse(at.slice(0, 10)) - 24 * HOUR_MS);
    }
  }
});

it('ends with the true values of every day past its settling time', () => {
  const last = runs.at(-1);
  const past = (last?.table ?? []).flatMap((series) =>
    series.days.filter((day) => isPastSettling(series, day.date)).map((day) => ({ series, day })),
  );
  expect(past.filter(({ day }) => day.value !== null).length).toBeGreaterThan(15);
  expect(past.map(({ day: { date, value, state } }) => ({ date, value, state }))).toEqual(
    past.map(({ series, day: { date } }) => {
      const value = truth(series, date) ?? null;
      return { date, value, state: value === null ? null : 'settled' };
    }),
  );
});

it('shows values that are provisional and too low, and are then corrected', () => {
  expect(histories().filter((days) => isCorrected(days, 1))).not.toEqual([]);
});

it('shows values that are lowered', () => {
  expect(histories().filter((days) => isCorrected(days, -1))).not.toEqual([]);
});

it('shows days that are pending before they have a value', () => {
  expect(runs.filter(({ summary }) => summary.days.pending > 0)).not.toEqual([]);
  expect(histories().filter((days) => days[0]?.value === null && days.at(-1)?.value !== null)).not.toEqual([]);
});

it('never shows a value disappear', () => {
  const lost = histories().filter((days) =>
    days.some(({ value }, index) => value === null && days[index - 1]?.value != null),
  );
  expect(lost).toEqual([]);
});

function lastRun(): number {
  return Date.parse(runs.at(-1)?.at ?? '');
}

function dayOf({ platform }: Series, date: string) {
  const index = indexOfDate(date) ?? Number.NaN;
  return platform === 'linkedin' ? utcDay(index) : pacificDay(index);
}

function isPastSettling(series: Series, date: string): boolean {
  const platform = configuredPlatforms([], {}).find(({ name }) => name === series.platform);
  return lastRun() >= dayOf(series, date).end + (platform?.day.settlesAfterHours ?? Number.NaN) * HOUR_MS;
}

function truth(series: Series, date: string): number | undefined {
  const account = latePopulation(new Date(runs[0]?.at ?? '')).find(({ platform }) => platform === series.platform);
  return account && shownValue(account, series.metric, dayOf(series, date), lastRun());
}

/** Each value as it stood after each run that showed its day. */
function histories(): SeriesDay[][] {
  const found = new Map<string, SeriesDay[]>();
  for (const { platform, metric, days } of runs.flatMap(({ table }) => table)) {
    for (const day of days) {
      const key = `${platform} ${metric} ${day.date}`;
      found.set(key, [...(found.get(key) ?? []), day]);
    }
  }
  return [...found.values()];
}

/** Provisional at first, and settled at a value that keeps it beside it. */
function isCorrected(days: readonly SeriesDay[], direction: 1 | -1): boolean {
  const [first, last] = [days.find(({ value }) => value !== null), days.at(-1)];
  if (first?.state !== 'provisional' || last?.state !== 'settled') return false;
  return last.first === first.value && Math.sign((last.value ?? 0) - (first.value ?? 0)) === direction;
}
