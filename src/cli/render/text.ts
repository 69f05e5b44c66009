import stringWidth from 'string-width';

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

/** How many columns a text for a stream may take: any number where it is no terminal. */
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
    if (last !== undefined && date === dayAfter(last.until)) last.until = date;
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

/** What a line of a terminal holds, so that nothing wraps. */
export const WIDTH = 80;

export interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** Its cells may be cut where the table would be too wide: in the middle if their ends tell them apart, as those of ids do. */
  readonly cut?: true | 'middle';
}

const GAP = 2;

/**
 * A table in plain text, with two spaces between columns; the first line holds the titles. Put texts of unknown width last. Where it
 * would be wider than `most`, the widest of the columns that may be cut are, if that suffices.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  most = Number.POSITIVE_INFINITY,
): string[] {
  const lines = [columns.map((column) => column.title), ...rows];
  const full = columns.map((_, index) =>
    lines.reduce((widest, cells) => Math.max(widest, stringWidth(cells[index] ?? '')), 0),
  );
  const widths = fitted(columns, full, most - GAP * (columns.length - 1));
  return lines.map((cells) =>
    columns
      .map(({ align, cut }, index) => {
        const [text, width] = [cells[index] ?? '', widths[index] ?? 0];
        return padToWidth(cut === 'middle' ? cutMiddle(text, width) : cutToWidth(text, width), width, align);
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

/** A text cut to a number of columns, with an ellipsis if it was cut. Characters of several code points stay whole. */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let [cut, used] = ['', 0];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment);
    if (used >= width) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** A text cut to a number of columns, with an ellipsis in its middle if it was cut: of ids that begin alike, the ends differ. */
export function cutMiddle(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const end = Math.floor((width - 1) / 2);
  const [head, tail] = [cutToWidth(text, width - end), reversed(cutToWidth(reversed(text), end + 1))];
  return head + tail.slice(1);
}

function reversed(text: string): string {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
    .reverse()
    .join('');
}

/** A cell of fewer columns says nothing. */
const NARROWEST = 3;

/** The widths of columns that together take at most `most`: those that may be cut, down to one width. */
function fitted(columns: readonly Column[], widths: readonly number[], most: number): number[] {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const cuttable = widths.filter((_, index) => columns[index]?.cut).sort((one, other) => one - other);
  let [left, level] = [most - total + cuttable.reduce((sum, width) => sum + width, 0), Number.POSITIVE_INFINITY];
  for (const [index, width] of cuttable.entries()) {
    level = Math.floor(left / (cuttable.length - index));
    if (width > level) break;
    left -= width;
    level = Number.POSITIVE_INFINITY;
  }
  return widths.map((width, index) => (columns[index]?.cut ? Math.min(width, Math.max(level, NARROWEST)) : width));
}

/** A text with spaces up to a number of columns. */
export function padToWidth(text: string, width: number, align?: Column['align']): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}

function dayAfter(date: string): string {
  return new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22 Nov`, or `22 Nov 2025` if it is not in the same year as another date. */
export function formatDay(date: string, other: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  const short = `${Number(day)} ${MONTHS[Number(month) - 1]}`;
  return other.startsWith(year) ? short : `${short} ${year}`;
}

/** An instant in UTC to the minute: `22 Nov 02:00`. */
export function formatInstant(instant: string): string {
  const iso = new Date(instant).toISOString();
  return `${formatDay(iso.slice(0, 10), iso)} ${iso.slice(11, 16)}`;
}
