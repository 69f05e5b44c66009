import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openEmbeddedStore } from '../../src/store/embedded.js';
import { schemaSql } from '../../src/store/schema.js';

const ROOT = resolve(import.meta.dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/analytics-collect');

declare module 'vitest' {
  export interface ProvidedContext {
    /** A data folder of the embedded store, with the schema and no rows: copied, it opens ten times sooner than a new one. */
    embeddedTemplate: string;
  }
}

/** Makes the template once for each schema and engine: it takes as long as many tests together. */
export default async function setup(project: TestProject): Promise<void> {
  const engine = readFileSync(join(ROOT, 'node_modules/@electric-sql/pglite/package.json'));
  const key = createHash('sha256')
    .update(engine)
    .update(await schemaSql())
    .digest('hex');
  const template = join(CACHE, key.slice(0, 16));
  if (!existsSync(template)) await makeTemplate(template);
  project.provide('embeddedTemplate', template);
}

/** Made aside and moved into place: another test run may be making the same. */
async function makeTemplate(template: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(join(CACHE, 'unfinished-'));
  const store = await openEmbeddedStore({ dataDir: unfinished });
  await store.close();
  try {
    await rename(unfinished, template);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  }
}
