import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { runCli } from '../e2e/support/cli.js';
import { type Database, emptyDatabase, encryptionKey } from '../e2e/support/databases.js';
import { freshPostgres, supabaseOverPostgres } from '../support/database.js';
import { SUPABASE_ROLES } from '../support/supabase-roles.js';
import { USER_IDS } from './accounts.js';
import { seedConnections } from './connections.js';
import { seedSnapshots } from './snapshots.js';

export const LEGACY_TABLES = `${SUPABASE_ROLES};
${await readFile(new URL('./tables.sql', import.meta.url), 'utf8')}`;

/** A database of the application, as this tool joins it. */
export interface LegacyDatabase extends Database {
  /** Puts the schema there and answers what the command said of it. */
  applySchema(): Promise<string>;
}

/** Those on a PostgreSQL server only where `TEST_DATABASE_URL` names one. */
export const LEGACY_DATABASES: readonly { readonly name: string; open(): Promise<LegacyDatabase> }[] = [
  { name: 'Supabase', open: async () => throughEditor(await emptyDatabase('Supabase')) },
  ...(process.env.TEST_DATABASE_URL
    ? [
        { name: 'PostgreSQL', open: async () => throughCommand(await emptyDatabase('PostgreSQL')) },
        { name: 'Supabase over PostgreSQL', open: async () => throughEditor(await supabaseDatabase()) },
      ]
    : []),
];

/** The tables with their rows. */
async function seeded(database: Database): Promise<Database> {
  await database.query(LEGACY_TABLES);
  const ids = JSON.stringify(USER_IDS);
  await database.query('insert into auth.users select id::uuid from jsonb_array_elements_text($1::text::jsonb) id', [
    ids,
  ]);
  await database.query('insert into profiles select id from auth.users');
  await seedConnections(database);
  await seedSnapshots(database);
  return database;
}

/** The schema by `schema --apply`. */
async function throughCommand(database: Database): Promise<LegacyDatabase> {
  return {
    ...(await seeded(database)),
    async applySchema() {
      const applied = await runCli(['schema', '--apply'], { env: database.env });
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      return applied.stdout + applied.stderr;
    },
  };
}

/** The schema printed and run as one script, as in Supabase's SQL editor. */
async function throughEditor(database: Database): Promise<LegacyDatabase> {
  return {
    ...(await seeded(database)),
    async applySchema() {
      const printed = await runCli(['schema']);
      expect(printed, printed.stderr).toMatchObject({ code: 0 });
      await database.query(printed.stdout);
      return '';
    },
  };
}

async function supabaseDatabase(): Promise<Database> {
  const postgres = await freshPostgres();
  const server = await supabaseOverPostgres(postgres.url);
  return {
    env: {
      SUPABASE_URL: server.url,
      SUPABASE_SERVICE_ROLE_KEY: server.serviceRoleKey,
      ENCRYPTION_KEY: encryptionKey,
    },
    secrets: [server.serviceRoleKey, encryptionKey],
    query: postgres.query,
    async close() {
      await server.close();
      await postgres.close();
    },
  };
}
