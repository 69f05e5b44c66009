import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { CollectError } from '../../errors.js';
import { applySchema } from '../apply-schema.js';
import { type Place, storeError } from '../database-error.js';
import { functionCall } from '../function-call.js';
import { lockFolder } from '../lock.js';
import { sqlStore } from '../sql-store.js';
import type { Store } from '../store.js';

const SCHEMA_FIX = 'Run `analytics-collect schema --apply`.';

/** A store whose database is this process's own: its tables can be read as other programs would. */
export interface EmbeddedStore extends Store {
  /** The rows of one statement with parameters, or of the last of several without. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** A folder for a database, and the variable that names it. */
export interface DatabaseFolder {
  readonly dataDir: string;
  readonly setting?: 'ANALYTICS_DATA_DIR' | 'ANALYTICS_SANDBOX_DIR';
}

/**
 * Opens the PostgreSQL that runs inside this process, with its schema: in a folder, made if it is missing and readable by
 * its owner alone, or in memory. One process at a time has a folder: any other gets `CollectError` `store_locked`.
 */
export async function openEmbeddedStore(where: DatabaseFolder | 'memory'): Promise<EmbeddedStore> {
  const { PGlite } = await import('@electric-sql/pglite');
  if (where === 'memory') return openStore(() => PGlite.create(), 'embedded PostgreSQL in memory');

  const { dataDir, setting = 'ANALYTICS_DATA_DIR' } = where;
  await makeFolder(dataDir, setting);
  const unlock = await lockFolder(dataDir, setting);
  try {
    const folder = databaseFolder(dataDir);
    const store = await openStore(() => openFolder(PGlite, folder), `embedded PostgreSQL in ${dataDir}`);
    return {
      ...store,
      async close() {
        await store.close();
        await unlock();
      },
    };
  } catch (thrown) {
    await unlock();
    throw thrown;
  }
}

/** Whether a folder holds a database already. */
export function hasEmbeddedStore(dataDir: string): boolean {
  return existsSync(databaseFolder(dataDir));
}

function databaseFolder(dataDir: string): string {
  return join(dataDir, 'postgres');
}

async function openStore(open: () => Promise<PGlite>, description: string): Promise<EmbeddedStore> {
  const database = await open().catch((thrown) => {
    throw storeError(thrown, place(description));
  });
  const store = storeInside(database, description);
  try {
    await bringUpToDate(store);
    // This process has the database to itself, so a run still marked running belongs to a process that died.
    await database.exec(
      "update public.collection_runs set status = 'abandoned', finished_at = now() where status = 'running'",
    );
  } catch (thrown) {
    await database.close();
    throw thrown instanceof CollectError ? thrown : storeError(thrown, place(description));
  }
  return store;
}

/** The store over an open PGlite, as it is. */
export function storeInside(database: PGlite, description: string): EmbeddedStore {
  const guarded = <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown) => {
      throw storeError(thrown, place(description));
    });
  const query: EmbeddedStore['query'] = async (text, values) => {
    if (values) return (await database.query<Record<string, unknown>>(text, [...values])).rows;
    return (await database.exec(text)).at(-1)?.rows ?? [];
  };
  const store = sqlStore({
    description,
    schemaFix: SCHEMA_FIX,
    async call(functionName, args) {
      const { text, values } = functionCall(functionName, args);
      const { rows } = await guarded(database.query<{ result: unknown }>(text, values));
      return rows[0]?.result;
    },
    applySchema: () => guarded(applySchema({ query })),
    close: () => database.close(),
  });
  return { ...store, query: (text, values) => guarded(query(text, values)) };
}

function place(description: string): Place {
  return { description, setting: 'ANALYTICS_DATA_DIR', schemaFix: SCHEMA_FIX };
}

/** A new database is made aside and moved into place, so that a process killed meanwhile leaves no half of one behind. */
async function openFolder(database: typeof PGlite, folder: string): Promise<PGlite> {
  if (!existsSync(folder)) {
    const unfinished = `${folder}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await (await database.create(unfinished)).close();
    await rename(unfinished, folder);
  }
  return database.create(folder);
}

async function bringUpToDate(store: Store): Promise<void> {
  try {
    await store.check();
  } catch (thrown) {
    if (!(thrown instanceof CollectError && ['schema_missing', 'schema_outdated'].includes(thrown.code))) throw thrown;
    await store.applySchema();
  }
}

async function makeFolder(folder: string, setting: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new CollectError(
      'store_refused',
      `Cannot create the data folder ${folder}.`,
      `Set ${setting} to a writable folder.`,
      { cause: thrown },
    );
  }
}
