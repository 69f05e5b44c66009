import { type Column, formatTable } from './table.js';
import { cleanText } from './text.js';

export type Row = Readonly<Record<string, unknown>>;

/** The rows of a statement as a table, at most `width` columns wide. */
export function renderRows(names: readonly string[], rows: readonly Row[], width: number): string {
  if (names.length === 0) return '';
  const columns = names.map((name): Column => {
    const isNumeric = rows.length > 0 && rows.every((row) => ['number', 'bigint'].includes(typeof (row[name] ?? 0)));
    return { title: cleanText(name), cut: true, ...(isNumeric && { align: 'right' as const }) };
  });
  return `${formatTable(
    columns,
    rows.map((row) => names.map((name) => cell(row[name]))),
    width,
  ).join('\n')}\n`;
}

/** Numbers that JSON's readers would round are texts. */
export function rowsJson(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
    ),
  );
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return cleanText(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
