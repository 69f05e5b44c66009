import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** The version that `check_collection()` returns on a database with this program's schema. */
export const SCHEMA_VERSION = 16;

const FOLDER = new URL('./', import.meta.url);

/** The names of the schema's functions, which the role of a run calls. */
export async function functionNames(): Promise<string[]> {
  return (await readSql('functions')).map(({ name }) => name);
}

/** A part of the schema, in plain, idempotent SQL. */
export interface SchemaPart {
  /** `007_accounts`, or `functions` for everything that is replaced as a whole. */
  readonly name: string;
  /** Its first comment: one sentence that says what it does. */
  readonly purpose: string;
  readonly sql: string;
  /** The SQL's checksum. If it differs from the recorded one, the functions are replaced; a migration is not applied again. */
  readonly checksum: string;
}

/** The migrations in order, each applied once, then the views, functions and grants, replaced as a whole. */
export async function schemaParts(): Promise<SchemaPart[]> {
  const migrations = await readSql('migrations');
  const views = await readSql('views');
  const functions = await readSql('functions');
  const names = list(functions.map(({ name }) => name));
  const former = await readFile(new URL('former-functions.sql', FOLDER), 'utf8');
  const security = await readFile(new URL('security.sql', FOLDER), 'utf8');
  const replaced = [
    '-- Replaces the views and functions and sets their grants.',
    // Files are sorted by name, so a function may call one that is created later.
    'set local check_function_bodies = off;',
    dropSql(names),
    ...views.map(({ sql }) => sql),
    former,
    ...functions.map(({ sql }) => sql),
    'do $$ begin perform public.partition_collection(array[current_date]); end $$;',
    // Functions that a migration or a view needs are created earlier, and not dropped with the others.
    security.replace('/* functions */', `${names}, 'collection_key_indexes', 'collection_instant_of'`),
  ].join('\n');
  return [...migrations.map(({ name, sql }) => part(name, sql)), part('functions', replaced)];
}

export interface SchemaOptions {
  /** Whether the tables of snapshots are created with one partition per month. Refused where they exist without partitions. */
  readonly partitioned: boolean;
}

/** The whole schema as one script for a SQL editor: one idempotent transaction, safe on an empty database and on an older one. */
export async function schemaScript({ partitioned }: SchemaOptions = { partitioned: false }): Promise<string> {
  return `${HEADER}
begin;${partitioned ? `\n${PARTITIONED_SQL}` : ''}
-- Fails rather than block others for long. If it does, run the script again.
set local lock_timeout = '5s';
set local client_min_messages = warning;

${await schemaStatements()}

commit;

-- Findings about the application's own tables, which were not changed.
select * from public.collection_schema_findings();
`;
}

/** The whole schema's statements, for a transaction. */
export async function schemaStatements(): Promise<string> {
  return (await schemaParts()).map((part) => `${part.sql}\n${recordSql(part)}`).join('\n\n');
}

/** Records a part as applied. */
export function recordSql({ name, checksum }: SchemaPart): string {
  return `insert into public.collection_migrations (name, checksum) values ('${name}', '${checksum}')
on conflict (name) do update set checksum = excluded.checksum, applied_at = now()
  where collection_migrations.checksum <> excluded.checksum;`;
}

/**
 * Without this, a function whose arguments have changed would remain next to its successor. All have `collection` in their names
 * (see `Store`) or, like `explain_day`, call one that does: an application may have functions of such a name.
 */
function dropSql(names: string): string {
  return `do $$
declare
  former regprocedure;
begin
  for former in
    select oid::regprocedure from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace and proname in (${names}) and strpos(proname || prosrc, 'collection') > 0
  loop
    execute format('drop function %s', former);
  end loop;
end
$$;`;
}

/** Whether a table of snapshots exists that is not partitioned. */
export const UNPARTITIONED_SQL = `select exists (
    select from pg_catalog.pg_class tables
    where tables.oid in (to_regclass('public.analytics_snapshots'), to_regclass('public.analytics_account_snapshots'))
      and tables.relkind <> 'p'
  ) as is_unpartitioned`;

export const UNPARTITIONED =
  'The tables of snapshots exist without partitions, and PostgreSQL cannot add them in place.';

const PARTITIONED_SQL = `do $$
begin
  if (${UNPARTITIONED_SQL}) then
    raise exception '${UNPARTITIONED}' using hint = 'Run this in a new database, or leave out --partitioned.';
  end if;
end
$$;
set local collection.partitioned = 'on';`;

function list(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

const HEADER = `-- analytics-collect: tables, views and functions, all in the schema "public". Safe to run again.
-- Existing platform_connections and analytics_snapshots tables keep their rows, grants and policies, with three exceptions:
-- missing columns are added, a value column that cannot hold every number is widened, and a unique key without NULLS NOT DISTINCT
-- is replaced, after its duplicates are removed and the oldest row of each is kept.
-- On a large table the last two block readers: with DATABASE_URL set, \`analytics-collect schema --apply\` does the same without
-- blocking them.`;

function part(name: string, sql: string): SchemaPart {
  return {
    name,
    purpose: /^-- (.+)$/m.exec(sql)?.[1] ?? name,
    sql,
    checksum: createHash('sha256').update(sql).digest('hex').slice(0, 16),
  };
}

async function readSql(folder: string): Promise<{ name: string; sql: string }[]> {
  const files = (await readdir(new URL(`${folder}/`, FOLDER))).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace('.sql', ''),
      sql: await readFile(new URL(`${folder}/${file}`, FOLDER), 'utf8'),
    })),
  );
}
