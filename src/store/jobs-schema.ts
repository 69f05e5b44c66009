import type pg from 'pg';
import { z } from 'zod';
import { type Place, storeError } from './database-error.js';

/** Where the jobs of runs that processes share are kept: the first of these runs creates it. No other part of the schema knows of it. */
export const JOBS_SCHEMA = 'collection_jobs';

/** And what the connected role may do there. Names are quoted as SQL needs it. */
export interface JobsSchema {
  readonly role: string;
  /** Null where the schema does not exist. */
  readonly owner: string | null;
  readonly mayCreate: boolean;
  /** Whether the role has all rights on what is in the schema, and whether it may change it as its owner. */
  readonly mayUse: boolean;
  readonly isOwner: boolean;
}

const SCHEMA_SQL = `
  select quote_ident(current_user) as role, quote_ident(owners.rolname) as owner,
    has_database_privilege(current_database(), 'create') as "mayCreate",
    coalesce(has_schema_privilege(schemas.oid, 'usage') and has_schema_privilege(schemas.oid, 'create'), false) and not exists (
      select from pg_catalog.pg_class tables
      where tables.relnamespace = schemas.oid and tables.relkind in ('r', 'p') and not (
        has_table_privilege(tables.oid, 'select') and has_table_privilege(tables.oid, 'insert')
        and has_table_privilege(tables.oid, 'update') and has_table_privilege(tables.oid, 'delete')
      )
    ) as "mayUse",
    coalesce(pg_has_role(schemas.nspowner, 'usage'), false) as "isOwner"
  from (select) one
  left join pg_catalog.pg_namespace schemas on schemas.nspname = '${JOBS_SCHEMA}'
  left join pg_catalog.pg_roles owners on owners.oid = schemas.nspowner`;

const jobsSchema: z.ZodType<JobsSchema> = z.object({
  role: z.string(),
  owner: z.string().nullable(),
  mayCreate: z.boolean(),
  mayUse: z.boolean(),
  isOwner: z.boolean(),
});

/** Throws `CollectError`. */
export async function readJobsSchema(pool: pg.Pool, place: Place): Promise<JobsSchema> {
  const { rows } = await pool.query(SCHEMA_SQL).catch((error) => {
    throw storeError(error, place);
  });
  return jobsSchema.parse(rows[0]);
}

/** What lets the role share runs, as a sentence. pg-boss adds tables as days pass and versions come, so it has to own them. */
export function grantsFix({ role, owner }: JobsSchema): string {
  const create = `create schema ${JOBS_SCHEMA} authorization ${role};`;
  if (owner === null) return `As the owner of the database, run in SQL: ${create}`;
  const anew = `drop schema ${JOBS_SCHEMA} cascade; ${create}`;
  return `Connect as ${owner}; or, while no run works, run in SQL as the owner of the database: ${anew}`;
}

export function queueOf(runId: string): string {
  return `run-${runId}`;
}

/** The run whose queue has this name; null if it is none's. */
export function runOf(queue: string): string | null {
  return /^run-([0-9a-f-]{36})(-dead)?$/.exec(queue)?.[1] ?? null;
}
