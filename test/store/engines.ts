import { openPostgresStore } from '../../src/store/drivers/postgres.js';
import { openSupabaseStore } from '../../src/store/drivers/supabase.js';
import { schemaScript } from '../../src/store/schema.js';
import type { Store } from '../../src/store/store.js';
import { freshPglite, freshPostgres, type Sql, supabaseOverPglite, supabaseOverPostgres } from '../support/database.js';
import { SUPABASE_ROLES } from '../support/supabase-roles.js';
import { openOlderDatabase } from './older-database.js';

/** A store with its schema, and the database behind it. */
export interface Engine {
  readonly store: Store;
  readonly sql: Sql;
  close(): Promise<void>;
}

/** The stores that this machine can run; those on a PostgreSQL server where `TEST_DATABASE_URL` is set. */
export const ENGINES: readonly { name: string; open(): Promise<Engine> }[] = [
  { name: 'embedded', open: openEmbedded },
  { name: 'partitioned', open: openPartitioned },
  { name: 'Supabase', open: openSupabase },
  ...(process.env.TEST_DATABASE_URL
    ? [
        { name: 'PostgreSQL', open: openPostgres },
        { name: 'Supabase over PostgreSQL', open: openSupabaseOverPostgres },
      ]
    : []),
];

async function openEmbedded(): Promise<Engine> {
  const sql = await freshPglite();
  return { store: sql.store, sql, close: sql.close };
}

async function openPartitioned(): Promise<Engine> {
  const sql = await openOlderDatabase();
  await sql.leave('');
  await sql.query(await schemaScript({ partitioned: true }));
  return { store: sql.store, sql, close: sql.close };
}

async function openPostgres(): Promise<Engine> {
  const sql = await freshPostgres();
  const store = await openPostgresStore(sql.url);
  await store.applySchema();
  return {
    store,
    sql,
    async close() {
      await store.close();
      await sql.close();
    },
  };
}

async function openSupabase(): Promise<Engine> {
  const server = await supabaseOverPglite('with the schema');
  return { store: await openSupabaseStore(server), sql: server, close: server.close };
}

async function openSupabaseOverPostgres(): Promise<Engine> {
  const sql = await freshPostgres();
  await sql.query(SUPABASE_ROLES);
  await sql.query(await schemaScript());
  const server = await supabaseOverPostgres(sql.url);
  return {
    store: await openSupabaseStore(server),
    sql,
    async close() {
      await server.close();
      await sql.close();
    },
  };
}
