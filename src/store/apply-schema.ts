import { setTimeout as sleep } from 'node:timers/promises';
import { CollectError, hasCode } from '../errors.js';
import {
  recordSql,
  type SchemaOptions,
  type SchemaPart,
  schemaParts,
  UNPARTITIONED,
  UNPARTITIONED_SQL,
} from './schema.js';
import { ensureUniqueKey } from './unique-key.js';

/** One connection to a database, for consecutive statements. Throws what the driver throws. */
export interface SqlSession {
  /** Rows of one statement with parameters, or of the last of several without. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** What was done, one sentence each (none if the schema was up to date), and findings about the application's own tables. */
export interface AppliedSchema {
  readonly done: readonly string[];
  readonly findings: readonly { readonly finding: string; readonly remedy: string }[];
}

const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_TRIES = 60;
const LONGEST_PAUSE_MS = 5_000;

/** Parts that are applied again, although recorded, if the database has drifted from them. */
const DRIFTED: Readonly<Record<string, string>> = {
  '005_values': `select format_type(atttypid, atttypmod) <> 'numeric' as is_due from pg_catalog.pg_attribute
    where attrelid = 'public.analytics_snapshots'::regclass and attname = 'value'`,
  '008_owners': `select exists (
      select from pg_catalog.pg_constraint keys
      join pg_catalog.pg_attribute own on own.attrelid = keys.conrelid and own.attnum = keys.conkey[1]
      where keys.contype = 'f' and keys.confdeltype = 'c' and cardinality(keys.conkey) = 1 and own.attname = 'user_id'
        and keys.conrelid in ('public.analytics_snapshots'::regclass, 'public.platform_connections'::regclass)
    ) and not exists (
      select from pg_catalog.pg_attribute where attrelid = 'public.collection_accounts'::regclass and attname = 'owner'
    ) as is_due`,
  // Roles that came after the schema have no grants.
  functions: `select to_regclass('public.analytics_by_account') is null
    or not has_function_privilege(to_regrole('service_role')::oid, to_regprocedure('public.check_collection()')::oid, 'execute')
    or to_regclass('public.analytics_daily') is null
    or (to_regclass('public.social_media_connections') is not null)
      <> (pg_get_viewdef(to_regclass('public.collection_connections')) like '%social_media_connections further%') as is_due`,
};

/**
 * Brings a database's schema up to date while others use it: no statement waits for a lock for more than two seconds, because
 * readers would queue behind it, and slow work is done without a lock. Takes no lock if there is nothing to do.
 */
export async function applySchema(
  session: SqlSession,
  { partitioned }: SchemaOptions = { partitioned: false },
): Promise<AppliedSchema> {
  const done: string[] = [];
  if (partitioned) {
    await refuseUnpartitioned(session);
    await session.query("set collection.partitioned = 'on'");
  }
  // One at a time. Building indexes on a large table can exceed the server's statement timeout.
  await session.query(
    "set statement_timeout = 0; select pg_advisory_lock(hashtextextended('analytics-collect schema', 0))",
  );
  const applied = await appliedParts(session);
  for (const part of await schemaParts()) {
    if (part.name === '004_unique_key') done.push(...(await ensureUniqueKey(session, withLock)));
    if (!(await isDue(session, part, applied))) continue;
    if (part.name.endsWith('_indexes')) await buildConcurrently(session, part.sql);
    await withLock(session, `${part.sql}\n${recordSql(part)}`);
    // If it could not be done, it is among the findings.
    if (!(await hasDrifted(session, part))) done.push(`applied ${part.name}: ${part.purpose}`);
  }
  const findings = await session.query('select finding, remedy from public.collection_schema_findings()');
  await session.query(
    "select pg_advisory_unlock(hashtextextended('analytics-collect schema', 0)); reset statement_timeout; reset collection.partitioned",
  );
  return {
    done,
    findings: findings.map(({ finding, remedy }) => ({ finding: String(finding), remedy: String(remedy) })),
  };
}

async function refuseUnpartitioned(session: SqlSession): Promise<void> {
  const [tables] = await session.query(UNPARTITIONED_SQL);
  if (tables?.is_unpartitioned !== true) return;
  throw new CollectError('usage', UNPARTITIONED, 'Set DATABASE_URL to a new database, or leave out --partitioned.');
}

/** The recorded checksums, by name. */
async function appliedParts(session: SqlSession): Promise<Map<string, string>> {
  const [table] = await session.query("select to_regclass('public.collection_migrations') is not null as is_there");
  if (table?.is_there !== true) return new Map();
  const rows = await session.query('select name, checksum from public.collection_migrations');
  return new Map(rows.map(({ name, checksum }) => [String(name), String(checksum)]));
}

/** A migration is applied once, the functions after every change. */
async function isDue(session: SqlSession, part: SchemaPart, applied: ReadonlyMap<string, string>): Promise<boolean> {
  const known = applied.get(part.name);
  if (known === undefined || (part.name === 'functions' && known !== part.checksum)) return true;
  return hasDrifted(session, part);
}

async function hasDrifted(session: SqlSession, { name }: SchemaPart): Promise<boolean> {
  const drifted = DRIFTED[name];
  return drifted !== undefined && (await session.query(drifted))[0]?.is_due === true;
}

/**
 * Builds the indexes of a migration that consists only of indexes, without blocking writers. The migration then finds them in place,
 * or builds those of partitioned tables, which PostgreSQL cannot build so.
 */
async function buildConcurrently(session: SqlSession, sql: string): Promise<void> {
  for (const [statement, name, table] of sql.matchAll(/^create index if not exists (\w+)\s+on (\S+)[^;]+/gm)) {
    const [{ is_partitioned } = {}] = await session.query(
      `select relkind = 'p' as is_partitioned from pg_catalog.pg_class where oid = '${table}'::regclass`,
    );
    if (is_partitioned === true) continue;
    // An interrupted build leaves an invalid index behind.
    const [index] = await session.query(
      `select not indisvalid as is_broken from pg_catalog.pg_index where indexrelid = to_regclass('public.${name}')`,
    );
    if (index?.is_broken === true) await session.query(`drop index concurrently public.${name}`);
    await session.query(statement.replace('create index', 'create index concurrently'));
  }
}

/** Runs statements as one transaction, and tries again if it does not get a lock within two seconds. */
async function withLock(session: SqlSession, sql: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await session.query(`begin; set local lock_timeout = '2s'; ${sql}\n; commit`);
      return;
    } catch (error) {
      await session.query('rollback');
      if (!hasCode(error, LOCK_NOT_AVAILABLE) || tries === LOCK_TRIES) throw error;
      await sleep(Math.min(tries * 500, LONGEST_PAUSE_MS));
    }
  }
}
