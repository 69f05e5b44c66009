import { stringify } from 'csv-stringify/sync';
import type { AccountDay } from '../../report/export.js';
import type { StoredValue, ValuesAccount } from '../../store/values.js';
import { textCell } from '../csv.js';

const COLUMNS = ['user_id', 'platform', 'account_id', 'date', 'metric', 'value', 'unit', 'aggregate', 'settled'];
const WIDE_COLUMNS = ['user_id', 'platform', 'account_id', 'date', 'settled'];
/** How rows are written: a header, and the lines of some rows. */
export interface Format<Row> {
  readonly header: string;
  readonly lines: (rows: readonly Row[]) => string;
}

/** A line per value. */
export const CSV: Format<StoredValue> = {
  header: stringify([COLUMNS]),
  lines: (values) =>
    stringify(
      values.map(({ account, date, metric, exactValue, unit, aggregate, settled }) => [
        ...accountCells(account),
        date,
        textCell(metric),
        exactValue,
        textCell(unit),
        textCell(aggregate),
        String(settled),
      ]),
    ),
};

/** A line per value. JSON does not limit numbers, so the value keeps all its digits. */
export const NDJSON: Format<StoredValue> = {
  header: '',
  lines: (values) =>
    values.map((value) => `{${accountFields(value)},${valueFields(value)},"settled":${value.settled}}\n`).join(''),
};

/** A line per account and day, with a column for each of the metrics. A value that is absent is an empty cell. */
export function wideCsv(metrics: readonly string[]): Format<AccountDay> {
  return {
    header: stringify([[...WIDE_COLUMNS, ...metrics.map(textCell)]]),
    lines: (days) =>
      stringify(
        days.map(({ account, date, settled, values }) => [
          ...accountCells(account),
          date,
          String(settled),
          ...metrics.map((metric) => values.get(metric) ?? ''),
        ]),
      ),
  };
}

/** A line per account and day, with a field for each value that there is. */
export const WIDE_NDJSON: Format<AccountDay> = {
  header: '',
  lines: (days) =>
    days
      .map((day) => {
        const values = [...day.values].map(([metric, value]) => `,${JSON.stringify(metric)}:${value}`);
        return `{${accountFields(day)},"settled":${day.settled}${values.join('')}}\n`;
      })
      .join(''),
};

function accountCells({ userId, platform, accountId }: ValuesAccount): string[] {
  return [textCell(userId), textCell(platform), textCell(accountId)];
}

function accountFields({ account, date }: { readonly account: ValuesAccount; readonly date: string }): string {
  const { userId: user_id, platform, accountId: account_id } = account;
  return JSON.stringify({ user_id, platform, account_id, date }).slice(1, -1);
}

function valueFields({ metric, exactValue, unit, aggregate }: StoredValue): string {
  return `"metric":${JSON.stringify(metric)},"value":${exactValue},${JSON.stringify({ unit, aggregate }).slice(1, -1)}`;
}
