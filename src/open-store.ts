import type { Config } from './config.js';
import { envFile } from './environment.js';
import { CollectError } from './errors.js';
import type { Store } from './store/store.js';
import { count } from './text.js';
import { createKey, keyPath, readKey } from './tokens/key-file.js';

/**
 * What is required of the embedded store when it is used because no store is configured. `create`: nothing; it is created if it is
 * missing. `existing`: it must exist. `connected`: it must also have a connection.
 */
export type DefaultStore = 'create' | 'existing' | 'connected';

export interface OpenStore {
  readonly store: Store;
  /** Fernet keys, comma-separated. */
  readonly encryptionKey: string;
  /** What the user should be told. */
  readonly notices: readonly string[];
}

/**
 * Opens the configured store and finds the key of its tokens. Throws `CollectError`: `no_store`, `key_missing`, `config_invalid`, or
 * what opening the store throws.
 */
export async function openStore(config: Config, defaultStore: DefaultStore, readOnly = false): Promise<OpenStore> {
  if (config.store.kind === 'embedded' && !config.store.isNamed && defaultStore !== 'create') {
    const { hasEmbeddedStore } = await import('./store/drivers/embedded.js');
    if (!hasEmbeddedStore(config.store.dataDir))
      throw noStore(config, 'does not exist; it is not created in CI or without a terminal');
  }
  const key = config.encryptionKey ?? (await readKey(keyPath(config.dataDir)));
  const store = await openDriver(config.store, readOnly);
  try {
    if (config.store.kind === 'embedded' && !config.store.isNamed && defaultStore === 'connected') {
      const { services } = await store.countConnections(null);
      if (services.length === 0) throw noStore(config, 'has no connections');
    }
    return { store, ...(key === null ? await makeKey(config, store) : { encryptionKey: key, notices: [] }) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** `readOnly`: PostgreSQL itself refuses writes. Other stores rely on the caller. */
export async function openDriver(config: Config['store'], readOnly = false): Promise<Store> {
  switch (config.kind) {
    case 'supabase':
      return (await import('./store/drivers/supabase.js')).openSupabaseStore(config);
    case 'postgres':
      return (await import('./store/drivers/postgres.js')).openPostgresStore(config.url, { readOnly });
    case 'embedded':
      return (await import('./store/drivers/embedded.js')).openEmbeddedStore(config);
  }
}

/** Creates the embedded store's key, unless tokens have been encrypted with another key. */
async function makeKey(config: Config, store: Store): Promise<Omit<OpenStore, 'store'>> {
  const { encrypted } = await store.countConnections(null);
  if (encrypted > 0) throw keyMissing(config, encrypted);
  const path = keyPath(config.dataDir);
  const encryptionKey = await createKey(path);
  const notice = `Created an encryption key in ${path}. Back it up: without it, stored tokens cannot be decrypted.`;
  return { encryptionKey, notices: [notice] };
}

function noStore({ dataDir }: Config, why: string): CollectError {
  return new CollectError(
    'no_store',
    `No database is configured, and the embedded one in ${dataDir} ${why}.`,
    'Set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY, or DATABASE_URL; or, to use an embedded database, set ANALYTICS_DATA_DIR or connect an account: analytics-collect connect PLATFORM --user ID.',
  );
}

/** The error if tokens are encrypted and no key was found: it says where it was looked for. */
export function keyMissing({ dataDir }: Pick<Config, 'dataDir'>, connections: number): CollectError {
  return new CollectError(
    'key_missing',
    `The key that encrypted the tokens of ${count(connections, 'connection')} was not found: neither ENCRYPTION_KEY nor ENCRYPTION_KEY_FILE is set in the environment or in ${envFile()}, and there is no file ${keyPath(dataDir)}.`,
    'Put the file back, or set ENCRYPTION_KEY to the key. If the key is lost, set ENCRYPTION_KEY to a new one, remove the connections and add them again.',
  );
}
