import { CollectError } from '../../errors.js';
import type { FolderStore } from '../../store/drivers/embedded.js';
import { usageError } from '../flags.js';
import type { SqlFlags } from '../options.js';
import { renderRows, rowsJson } from '../render/rows.js';
import { jsonDocument, widthOf } from '../render/text.js';
import { withEmbedded } from '../with-embedded.js';

const NUMERIC = 1700;
/** date, timestamp, timestamptz */
const TIMES = [1082, 1114, 1184];

/** Nothing but white space, semicolons and comments. */
const EMPTY = /^(?:[\s;]|--[^\n]*)*$/;

export async function sqlCommand(statement: string | undefined, flags: SqlFlags): Promise<void> {
  if ((statement === undefined) === (flags.serve === undefined)) {
    throw usageError(
      'sql takes either a statement or --serve.',
      "For example: analytics-collect sql 'select * from analytics_daily'.",
    );
  }
  if (statement !== undefined && EMPTY.test(statement)) {
    throw usageError('The statement is empty.', "For example: analytics-collect sql 'select * from analytics_daily'.");
  }
  if (flags.port !== undefined && !flags.serve) throw usageError('--port is for --serve.', 'Leave it out.');
  await withEmbedded(async (store) => {
    if (statement === undefined) {
      const { serveSql } = await import('../serve-sql.js');
      return serveSql(store.engine, flags.port ?? 0);
    }
    const { names, rows } = await read(store, statement);
    process.stdout.write(flags.json ? jsonDocument(rowsJson(rows)) : renderRows(names, rows, widthOf(process.stdout)));
  });
}

/** The rows of one statement, in a transaction that can only read. */
async function read({ engine }: FolderStore, statement: string) {
  await engine.exec('begin transaction read only');
  try {
    const asText = [NUMERIC, ...TIMES];
    const { fields, rows } = await engine.query<Record<string, unknown>>(statement, [], { asText });
    const numeric = fields.filter(({ dataTypeID }) => dataTypeID === NUMERIC);
    for (const row of rows) for (const { name } of numeric) row[name] = asNumber(row[name]);
    return { names: fields.map(({ name }) => name), rows };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new CollectError(
      'usage',
      `The statement failed: ${why}.`,
      'Correct it; sql takes one statement, and only reads.',
      { cause },
    );
  } finally {
    await engine.exec('rollback');
  }
}

/** A numeric is more exact than a number can be. */
function asNumber(value: unknown): unknown {
  return String(Number(value)) === value ? Number(value) : value;
}
