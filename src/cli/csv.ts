import { stringify } from 'csv-stringify/sync';

/** Rows of CSV. A cell that a spreadsheet would read as a formula begins with an apostrophe. */
export function csvRows(rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true },
  );
}
