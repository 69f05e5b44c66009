import { readdir, readFile } from 'node:fs/promises';

/** What `check_collection()` answers on a database with this program's schema. */
export const SCHEMA_VERSION = 4;

const FOLDER = new URL('./schema/', import.meta.url);

/**
 * The whole schema as one script of plain SQL: idempotent, safe on an empty database and on one with older tables.
 * Sent as one query it is one transaction.
 */
export async function schemaSql(): Promise<string> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  const parts = await Promise.all(files.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  return parts.join('\n');
}
