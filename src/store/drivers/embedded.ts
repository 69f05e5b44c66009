import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CollectError } from '../../errors.js';
import { applySchema } from '../apply-schema.js';
import { storeError } from '../database-error.js';
import { functionCall } from '../function-call.js';
import { lockFolder } from '../lock.js';
import { sqlStore } from '../sql-store.js';
import type { Store } from '../store.js';
import { checkFolder, damaged, isDamage } from './database-folder.js';
import { type DatabaseFolder, diskError, expectRoom } from './disk.js';
import { type Engine, type EngineThread, openEngine } from './engine.js';

const SCHEMA_FIX = 'Run `analytics-collect schema --apply`.';

/** A store whose database runs in this process. Its tables can be read directly, as other programs would read them. */
export interface EmbeddedStore extends Store {
  /** The rows of one statement with parameters, or of the last of several statements without. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  readonly engine: Engine;
}

/** A store in a folder, whose engine can be read by other programs, too. */
export interface FolderStore extends EmbeddedStore {
  readonly engine: EngineThread;
}

/** Fills a new database, before it gets its schema. */
type Fill = (engine: Engine) => Promise<void>;

/** Opens a PostgreSQL inside this process, with its schema, that is gone when it is closed. */
export async function openMemoryStore(): Promise<EmbeddedStore> {
  const { PGlite } = await import('@electric-sql/pglite');
  return openStore(() => PGlite.create(), 'embedded PostgreSQL in memory');
}

/**
 * Opens a PostgreSQL inside this process, with its schema, in a folder, which is created if it is missing and is readable only by its
 * owner. Only one process at a time can use a folder: any other gets `CollectError` `store_locked`. When the folder's disk is full,
 * opening and each call throw `disk_full`. With `fill`, the folder must not hold a database yet.
 */
export async function openEmbeddedStore(where: DatabaseFolder, fill?: Fill): Promise<FolderStore> {
  const { dataDir, setting = 'ANALYTICS_DATA_DIR' } = where;
  await makeFolder(dataDir, setting);
  await expectRoom(where, hasEmbeddedStore(dataDir) ? 'write' : 'create');
  let engine: EngineThread | null = null;
  const unlock = await lockFolder(dataDir, setting, () => engine?.fail(lockLost(dataDir)));
  const open = async () => {
    engine = await openFolder(where, fill);
    return engine;
  };
  try {
    const beforeCall = () => expectRoom(where, 'write');
    const store = await openStore(open, `embedded PostgreSQL in ${dataDir}`, beforeCall);
    return { ...store, close: () => store.close().finally(unlock) };
  } catch (thrown) {
    await unlock();
    throw thrown;
  }
}

/** Whether a folder already holds a database. */
export function hasEmbeddedStore(dataDir: string): boolean {
  return existsSync(databaseFolder(dataDir));
}

function databaseFolder(dataDir: string): string {
  return join(dataDir, 'postgres');
}

async function openStore<E extends Engine>(
  open: () => Promise<E>,
  description: string,
  beforeCall?: () => Promise<void>,
): Promise<EmbeddedStore & { readonly engine: E }> {
  const database = await open().catch((thrown) => {
    throw failure(thrown, description);
  });
  const store = storeInside(database, description, beforeCall);
  try {
    await bringUpToDate(store);
    // Only this process uses the database, so a run that is still marked as running belongs to a process that died.
    await database.exec(
      "update public.collection_runs set status = 'abandoned', finished_at = now() where status = 'running'",
    );
  } catch (thrown) {
    await database.close();
    throw failure(thrown, description);
  }
  return store;
}

/** A store on an open PGlite. `beforeCall` may refuse a call. */
export function storeInside<E extends Engine>(
  database: E,
  description: string,
  beforeCall: () => Promise<void> = async () => undefined,
): EmbeddedStore & { readonly engine: E } {
  const guarded = <T>(work: Promise<T>): Promise<T> =>
    work.catch((thrown) => {
      throw failure(thrown, description);
    });
  const query: EmbeddedStore['query'] = async (text, values) => {
    if (values) return (await database.query<Record<string, unknown>>(text, [...values])).rows;
    return (await database.exec(text)).at(-1)?.rows ?? [];
  };
  const store = sqlStore({
    description,
    schemaFix: SCHEMA_FIX,
    async call(functionName, args) {
      await guarded(beforeCall());
      const { text, values } = functionCall(functionName, args);
      const { rows } = await guarded(database.query<{ result: unknown }>(text, values));
      return rows[0]?.result;
    },
    applySchema: (options) => guarded(applySchema({ query }, options)),
    close: () => database.close(),
  });
  return { ...store, query: (text, values) => guarded(query(text, values)), engine: database };
}

function failure(thrown: unknown, description: string): CollectError {
  if (isDamage(thrown)) return damaged(description, thrown);
  const place = { description, setting: 'ANALYTICS_DATA_DIR', schemaFix: SCHEMA_FIX, isEmbedded: true };
  return storeError(thrown, place);
}

/** A new database is created under another name and then renamed, so that a killed process leaves no half-created one behind. */
async function openFolder(where: DatabaseFolder, fill?: Fill): Promise<EngineThread> {
  const folder = databaseFolder(where.dataDir);
  const open = (path: string) => openEngine(path, (code) => diskError(where, code));
  if (existsSync(folder)) {
    if (fill) throw occupied(folder);
    await checkFolder(folder);
    return open(folder).catch((thrown) => {
      throw thrown instanceof CollectError ? thrown : damaged(folder, thrown);
    });
  }
  const unfinished = `${folder}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const fresh = await open(unfinished);
  try {
    await fill?.(fresh);
  } catch (thrown) {
    await fresh.close();
    await rm(unfinished, { recursive: true, force: true });
    throw thrown;
  }
  await fresh.close();
  await rename(unfinished, folder);
  return open(folder);
}

function occupied(folder: string): CollectError {
  return new CollectError(
    'store_refused',
    `There is a database in ${folder} already, and a backup is restored only into a new one.`,
    'Move that folder away, or set ANALYTICS_DATA_DIR to another one.',
  );
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

function lockLost(dataDir: string): CollectError {
  return new CollectError(
    'lock_lost',
    `This process was suspended, and another one took over the embedded PostgreSQL in ${dataDir}.`,
    'Nothing is lost: the other process collects what this one did not.',
  );
}
