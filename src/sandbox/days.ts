/** The sandbox's own day arithmetic, separate from the collector's so that a mistake there is not repeated here. */

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export interface SandboxDay {
  /** Days from 1970-01-01 to the calendar date. */
  readonly index: number;
  /** `YYYY-MM-DD` in the zone that the day belongs to. */
  readonly date: string;
  /** First instant, ms since the epoch. */
  readonly start: number;
  /** First instant after it, ms since the epoch. */
  readonly end: number;
}

const pacificHour = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hour: '2-digit',
  hourCycle: 'h23',
});
const pacificDays = new Map<number, SandboxDay>();

/** Midnight is 07:00Z in daylight saving time and 08:00Z in standard time: Los Angeles changes its clocks at 02:00. */
function pacificMidnight(index: number): number {
  const inDaylightSaving = index * DAY_MS + 7 * HOUR_MS;
  return pacificHour.format(inDaylightSaving) === '00' ? inDaylightSaving : inDaylightSaving + HOUR_MS;
}

/** The day in Los Angeles with that index. */
export function pacificDay(index: number): SandboxDay {
  let day = pacificDays.get(index);
  if (!day) {
    day = { index, date: dateOfIndex(index), start: pacificMidnight(index), end: pacificMidnight(index + 1) };
    pacificDays.set(index, day);
  }
  return day;
}

/** The day in Los Angeles that contains an instant (ms). */
export function pacificDayAt(instant: number): SandboxDay {
  const day = pacificDay(Math.floor((instant - 7 * HOUR_MS) / DAY_MS));
  return day.start <= instant ? day : pacificDay(day.index - 1);
}

/** The days in Los Angeles whose first instant lies in the range, both ends included (ms). */
export function pacificDaysStartingIn(since: number, until: number): SandboxDay[] {
  const days: SandboxDay[] = [];
  const first = pacificDayAt(since);
  let day = first.start === since ? first : pacificDay(first.index + 1);
  for (; day.start <= until; day = pacificDay(day.index + 1)) days.push(day);
  return days;
}

/** The UTC day with that index. */
export function utcDay(index: number): SandboxDay {
  return { index, date: dateOfIndex(index), start: index * DAY_MS, end: (index + 1) * DAY_MS };
}

function dateOfIndex(index: number): string {
  return new Date(index * DAY_MS).toISOString().slice(0, 10);
}

/** Undefined for anything that is not a calendar date, such as `2026-02-30`. */
export function indexOfDate(date: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const instant = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(instant)) return undefined;
  const index = instant / DAY_MS;
  return dateOfIndex(index) === date ? index : undefined;
}
