import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CollectError, hasCode } from '../errors.js';
import { generateKey, parseFernetKey } from './fernet.js';

/** The embedded store's key file, in the data folder. */
export function keyPath(dataDir: string): string {
  return join(dataDir, 'encryption.key');
}

/** The key in a key file; null if there is no file. Throws `CollectError` `config_invalid` when the file cannot be read or holds no key. */
export async function readKey(path: string): Promise<string | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null;
    throw unusable(path, cause);
  }
  const key = text.trim();
  if (parseFernetKey(key) !== null) return key;
  throw new CollectError(
    'config_invalid',
    `The key file ${path} does not hold a Fernet key.`,
    'Restore it from a backup; without it, stored tokens cannot be read and their connections must be added again.',
  );
}

/** Creates a key file that only its owner can read. Throws `CollectError` `config_invalid` when it cannot be written, or already exists. */
export async function createKey(path: string): Promise<string> {
  const key = generateKey();
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // `wx` fails if the file exists: a key that tokens were encrypted with is never overwritten.
    await writeFile(path, `${key}\n`, { flag: 'wx', mode: 0o600 });
    return key;
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function unusable(path: string, cause: unknown): CollectError {
  return new CollectError(
    'config_invalid',
    `The key file ${path} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Make the folder writable, or set ENCRYPTION_KEY, or choose another folder with ANALYTICS_DATA_DIR (for the sandbox: ANALYTICS_SANDBOX_DIR).',
    { cause },
  );
}
