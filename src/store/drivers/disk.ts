import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CollectError } from '../../errors.js';

/** A folder for a database, and the variable that names it. */
export interface DatabaseFolder {
  readonly dataDir: string;
  readonly setting?: 'ANALYTICS_DATA_DIR' | 'ANALYTICS_SANDBOX_DIR';
}

const MB = 1024 * 1024;
/** Two segments of PostgreSQL's log, 16 MB each, and a margin: with that, what is under way can be written. */
const TO_WRITE = 48 * MB;
/** A new database takes about 40 MB. */
const TO_CREATE = TO_WRITE + 48 * MB;
const FILES = 16;

/** Throws `CollectError` `disk_full` when the folder's disk has too little room for the next write, or for a new database. */
export async function expectRoom(folder: DatabaseFolder, purpose: 'write' | 'create'): Promise<void> {
  const needed = purpose === 'write' ? TO_WRITE : TO_CREATE;
  const { blocks, bavail, bsize, files, ffree } = await statfs(folder.dataDir);
  const free = bavail * bsize;
  // Some file systems do not tell how much they hold.
  if (blocks > 0 && free < needed)
    throw full(folder, `${Math.floor(free / MB)} MB free, and the embedded PostgreSQL needs ${needed / MB} MB`);
  if (files > 0 && ffree < FILES) throw full(folder, 'it takes no more files');
}

/** The folder, or its nearest existing parent. */
export function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

/** How many MB the folder's disk has free; null where the file system does not tell. */
export async function freeMegabytes(dataDir: string): Promise<number | null> {
  const { blocks, bavail, bsize } = await statfs(dataDir);
  return blocks > 0 ? Math.floor((bavail * bsize) / MB) : null;
}

/** What an error of the system's that ended a write means: `disk_full` or `disk_failed`. */
export function diskError(folder: DatabaseFolder, code: string): CollectError {
  if (code === 'ENOSPC') return full(folder, 'no space left [ENOSPC]');
  if (code === 'EDQUOT') return full(folder, 'the quota is used up [EDQUOT]');
  return new CollectError(
    'disk_failed',
    `The disk that holds the data folder ${folder.dataDir} refused a write [${code}].`,
    'Check the disk and the system log, then run the command again.',
  );
}

function full({ dataDir, setting = 'ANALYTICS_DATA_DIR' }: DatabaseFolder, why: string): CollectError {
  return new CollectError(
    'disk_full',
    `The disk that holds the data folder ${dataDir} is full: ${why}.`,
    `Free some space, or move the folder to a larger disk and set ${setting}; the next run collects what is missing.`,
  );
}
