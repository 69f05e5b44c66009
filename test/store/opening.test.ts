import { readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CollectError } from '../../src/errors.js';
import { openEmbeddedStore } from '../../src/store/drivers/embedded.js';
import { openPostgresStore } from '../../src/store/drivers/postgres.js';
import { openSupabaseStore } from '../../src/store/drivers/supabase.js';
import { embeddedFolder, freshPostgres, listen, supabaseOverPglite } from '../support/database.js';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function failure(work: Promise<unknown>): Promise<CollectError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof CollectError)) throw new Error(`no CollectError but ${thrown}`);
  return thrown;
}

describe('the embedded store', () => {
  async function folder() {
    const { dataDir, remove } = await embeddedFolder();
    cleanUp.push(remove);
    return dataDir;
  }

  test('allows only one process in its folder, and names it', async () => {
    const dataDir = await folder();
    const store = await openEmbeddedStore({ dataDir });
    const error = await failure(openEmbeddedStore({ dataDir }));
    expect(error).toMatchObject({ code: 'store_locked', message: expect.stringContaining(String(process.pid)) });
    await store.close();

    await (await openEmbeddedStore({ dataDir })).close();
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  test('gives away the lease of a killed process at once', async () => {
    const dataDir = await folder();
    const killed = await openEmbeddedStore({ dataDir });
    await killed.beginRun({ scope: 'all', trigger: 'cli' });
    await killed.close();
    const store = await openEmbeddedStore({ dataDir });
    cleanUp.push(store.close);
    expect((await store.lastRuns()).run).toMatchObject({ status: 'abandoned' });
    expect(await store.beginRun({ scope: 'all', trigger: 'cli' })).toMatchObject({ held: true });
  });

  test('creates its folder, readable only by its owner, and its schema', async () => {
    const dataDir = join(await folder(), 'a', 'b');
    const store = await openEmbeddedStore({ dataDir });
    cleanUp.push(store.close);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await expect(store.check()).resolves.toBeUndefined();
  });

  test('reports a folder that cannot be created', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'a file'), '');
    const error = await failure(openEmbeddedStore({ dataDir: join(dataDir, 'a file') }));
    expect(error).toMatchObject({ code: 'store_refused', fix: expect.stringContaining('ANALYTICS_DATA_DIR') });
  });
});

describe('PostgreSQL', () => {
  test('that is not running is unreachable, and the password is not shown', async () => {
    const error = await failure(openPostgresStore('postgres://someone:hunter2@127.0.0.1:1/app'));
    expect(error).toMatchObject({ code: 'store_unreachable', fix: expect.stringContaining('DATABASE_URL') });
    expect(error.message).toContain('127.0.0.1/app');
    expect(`${error.message}${error.fix}`).not.toContain('hunter2');
  });

  if (process.env.TEST_DATABASE_URL) {
    test('refuses an unknown database, and reports a missing schema', async () => {
      const sql = await freshPostgres();
      cleanUp.push(sql.close);
      expect(await failure(openPostgresStore(`${sql.url}_not_there`))).toMatchObject({ code: 'store_refused' });
      const store = await openPostgresStore(sql.url);
      cleanUp.push(store.close);
      const missing = await failure(store.check());
      expect(missing).toMatchObject({ code: 'schema_missing', fix: expect.stringContaining('--apply') });
    });
  }
});

describe('Supabase', () => {
  test('refuses a wrong key, and says where to paste a missing schema', async () => {
    const server = await supabaseOverPglite('empty');
    cleanUp.push(server.close);
    const wrong = await openSupabaseStore({ url: server.url, serviceRoleKey: 'sb_secret_wrong' });
    const refused = await failure(wrong.check());
    expect(refused).toMatchObject({ code: 'store_refused', fix: expect.stringContaining('SUPABASE_SERVICE_ROLE_KEY') });
    expect(`${refused.message}${refused.fix}`).not.toContain('sb_secret_wrong');

    const store = await openSupabaseStore(server);
    expect(await failure(store.check())).toMatchObject({
      code: 'schema_missing',
      fix: expect.stringContaining('SQL editor'),
    });
    expect(await failure(store.applySchema())).toMatchObject({ fix: expect.stringContaining('SQL editor') });
  });

  test.each([
    { answer: 'a web page', status: 404, code: 'store_refused' },
    { answer: 'a gateway’s error', status: 503, code: 'store_unreachable' },
  ])('behind $answer fails with $code, without quoting the page', async ({ status, code }) => {
    const server = createServer((_, response) => response.writeHead(status).end('<html>a page</html>'));
    const url = await listen(server);
    cleanUp.push(async () => server.close());
    const error = await failure((await openSupabaseStore({ url, serviceRoleKey: 'key' })).check());
    expect(error).toMatchObject({ code, fix: expect.stringContaining('SUPABASE_URL') });
    expect(error.message).not.toContain('html');
  });

  test('that is not running is unreachable', async () => {
    const store = await openSupabaseStore({ url: 'http://127.0.0.1:1', serviceRoleKey: 'key' });
    expect(await failure(store.check())).toMatchObject({
      code: 'store_unreachable',
      fix: expect.stringContaining('SUPABASE_URL'),
    });
  });
});
