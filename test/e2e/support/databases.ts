import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { expect } from 'vitest';
import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { generateKey } from '../../../src/tokens/fernet.js';
import { createKeyring } from '../../../src/tokens/keyring.js';
import {
  embeddedFolder,
  freshPostgres,
  type Sql,
  type SupabaseServer,
  supabaseOverPglite,
} from '../../support/database.js';
import { SUPABASE_ROLES } from '../../support/supabase-roles.js';
import { runCli } from './cli.js';

export type DatabaseKind = 'embedded' | 'Supabase' | 'PostgreSQL';

/** Those that a user installs: PostgreSQL only where `TEST_DATABASE_URL` names a server. */
export const SERVERS: readonly DatabaseKind[] = process.env.TEST_DATABASE_URL
  ? ['Supabase', 'PostgreSQL']
  : ['Supabase'];
/** What costs many processes is tested on one of them, and proved on the others. */
export const ONE_SERVER = SERVERS.slice(-1);
export const OTHER_SERVERS = SERVERS.slice(0, -1);

export interface Database extends Sql {
  /** The variables that bring the command there. */
  readonly env: Readonly<Record<string, string>>;
  /** What must never be seen of them. */
  readonly secrets: readonly string[];
}

/** Encrypts as an application would, with the key in every database's `env`. */
export const encryptionKey = generateKey();
export const { encrypt } = createKeyring(encryptionKey, { allowPlaintext: false });

/** A database of its own without the schema; the embedded one has it always. */
export async function emptyDatabase(kind: DatabaseKind): Promise<Database> {
  if (kind === 'embedded') return embedded();
  if (kind === 'Supabase') {
    const supabase = await supabaseOverPglite('empty');
    await supabase.query(SUPABASE_ROLES);
    return onSupabase(supabase);
  }
  const { url, query, close } = await freshPostgres();
  return { env: { DATABASE_URL: url, ENCRYPTION_KEY: encryptionKey }, query, close, secrets: [encryptionKey] };
}

function onSupabase({ url, serviceRoleKey, query, close }: SupabaseServer & Sql): Database {
  const env = { SUPABASE_URL: url, SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey, ENCRYPTION_KEY: encryptionKey };
  return { env, query, close, secrets: [serviceRoleKey, encryptionKey] };
}

/** A database of its own with the schema. */
export async function readyDatabase(kind: DatabaseKind): Promise<Database> {
  if (kind === 'Supabase') return onSupabase(await supabaseOverPglite('with the schema'));
  const database = await emptyDatabase(kind);
  if (kind === 'PostgreSQL') {
    const applied = await runCli(['schema', '--apply'], { env: database.env });
    expect(applied, applied.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('in place') });
  }
  return database;
}

/** One process at a time has an embedded database: each look at it opens it and closes it again. */
async function embedded(): Promise<Database> {
  const { dataDir, remove } = await embeddedFolder();
  return {
    env: { ANALYTICS_DATA_DIR: dataDir, ENCRYPTION_KEY: encryptionKey },
    secrets: [encryptionKey],
    query: (text, values) => queryFolder(dataDir, text, values),
    close: remove,
  };
}

export async function queryFolder(dataDir: string, text: string, values: unknown[] = []) {
  const database = await PGlite.create(join(dataDir, 'postgres'));
  try {
    return (await database.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await database.close();
  }
}

/** A row of `platform_connections`, as an application writes it. */
export interface ConnectionRow {
  readonly user_id: string;
  readonly platform: string;
  readonly account_id: string;
  readonly account_name: string;
  readonly access_token: string;
  readonly refresh_token: string | null;
}

export function connectionRow(account: SandboxAccount): ConnectionRow {
  return {
    user_id: account.userId,
    platform: account.platform,
    account_id: account.connectedAs ?? account.accountId,
    account_name: account.name,
    access_token: encrypt(account.accessToken),
    refresh_token: account.refreshToken === undefined ? null : encrypt(account.refreshToken),
  };
}

/** Connects accounts, each a second younger than the one before. */
export async function connect({ query }: Sql, rows: readonly ConnectionRow[]): Promise<void> {
  await query(
    `insert into platform_connections (user_id, platform, account_id, account_name, access_token, refresh_token, created_at)
     select user_id, platform, account_id, account_name, access_token, refresh_token, now() + place * interval '1 second'
     from jsonb_array_elements($1::text::jsonb) with ordinality as given (fields, place),
       jsonb_to_record(fields) as row (
         user_id text, platform text, account_id text, account_name text, access_token text, refresh_token text
       )`,
    [JSON.stringify(rows)],
  );
}
