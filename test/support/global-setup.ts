import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openEmbeddedStore } from '../../src/store/embedded.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A data folder of the embedded store, with the schema and no rows: copied, it opens ten times sooner than a new one. */
    embeddedTemplate: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const template = await mkdtemp(join(tmpdir(), 'analytics-collect-template-'));
  const store = await openEmbeddedStore({ dataDir: template });
  await store.close();
  project.provide('embeddedTemplate', template);
  return () => rm(template, { recursive: true, force: true });
}
