import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays, dateAt, datesBetween, dayOf, lastEndedDate } from '../../src/collector/day.js';

const HOUR_MS = 3_600_000;
const zones = fc.constantFrom(
  'America/Los_Angeles',
  'UTC',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Asia/Kathmandu',
  'Europe/Lisbon',
  'America/Sao_Paulo',
  'Asia/Beirut',
);
const instants = fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });

it('starts a day at its first instant and ends it where the next one starts, in any time zone', () => {
  fc.assert(
    fc.property(zones, instants, (zone, instant) => {
      const date = dateAt(instant, zone);
      const day = dayOf(date, zone);
      expect(dateAt(day.start, zone)).toBe(date);
      expect(dateAt(new Date(day.start.getTime() - 1), zone)).toBe(addDays(date, -1));
      expect(dateAt(new Date(day.end.getTime() - 1), zone)).toBe(date);
      expect(day.end).toEqual(dayOf(addDays(date, 1), zone).start);
      expect(instant >= day.start && instant < day.end).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['2026-03-08', 23, '2026-03-08T08:00:00.000Z'],
  ['2026-11-01', 25, '2026-11-01T07:00:00.000Z'],
  ['2026-11-02', 24, '2026-11-02T08:00:00.000Z'],
  ['2024-02-29', 24, '2024-02-29T08:00:00.000Z'],
])('gives the Pacific %s %i hours', (date, hours, start) => {
  const day = dayOf(date, 'America/Los_Angeles');
  expect(day.start.toISOString()).toBe(start);
  expect((day.end.getTime() - day.start.getTime()) / HOUR_MS).toBe(hours);
});

it('regards a day as ended only after its last instant', () => {
  expect(lastEndedDate(new Date('2026-11-22T07:59:59.999Z'), 'America/Los_Angeles')).toBe('2026-11-20');
  expect(lastEndedDate(new Date('2026-11-22T08:00:00.000Z'), 'America/Los_Angeles')).toBe('2026-11-21');
  expect(lastEndedDate(new Date('2026-11-22T23:59:59.000Z'), 'UTC')).toBe('2026-11-21');
});

it('counts days across months, leap days and years', () => {
  expect(datesBetween('2024-02-28', '2024-03-01')).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
  expect(addDays('2025-12-31', 1)).toBe('2026-01-01');
  expect(datesBetween('2026-01-02', '2026-01-01')).toEqual([]);
});
