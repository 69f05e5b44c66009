import { join } from 'node:path';
import { loadConfig } from '../config.js';
import { readEnvironment } from '../environment.js';
import { CollectError } from '../errors.js';
import type { FolderStore } from '../store/drivers/embedded.js';
import type { Engine } from '../store/drivers/engine.js';

/**
 * Runs a command on the embedded database, which must exist, without its key. With `fill` it must not exist, and is made so. Throws
 * `CollectError`: `usage` when the settings name another database, `no_store`, or what opening the store throws.
 */
export async function withEmbedded(
  use: (store: FolderStore, dataDir: string) => Promise<void>,
  fill?: (engine: Engine) => Promise<void>,
): Promise<void> {
  const { store: configured, dataDir } = loadConfig(readEnvironment());
  if (configured.kind !== 'embedded') throw anotherDatabase();
  const { hasEmbeddedStore, openEmbeddedStore } = await import('../store/drivers/embedded.js');
  if (!fill && !hasEmbeddedStore(dataDir)) throw noDatabase(dataDir);
  process.stderr.write('Starting an embedded PostgreSQL …\n');
  const store = await openEmbeddedStore({ dataDir }, fill);
  try {
    await use(store, dataDir);
  } finally {
    await store.close();
  }
}

function anotherDatabase(): CollectError {
  return new CollectError(
    'usage',
    'This command is for the embedded database, and the settings name another one.',
    "Use PostgreSQL's own pg_dump and psql there, or unset SUPABASE_URL and DATABASE_URL.",
  );
}

function noDatabase(dataDir: string): CollectError {
  return new CollectError(
    'no_store',
    `There is no embedded database in ${join(dataDir, 'postgres')}.`,
    'Set ANALYTICS_DATA_DIR to the folder that has one.',
  );
}
