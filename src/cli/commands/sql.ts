import { CollectError } from '../../errors.js';
import type { EmbeddedStore } from '../../store/drivers/embedded.js';
import { usageError } from '../flags.js';
import type { SqlFlags } from '../options.js';
import { renderRows, rowsJson } from '../render/rows.js';
import { jsonDocument } from '../render/text.js';
import { withEmbedded } from '../with-embedded.js';

const NUMERIC = 1700;
/** date, timestamp, timestamptz */
const TIMES = [1082, 1114, 1184];

/** Values as PostgreSQL writes them, but for numbers. */
const PARSERS = {
  ...Object.fromEntries(TIMES.map((type) => [type, (text: string) => text])),
  [NUMERIC]: (text: string) => (String(Number(text)) === text ? Number(text) : text),
};

export async function sqlCommand(statement: string | undefined, flags: SqlFlags): Promise<void> {
  if ((statement === undefined) === (flags.serve === undefined)) {
    throw usageError(
      'sql needs a statement or --serve.',
      "For example: analytics-collect sql 'select * from analytics_daily'.",
    );
  }
  if (flags.port !== undefined && !flags.serve) throw usageError('--port is for --serve.', 'Leave it out.');
  await withEmbedded(async (store) => {
    if (statement === undefined) {
      const { serveSql } = await import('../serve-sql.js');
      return serveSql(store.engine, flags.port ?? 0);
    }
    const { names, rows } = await read(store, statement);
    process.stdout.write(flags.json ? jsonDocument(rowsJson(rows)) : renderRows(names, rows));
  });
}

/** The rows of one statement, in a transaction that can only read. */
async function read({ engine }: EmbeddedStore, statement: string) {
  await engine.exec('begin transaction read only');
  try {
    const { fields, rows } = await engine.query<Record<string, unknown>>(statement, [], { parsers: PARSERS });
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
