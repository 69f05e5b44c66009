import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CollectError } from '../errors.js';
import { generateKey, parseFernetKey } from './fernet.js';

export interface KeyFile {
  readonly key: string;
  /** True when this call made the key. */
  readonly created: boolean;
  readonly path: string;
}

/**
 * The key of the embedded store: `encryption.key` in the data folder, made once, readable by its owner alone.
 * Throws `CollectError` `config_invalid` when the file cannot be read or written, or holds no key.
 */
export async function loadOrCreateKey(dataDir: string): Promise<KeyFile> {
  const path = join(dataDir, 'encryption.key');
  try {
    const created = await createKeyFile(dataDir, path);
    const key = (await readFile(path, 'utf8')).trim();
    if (parseFernetKey(key) !== null) return { key, created, path };
  } catch (cause) {
    throw new CollectError(
      'config_invalid',
      `The key file ${path} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Make the folder writable, or set ENCRYPTION_KEY or ANALYTICS_DATA_DIR.',
      { cause },
    );
  }
  throw new CollectError(
    'config_invalid',
    `The key file ${path} does not hold a Fernet key.`,
    'Restore it from a backup; without it, stored tokens cannot be read and their connections must be added again.',
  );
}

async function createKeyFile(dataDir: string, path: string): Promise<boolean> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    // `wx` fails where the file exists: a key that tokens were encrypted with is never overwritten.
    await writeFile(path, `${generateKey()}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
