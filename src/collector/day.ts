import { DAY_MS, MINUTE_MS } from '../clock.js';
import type { Day } from '../platforms/contract.js';

/** The clocks of a zone change only at quarters of an hour of UTC: one offset holds for each. */
const QUARTER_MS = 15 * MINUTE_MS;

interface Zone {
  readonly formatter: Intl.DateTimeFormat;
  /** Local time minus UTC, in milliseconds, by the quarters since 1970 that were asked for. */
  readonly offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();
/** Every account of a run has the same few days. */
const days = new Map<string, Day>();

/** The day with the given date (`YYYY-MM-DD`) in an IANA time zone, with the instants at which it starts and ends. */
export function dayOf(date: string, timeZone: string): Day {
  const key = `${date} ${timeZone}`;
  const day = days.get(key) ?? { date, start: startOf(date, timeZone), end: startOf(addDays(date, 1), timeZone) };
  days.set(key, day);
  return day;
}

/** The date that the calendar in `timeZone` shows at an instant. */
export function dateAt(instant: Date, timeZone: string): string {
  return new Date(instant.getTime() + offsetMs(instant, timeZone)).toISOString().slice(0, 10);
}

/** The newest day that has ended in `timeZone` at an instant. */
export function lastEndedDate(now: Date, timeZone: string): string {
  return addDays(dateAt(now, timeZone), -1);
}

/** The day whose end is nearest to an instant: the last ended day or the current one. If both are equally near, the ended one. */
export function nearestDay(now: Date, timeZone: string): Day {
  const ended = dayOf(lastEndedDate(now, timeZone), timeZone);
  const current = dayOf(addDays(ended.date, 1), timeZone);
  return now.getTime() - ended.end.getTime() <= current.end.getTime() - now.getTime() ? ended : current;
}

/** Calendar arithmetic on dates: no time zone, no clock. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** All dates from `since` to `until`, both inclusive, ascending. */
export function datesBetween(since: string, until: string): string[] {
  const dates: string[] = [];
  for (let date = since; date <= until; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** Days from 1970-01-01 to a date. */
export function daysSinceEpoch(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

/** How many days the second date is after the first. */
export function daysBetween(date: string, later: string): number {
  return daysSinceEpoch(later) - daysSinceEpoch(date);
}

/** The first instant of a date. If the clock jumps over midnight, the day starts at the jump. */
function startOf(date: string, timeZone: string): Date {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // The offsets before and after midnight differ on days when daylight saving begins or ends.
  const candidates = [midnight - DAY_MS, midnight + DAY_MS]
    .map((instant) => midnight - offsetMs(new Date(instant), timeZone))
    .sort((a, b) => a - b);
  const start = candidates.find((instant) => dateAt(new Date(instant), timeZone) === date);
  return new Date(start ?? midnight - offsetMs(new Date(midnight), timeZone));
}

/** Local time minus UTC at an instant, in milliseconds. */
function offsetMs(instant: Date, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  let zone = zones.get(timeZone);
  if (!zone) {
    zone = { formatter: formatterOf(timeZone), offsets: new Map() };
    zones.set(timeZone, zone);
  }
  const quarter = Math.floor(instant.getTime() / QUARTER_MS);
  let offset = zone.offsets.get(quarter);
  if (offset === undefined) {
    offset = formattedOffsetMs(quarter * QUARTER_MS, zone.formatter);
    zone.offsets.set(quarter, offset);
  }
  return offset;
}

function formattedOffsetMs(instant: number, formatter: Intl.DateTimeFormat): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}
