import { schemaScript } from '../../src/store/schema.js';
import type { Store } from '../../src/store/store.js';
import { freshPglite, type Sql } from '../support/database.js';

export interface OlderDatabase extends Sql {
  readonly store: Store;
  /** A database as others left it, before the schema. */
  leave(older: string): Promise<void>;
  /** The schema, over a database as others left it. */
  bringOver(older: string): Promise<void>;
}

/** One embedded database, made into one older database after the other. */
export async function openOlderDatabase(): Promise<OlderDatabase> {
  const sql = await freshPglite();
  const leave = async (older: string) => {
    await sql.query(`reset role; drop schema if exists public, auth cascade; create schema public; ${older}`);
  };
  return {
    ...sql,
    leave,
    async bringOver(older) {
      await leave(older);
      await sql.query(await schemaScript());
    },
  };
}
