import { CollectError } from '../errors.js';
import type { Engine } from './drivers/engine.js';
import { SCHEMA_VERSION, schemaStatements } from './schema.js';

type CopyEngine = Pick<Engine, 'query' | 'exec'>;

/** The tables whose rows a backup has; a table that refers to another comes after it. */
export const BACKED_UP = [
  'platform_connections',
  'collection_runs',
  'collection_accounts',
  'collection_outcomes',
  'collection_platforms',
  'analytics_snapshots',
  'analytics_account_snapshots',
] as const;

const FIRST_LINE = '-- A backup of analytics-collect.';
const LAST_LINE = '-- The end of the backup.';
/** Of a table's file, in blocks of 8 kB: what is in memory at a time. */
const BLOCKS = 16;
const BATCH_CHARACTERS = 1_000_000;

interface Table {
  readonly name: string;
  readonly columns: string;
  readonly blocks: number;
}

/** A piece of a backup's text, and how many rows it has. */
interface Piece {
  readonly text: string;
  readonly rows: number;
}

/** A database as a script for psql that makes it again, whole or not at all. Nobody else may write to it meanwhile. */
export async function* backup(engine: CopyEngine): AsyncGenerator<Piece> {
  yield sql(await opening());
  for (const table of await readTables(engine)) {
    yield sql(`\n${copyStatement(table)}\n`);
    for (let block = 0; block < table.blocks; block += BLOCKS) yield await readRows(engine, table, block);
    yield sql(`\\.\n${await sequenceSql(engine, table)}`);
  }
  yield sql(`\ncommit;\n${LAST_LINE}\n`);
}

/** Carries out a backup's script. Throws `CollectError` `file_failed` when the text is not one, or not a whole one. */
export async function restore(engine: CopyEngine, chunks: AsyncIterable<string>): Promise<number> {
  let statements: string[] = [];
  let copy: string | null = null;
  let rows: string[] = [];
  let [characters, restored, last] = [0, 0, ''];
  let isFirst = true;

  async function writeRows(): Promise<void> {
    if (copy === null || rows.length === 0) return;
    await engine.query(copy.replace(/stdin;$/, "'/dev/blob'"), [], { blob: new Blob([rows.join('')]) });
    restored += rows.length;
    [rows, characters] = [[], 0];
  }

  for await (const line of linesOf(chunks)) {
    if (isFirst && line !== FIRST_LINE) throw notABackup('is not a backup of analytics-collect');
    isFirst = false;
    if (copy !== null) {
      if (line !== '\\.') {
        rows.push(`${line}\n`);
        characters += line.length;
        if (characters >= BATCH_CHARACTERS) await writeRows();
        continue;
      }
      await writeRows();
      copy = null;
    } else if (/^COPY .+ FROM stdin;$/.test(line)) {
      await engine.exec(statements.join('\n'));
      [statements, copy] = [[], line];
    } else if (!line.startsWith('\\')) {
      statements.push(line);
      if (line !== '') last = line;
    }
  }
  if (isFirst) throw notABackup('is empty');
  if (last !== LAST_LINE) throw notABackup('is cut off');
  await engine.exec(statements.join('\n'));
  return restored;
}

function sql(text: string): Piece {
  return { text, rows: 0 };
}

async function opening(): Promise<string> {
  return `${FIRST_LINE}
-- Its schema has version ${SCHEMA_VERSION}. Restore it into a new database, with \`analytics-collect restore FILE\` or \`psql --file FILE\`.
-- The tokens in it are encrypted; the key is not in it.
\\set ON_ERROR_STOP on
begin;
set local client_encoding = 'UTF8';
set local client_min_messages = warning;

${await schemaStatements()}

do $$
begin
  if ${BACKED_UP.map((name) => `exists (select from public.${name})`).join('\n    or ')}
  then
    raise exception 'A backup is restored only into a new database; the tables of this one have rows.';
  end if;
end
$$;
`;
}

/** Rows of the first editions have an id of another type, which nothing refers to: they get a new one. */
async function readTables(engine: CopyEngine): Promise<Table[]> {
  const { rows } = await engine.query<Table>(
    `select
       tables.relname as name,
       string_agg(format('%I', columns.attname), ', ' order by columns.attnum) as columns,
       (pg_relation_size(tables.oid) / current_setting('block_size')::integer)::integer as blocks
     from unnest($1::text[]) with ordinality as wanted (name, place)
     join pg_catalog.pg_class tables on tables.oid = ('public.' || wanted.name)::regclass
     join pg_catalog.pg_attribute columns
       on columns.attrelid = tables.oid and columns.attnum > 0 and not columns.attisdropped and columns.attgenerated = ''
     where not (
       tables.relname like 'analytics%' and columns.attname = 'id' and columns.atttypid <> 'bigint'::regtype
     )
     group by tables.oid, tables.relname, wanted.place
     order by wanted.place`,
    [[...BACKED_UP]],
  );
  return rows;
}

function copyStatement({ name, columns }: Table): string {
  return `COPY public.${name} (${columns}) FROM stdin;`;
}

async function readRows(engine: CopyEngine, { name, columns }: Table, block: number): Promise<Piece> {
  const { blob, affectedRows = 0 } = await engine.query(
    `copy (
       select ${columns} from only public.${name} where ctid >= '(${block},0)' and ctid < '(${block + BLOCKS},0)'
     ) to '/dev/blob'`,
  );
  return { text: (await blob?.text()) ?? '', rows: affectedRows };
}

/** Has a table's ids go on where they ended. */
async function sequenceSql(engine: CopyEngine, { name, columns }: Table): Promise<string> {
  if (!columns.split(', ').includes('id')) return '';
  const sequence = `pg_get_serial_sequence('public.${name}', 'id')`;
  const { rows } = await engine.query<{ last: number | string | null }>(
    `select pg_sequence_last_value(${sequence}::regclass) as last`,
  );
  const last = rows[0]?.last ?? null;
  return last === null ? '' : `select setval(${sequence}, ${last});\n`;
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function notABackup(why: string): CollectError {
  return new CollectError(
    'file_failed',
    `The file ${why}; nothing was restored.`,
    'Name a file that `analytics-collect backup` wrote.',
  );
}
