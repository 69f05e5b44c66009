import { stringify } from 'csv-stringify/sync';

/** A spreadsheet takes a text for a formula that begins with one of these, the full-width ones among them. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Rows of CSV in which no spreadsheet finds a formula. */
export function csvRows(rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify(rows.map((row) => row.map((cell) => (typeof cell === 'string' ? textCell(cell) : cell))));
}

/** A text as a cell that no spreadsheet runs: before what reads as a formula stands an apostrophe. */
export function textCell(text: string | null): string {
  if (text === null) return '';
  return FORMULA.test(text) ? `'${text}` : text;
}
