import { DAY_MS } from '../clock.js';
import { addDays } from '../collector/day.js';
import { BOUNDS, DEFAULTS } from '../collector/options.js';
import type { Window } from '../collector/window.js';
import { CollectError } from '../errors.js';
import type { Rates } from '../http/pace.js';
import { isConfidential } from '../loopback.js';
import { OLDER_TRIGGER_PATH, TRIGGER_PATH } from '../server/paths.js';
import { ALL, type Selection } from '../store/selection.js';
import { formatNumber } from '../text.js';
import type { TimeOfDay, Times } from './schedule/schedule.js';
import { didYouMean } from './suggest.js';

/** Ten years, as far back as any platform answers. */
const MAX_NAMED_DAYS = 3_660;

interface WindowFlags {
  readonly date?: string;
  readonly since?: string;
  readonly until?: string;
  readonly lookback?: number;
}

/** A mistake in the way a command was called. */
export function usageError(message: string, fix: string): CollectError {
  return new CollectError('usage', message, fix);
}

/** Accepts a whole number within inclusive bounds. */
export function integer(flag: string, { min, max }: { readonly min: number; readonly max: number }) {
  return (text: string): number => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw usageError(
      `${flag} ${quote(text)} is not a whole number from ${formatNumber(min)} to ${formatNumber(max)}.`,
      `For example ${flag} ${min}.`,
    );
  };
}

/** A calendar date, `YYYY-MM-DD`. */
export function parseCalendarDate(flag: string, text: string, today = utcToday(new Date())): string {
  if (isCalendarDate(text)) return text;
  throw usageError(
    `${flag} ${quote(text)} is not a valid date (YYYY-MM-DD).`,
    `For example ${flag} ${addDays(today, -2)}.`,
  );
}

/** A calendar date, `YYYY-MM-DD`, no later than `today`. */
export function parseDate(flag: string, text: string, today: string): string {
  parseCalendarDate(flag, text, today);
  if (text > today) {
    throw usageError(
      `${flag} ${text} is in the future.`,
      `Only days that have ended are collected, for example ${flag} ${addDays(today, -2)}.`,
    );
  }
  return text;
}

/** Which days a run is to collect. `today` is today's date in UTC. */
export function parseWindow({ date, since, until, lookback }: WindowFlags, today: string): Window {
  if (date !== undefined) {
    if (since !== undefined || until !== undefined || lookback !== undefined) {
      throw usageError('--date cannot be combined with --since, --until or --lookback.', 'Use only one of them.');
    }
    const day = parseDate('--date', date, today);
    return { kind: 'day', date: day };
  }
  if (since !== undefined || until !== undefined) return parseRange({ since, until, lookback }, today);
  if (lookback === undefined) return DEFAULTS.window;
  return { kind: 'lookback', days: lookback };
}

/** Whose accounts a run is to collect: everybody's, those of `--user`, or those of the users in the shard `--shard`. */
export function parseSelection({ user, shard }: { readonly user?: string; readonly shard?: Selection }): Selection {
  if (user === undefined) return shard ?? ALL;
  if (shard === undefined) return { kind: 'user', userId: user };
  throw usageError('--user cannot be combined with --shard.', 'Use only one of them.');
}

/** A shard of the users, `I/N`. */
export function parseShard(text: string): Selection {
  const { max } = BOUNDS.shards;
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && 1 <= index && index <= count && count <= max) {
    return { kind: 'shard', index, count };
  }
  throw usageError(
    `--shard ${quote(text)} is not of the form I/N with 1 <= I <= N <= ${max}.`,
    'For example --shard 1/4 on one machine and 2/4, 3/4 and 4/4 on the others.',
  );
}

/** Accepts any text that is not empty. */
export function nonEmpty(flag: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== '') return text;
    throw usageError(`${flag} is empty.`, 'Leave it out, or give it a value.');
  };
}

/** Times of a day, each `HH:MM` from 00:00 to 23:59, separated by commas. */
export function parseTimes(flag: string, text: string): Times {
  const times = new Map(
    text
      .split(',')
      .map((each) => parseTimeOfDay(flag, each.trim()))
      .map((time) => [time.hour * 60 + time.minute, time]),
  );
  const [first, ...others] = [...times].sort(([one], [other]) => one - other).map(([, time]) => time);
  if (first === undefined) throw usageError(`${flag} names no time.`, `For example ${flag} 02:00,09:00.`);
  return [first, ...others];
}

function parseTimeOfDay(flag: string, text: string): TimeOfDay {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)?.map(Number) ?? [];
  if (hour !== undefined && minute !== undefined) return { hour, minute };
  throw usageError(`${flag} ${quote(text)} is not a time of day (HH:MM, UTC).`, `For example ${flag} 02:00,09:00.`);
}

/** The trigger endpoint of `serve`, given by its own address or by the server's. */
export function parseTriggerUrl(flag: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !isConfidential(url)) {
    throw usageError(`${flag} is not an https:// address.`, `For example ${flag} https://collect.example.com.`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw usageError(
      `${flag} must consist of a host and a path only.`,
      'Leave out credentials, query and fragment; the secret is sent in a header.',
    );
  }
  const path = url.pathname.replace(/\/+$/, '');
  const isWhole = [TRIGGER_PATH, OLDER_TRIGGER_PATH].some((end) => path.endsWith(end));
  return `${url.origin}${isWhole ? path : `${path}${TRIGGER_PATH}`}`;
}

/** Platform names, as `parseNames` takes them. */
export function parsePlatforms(texts: readonly string[] | undefined, known: readonly string[]): string[] | undefined {
  return parseNames(texts)?.map((name) => parsePlatform(name, known));
}

/** Names; each value of the flag is one name, or several separated by commas. Undefined if the flag was not given. */
export function parseNames(texts: readonly string[] | undefined): string[] | undefined {
  const names = texts?.flatMap((text) => text.split(',')).map((name) => name.trim());
  return names && [...new Set(names)];
}

export function parsePlatform(name: string, known: readonly string[], flag = '--platform'): string {
  if (known.includes(name)) return name;
  throw usageError(
    `${flag} ${quote(name)} is not a known platform.`,
    didYouMean(name, known) ?? `Known platforms: ${known.join(', ')}.`,
  );
}

/** Requests a second by platform, from texts of the form `NAME=N`. */
export function parseRates(texts: readonly string[], known: readonly string[]): Rates {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = '', rate = ''] = /^([^=]*)=(\d{1,5}(?:\.\d{1,3})?)$/.exec(text.trim()) ?? [];
      const { min, max } = BOUNDS.rate;
      if (!(min <= Number(rate) && Number(rate) <= max)) {
        throw usageError(
          `--rate ${quote(text)} is not of the form PLATFORM=N, with N requests per second from ${min} to ${formatNumber(max)}.`,
          `For example --rate ${known[0]}=12.`,
        );
      }
      if (known.includes(name)) return [name, Number(rate)];
      throw usageError(
        `--rate ${quote(text)} does not begin with a known platform.`,
        didYouMean(name, known, `=${rate}`) ?? `Known platforms: ${known.join(', ')}.`,
      );
    }),
  );
}

/** A point in time (ISO 8601 with an offset or `Z`) or a date in UTC; returned as ISO 8601 in UTC. */
export function parseInstant(flag: string, text: string): string {
  const instant = readInstant(text);
  if (instant !== null) return instant;
  throw usageError(`${flag} ${quote(text)} is not an ISO 8601 time.`, `For example ${flag} 2027-01-31T12:00:00Z.`);
}

/** As `parseInstant`; null for anything else. */
export function readInstant(text: string): string | null {
  const hasForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const isTime = hasForm && isCalendarDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));
  return isTime ? new Date(text).toISOString() : null;
}

/** The date an age (`90d`, `12mo`, `1y`) before `today`, by the calendar: the last day of a month that has no such day. */
export function parseAge(flag: string, text: string, today: string): string {
  const [, digits, unit] = /^([1-9]\d{0,2})(d|mo|y)$/.exec(text) ?? [];
  if (digits === undefined) {
    throw usageError(
      `${flag} ${quote(text)} is not an age of 1 to 999 days (d), months (mo) or years (y).`,
      `For example ${flag} 12mo.`,
    );
  }
  if (unit === 'd') return new Date(Date.parse(today) - Number(digits) * DAY_MS).toISOString().slice(0, 10);
  return monthsBefore(today, Number(digits) * (unit === 'y' ? 12 : 1));
}

/** Today's date in UTC. */
export function utcToday(now: Date): string {
  return now.toISOString().slice(0, 10);
}

function parseRange(
  { since, until, lookback }: { since: string | undefined; until: string | undefined; lookback: number | undefined },
  today: string,
): Window {
  if (since === undefined) {
    const example = addDays(parseDate('--until', until ?? today, today), -6);
    throw usageError('--until needs --since (the first day).', `For example --since ${example}.`);
  }
  if (lookback !== undefined)
    throw usageError('--lookback cannot be combined with --since or --until.', 'Use only one of them.');
  const first = parseDate('--since', since, today);
  const last = until === undefined ? today : parseDate('--until', until, today);
  if (first > last) throw usageError(`--since ${since} is later than --until ${until}.`, 'Swap them.');
  if (Date.parse(last) - Date.parse(first) >= MAX_NAMED_DAYS * DAY_MS) {
    throw usageError(
      `${first} to ${last} is more than ${formatNumber(MAX_NAMED_DAYS)} days.`,
      'Collect them in several runs.',
    );
  }
  return until === undefined ? { kind: 'dates', since: first } : { kind: 'dates', since: first, until: last };
}

function monthsBefore(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(day, lastOfMonth))).toISOString().slice(0, 10);
}

function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(text);
  // Date.parse takes 2026-02-30 for the 2nd of March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
