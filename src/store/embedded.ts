import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { CollectError } from '../errors.js';
import { storeError } from './database-error.js';
import { functionCall } from './function-call.js';
import { lockFolder } from './lock.js';
import { schemaSql } from './schema.js';
import { sqlStore } from './sql-store.js';
import type { Store } from './store.js';

const SCHEMA_FIX = 'Run `analytics-collect schema --apply`.';

/**
 * Opens the PostgreSQL that runs inside this process, with its schema: in a folder, made if it is missing and readable by
 * its owner alone, or in memory. One process at a time has a folder: any other gets `CollectError` `store_locked`.
 */
export async function openEmbeddedStore(where: { readonly dataDir: string } | 'memory'): Promise<Store> {
  if (where === 'memory') return open(undefined, 'embedded PostgreSQL in memory', async () => {});

  await makeFolder(where.dataDir);
  const unlock = await lockFolder(where.dataDir);
  try {
    return await open(join(where.dataDir, 'postgres'), `embedded PostgreSQL in ${where.dataDir}`, unlock);
  } catch (thrown) {
    await unlock();
    throw thrown;
  }
}

async function open(folder: string | undefined, description: string, unlock: () => Promise<void>): Promise<Store> {
  const place = { description, setting: 'ANALYTICS_DATA_DIR', schemaFix: SCHEMA_FIX };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw storeError(thrown, place);
    }
  };

  const { PGlite } = await import('@electric-sql/pglite');
  const database = await guarded(() => (folder === undefined ? PGlite.create() : openFolder(PGlite, folder)));
  const store = sqlStore({
    description,
    schemaFix: SCHEMA_FIX,
    async call(functionName, args) {
      const { text, values } = functionCall(functionName, args);
      const { rows } = await guarded(() => database.query<{ result: unknown }>(text, values));
      return rows[0]?.result;
    },
    async applySchema() {
      const script = await schemaSql();
      await guarded(() => database.exec(script));
    },
    async close() {
      await database.close();
      await unlock();
    },
  });

  try {
    await bringUpToDate(store);
    // This process has the folder to itself, so a run still marked running belongs to a process that died.
    await guarded(() =>
      database.exec(
        "update public.collection_runs set status = 'abandoned', finished_at = now() where status = 'running'",
      ),
    );
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  return store;
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

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new CollectError(
      'store_refused',
      `the data folder ${folder} cannot be made`,
      'Set ANALYTICS_DATA_DIR to a folder that you may write to.',
      { cause: thrown },
    );
  }
}
