import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createPgliteConnection } from '@supabase/lite/pglite';
import type { TestProject } from 'vitest/node';
import { openEmbeddedStore } from '../../src/store/drivers/embedded.js';
import { schemaScript } from '../../src/store/schema.js';
import { SUPABASE_ROLES } from './supabase-roles.js';

const ROOT = resolve(import.meta.dirname, '../..');
const ROOM_BYTES = 4_000_000_000;
const CACHE = join(ROOT, 'node_modules/.cache/analytics-collect');

declare module 'vitest' {
  export interface ProvidedContext {
    /** A data folder of the embedded store, with the schema and no rows: copied, it opens ten times sooner than a new one. */
    embeddedTemplate: string;
    /** A data folder of the engine behind the Supabase REST interface, which has its own version, with the schema and no rows. */
    supabaseTemplate: string;
    emptySupabaseTemplate: string;
    /** Where copies of them are put: removed with all that is in it when the tests have ended. */
    copies: string;
  }
}

/** Makes each template once for each schema and engine: it takes as long as many tests together. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = readFileSync(join(ROOT, 'node_modules/@electric-sql/pglite/package.json'));
  const schema = await schemaScript();
  project.provide('embeddedTemplate', await template([engine, schema], openEmbedded));
  // It carries an engine of its own.
  const lite = readFileSync(join(ROOT, 'node_modules/@supabase/lite/package.json'));
  project.provide('emptySupabaseTemplate', await template([lite, 'empty'], openSupabase));
  const withSchema = async (url: string) => {
    const connection = await openSupabase(url);
    await connection.driver.exec(SUPABASE_ROLES);
    await connection.driver.exec(schema);
    return connection;
  };
  project.provide('supabaseTemplate', await template([lite, schema], withSchema));

  const copies = await mkdtemp(join(await fastFolder(), 'analytics-collect-copies-'));
  project.provide('copies', copies);
  return () => rm(copies, { recursive: true, force: true });
}

/** In memory where there is room: a template of 40 MB is copied there ten times faster than to a slow disk. */
async function fastFolder(): Promise<string> {
  const memory = '/dev/shm';
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize > ROOM_BYTES ? memory : tmpdir();
}

async function openEmbedded(dataDir: string) {
  return openEmbeddedStore({ dataDir });
}

async function openSupabase(url: string) {
  const connection = await createPgliteConnection({ url });
  await connection.driver.waitReady;
  return connection;
}

type Open = (folder: string) => Promise<{ close(): Promise<unknown> }>;

/** The folder that `open` leaves behind, made aside and moved into place: another test run may be making the same. */
async function template(madeOf: readonly (string | Buffer)[], open: Open): Promise<string> {
  const hash = createHash('sha256');
  for (const part of madeOf) hash.update(part);
  const folder = join(CACHE, hash.digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;

  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(join(CACHE, 'unfinished-'));
  await (await open(unfinished)).close();
  try {
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
