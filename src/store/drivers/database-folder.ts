import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CollectError, hasCode } from '../../errors.js';

/** The major version of the PostgreSQL that runs inside this process. */
export const ENGINE_VERSION = '18';

/** SQLSTATEs of files that are missing or hold something else than they should. */
const DAMAGE = z.object({ code: z.enum(['XX001', 'XX002', '58P01']) });

/**
 * Checks a database's folder before it is opened: the engine would create a new database over one whose version it cannot read.
 * Throws `CollectError`: `store_other_version`, `store_damaged`.
 */
export async function checkFolder(folder: string): Promise<void> {
  const path = join(folder, 'PG_VERSION');
  let version: string;
  try {
    version = (await readFile(path, 'utf8')).trim();
  } catch (thrown) {
    if (!hasCode(thrown, 'ENOENT')) throw thrown;
    throw damaged(folder, new Error(`${path} is missing`));
  }
  if (!/^\d+$/.test(version)) throw damaged(folder, new Error(`${path} names no version`));
  if (version === ENGINE_VERSION) return;
  throw new CollectError(
    'store_other_version',
    `The database in ${folder} was created by PostgreSQL ${version}, but this version of analytics-collect contains PostgreSQL ${ENGINE_VERSION}.`,
    `Write a backup with the version that made it (npx analytics-collect@VERSION backup FILE), move ${folder} away and run \`analytics-collect restore FILE\`. ${key(folder)}`,
  );
}

export function isDamage(thrown: unknown): boolean {
  return DAMAGE.safeParse(thrown).success;
}

/** `place` is the folder, or the store's description. */
export function damaged(place: string, cause: unknown): CollectError {
  const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
  return new CollectError(
    'store_damaged',
    `The database's files are damaged in ${place}: ${why}.`,
    'Move the folder postgres away and restore the last backup: analytics-collect restore FILE. Leave encryption.key where it is.',
    { cause },
  );
}

function key(folder: string): string {
  return `The key stays in ${dirname(folder)}.`;
}
