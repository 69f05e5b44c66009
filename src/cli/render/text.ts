import { addDays } from '../../collector/day.js';
import { dayOfYear } from '../../text.js';

export { formatDuration } from '../../text.js';

const CONTROL = /\p{Cc}+/gu;
/** Marks that change the direction of the text after them, and could disguise what a line says. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069]/g;

/**
 * What GitHub's runner reads as a command in a log: `##[…]` anywhere, `::` at the start of a line.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
const COMMAND = /##\[|^::/g;

/**
 * A text from outside, made harmless for a terminal and a CI log: one line, without control characters and without commands to
 * the runner.
 */
export function cleanText(text: string): string {
  return text
    .replace(CONTROL, ' ')
    .replace(DIRECTION, '')
    .trim()
    .replace(COMMAND, (mark) => [...mark].join(' '));
}

/** How many columns a text for a stream may take; unlimited if it is not a terminal. */
export function widthOf({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number {
  // Some containers' terminals report a width of 0.
  return isTTY ? columns || 80 : Number.POSITIVE_INFINITY;
}

/** A JSON document, escaped so that no log reads a text in it as a command. */
export function jsonDocument(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replaceAll('##[', '##\\u005b')}\n`;
}

/** Ascending dates as ranges: `2026-11-15 to 2026-11-17, 2026-11-20`. */
export function formatDates(dates: readonly string[]): string {
  const ranges: { since: string; until: string }[] = [];
  for (const date of dates) {
    const last = ranges.at(-1);
    if (last !== undefined && date === addDays(last.until, 1)) last.until = date;
    else ranges.push({ since: date, until: date });
  }
  return ranges.map(({ since, until }) => formatRange(since, until)).join(', ');
}

/** `2026-11-15`, or `2026-11-15 to 2026-11-21`. */
export function formatRange(since: string, until: string): string {
  return since === until ? since : `${since} to ${until}`;
}

/** An account by its id and name: `17841400000000000 (Name)`. */
export function formatAccount(account: {
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly connectionId: string;
}): string {
  const id = account.accountId === null ? `connection ${account.connectionId}` : cleanText(account.accountId);
  return account.accountName === null ? id : `${id} (${cleanText(account.accountName)})`;
}

/** The width of a terminal in which nothing may wrap. */
export const WIDTH = 80;

/** `22 Nov`, or `22 Nov 2025` if it is not in the same year as another date. */
export function formatDay(date: string, other: string): string {
  const year = date.slice(0, 4);
  return other.startsWith(year) ? dayOfYear(date) : `${dayOfYear(date)} ${year}`;
}

/** An instant in UTC to the minute: `22 Nov 02:00`. */
export function formatInstant(instant: string): string {
  const iso = new Date(instant).toISOString();
  return `${formatDay(iso.slice(0, 10), iso)} ${iso.slice(11, 16)}`;
}
