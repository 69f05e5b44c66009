import stringWidth from 'string-width';

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

/** A text cut to a number of columns, with an ellipsis in the middle if it was cut, because ids that begin alike differ at their ends. */
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

/** A narrower cell would be useless. */
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
