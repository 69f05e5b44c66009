import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CollectError } from '../../src/errors.js';
import { openEmbeddedStore } from '../../src/store/drivers/embedded.js';
import { openPostgresStore } from '../../src/store/drivers/postgres.js';
import { openSupabaseStore } from '../../src/store/drivers/supabase.js';
import { schemaScript } from '../../src/store/schema.js';
import { embeddedFolder, freshPostgres, listen, supabaseOverPglite } from '../support/database.js';
import { SUPABASE_ROLES } from '../support/supabase-roles.js';
import { certificate, speakTls } from '../support/tls.js';

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

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
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
    await killed.beginRun({ scope: 'all', trigger: 'cli', isFull: true });
    await killed.close();
    const store = await openEmbeddedStore({ dataDir });
    cleanUp.push(store.close);
    expect((await store.lastRuns()).run).toMatchObject({ status: 'abandoned' });
    expect(await store.beginRun({ scope: 'all', trigger: 'cli', isFull: true })).toMatchObject({ held: true });
  });

  test('creates its folder, readable only by its owner, and its schema', async () => {
    const dataDir = join(await folder(), 'a', 'b');
    const store = await openEmbeddedStore({ dataDir });
    cleanUp.push(store.close);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await expect(store.check()).resolves.toBeUndefined();
  });

  test.each([
    ['its version is lost', (folder: string) => rm(join(folder, 'PG_VERSION'))],
    ['its version is garbled', (folder: string) => writeFile(join(folder, 'PG_VERSION'), '\0\0')],
    ['its control file is cut off', (folder: string) => truncate(join(folder, 'global/pg_control'), 100)],
    [
      'its control file is zeros',
      (folder: string) => writeFile(join(folder, 'global/pg_control'), Buffer.alloc(8_192)),
    ],
    ['its log is lost', async (folder: string) => emptyFolder(join(folder, 'pg_wal'))],
    ['its commits are lost', async (folder: string) => emptyFolder(join(folder, 'pg_xact'))],
    ['its tables are lost', (folder: string) => rm(join(folder, 'base'), { recursive: true })],
    ['its settings are lost', (folder: string) => rm(join(folder, 'postgresql.conf'))],
  ])('a folder is damaged where %s', async (_, damage) => {
    const dataDir = await folder();
    await damage(join(dataDir, 'postgres'));
    const error = await failure(openEmbeddedStore({ dataDir }));
    expect(error).toMatchObject({ code: 'store_damaged', fix: expect.stringContaining('restore FILE') });
    expect(error.message).toContain(dataDir);
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  test('makes no new database over one whose version is lost', async () => {
    const dataDir = await folder();
    await rm(join(dataDir, 'postgres', 'PG_VERSION'));
    const left = () => readdir(join(dataDir, 'postgres'), { recursive: true });
    const before = await left();
    await failure(openEmbeddedStore({ dataDir }));
    expect(await left()).toEqual(before);
  });

  test('tells of a damaged table once it is read', async () => {
    const dataDir = await folder();
    const store = await openEmbeddedStore({ dataDir });
    const [file] = await store.query(
      "insert into collection_runs (scope, trigger) values ('x', 'cli'); select pg_relation_filepath('collection_runs') as path",
    );
    await store.close();
    await writeFile(join(dataDir, 'postgres', String(file?.path)), Buffer.alloc(8_192, 'x'));
    expect(await failure(openEmbeddedStore({ dataDir }))).toMatchObject({
      code: 'store_damaged',
      message: expect.stringContaining('invalid page'),
    });
  });

  test('names both versions where the folder is of another PostgreSQL', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    const error = await failure(openEmbeddedStore({ dataDir }));
    expect(error).toMatchObject({
      code: 'store_other_version',
      message: expect.stringMatching(/PostgreSQL 17,.*PostgreSQL 18/),
    });
    expect(error.fix).toMatch(/backup FILE.*restore FILE/);
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
    const store = await openPostgresStore('postgres://someone:hunter2@127.0.0.1:1/app');
    const error = await failure(store.check());
    expect(error).toMatchObject({ code: 'store_unreachable', fix: expect.stringContaining('DATABASE_URL') });
    expect(error.message).toContain('127.0.0.1/app');
    expect(`${error.message}${error.fix}`).not.toContain('hunter2');
  });

  if (process.env.TEST_DATABASE_URL) {
    test('refuses an unknown database, and reports a missing schema', async () => {
      const sql = await freshPostgres();
      cleanUp.push(sql.close);
      const unknown = await openPostgresStore(`${sql.url}_not_there`);
      expect(await failure(unknown.check())).toMatchObject({ code: 'store_refused' });
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

  /** A stand-in that answers every request likewise. */
  async function answering(status: number, body: string, headers: Record<string, string> = {}) {
    const server = createServer((_, response) => response.writeHead(status, headers).end(body));
    cleanUp.push(async () => server.close());
    return { url: await listen(server), server };
  }

  test.each([301, 302, 307, 308])('that redirects with %i never learns of the key elsewhere', async (status) => {
    const elsewhere = await answering(200, '[]');
    const asked: unknown[] = [];
    elsewhere.server.on('request', ({ headers }) => asked.push(headers));
    const { url } = await answering(status, '', { location: `${elsewhere.url}/rest/v1/rpc/check_collection` });
    const error = await failure((await openSupabaseStore({ url, serviceRoleKey: 'sb_secret_key' })).check());
    expect(error).toMatchObject({ code: 'store_refused', fix: expect.stringContaining('SUPABASE_URL') });
    expect(error.message).toContain(`redirects to another address (HTTP ${status})`);
    expect(asked).toEqual([]);
  });

  test('whose certificate is not trusted is told apart from one that is away', async () => {
    const { key, cert } = certificate();
    const plain = await answering(200, '[]');
    const { port, close } = await speakTls(Number(new URL(plain.url).port), { key, cert });
    cleanUp.push(async () => close());
    const store = await openSupabaseStore({ url: `https://localhost:${port}`, serviceRoleKey: 'key' });
    expect(await failure(store.check())).toMatchObject({
      code: 'store_refused',
      message: expect.stringContaining('certificate'),
      fix: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  test('refuses a key without rights, but names missing grants where the key is right', async () => {
    const denied = JSON.stringify({ code: '42501', message: 'permission denied for function check_collection' });
    const outcomes = [401, 403].map(async (status) => {
      const { url } = await answering(status, denied, { 'content-type': 'application/json' });
      return failure((await openSupabaseStore({ url, serviceRoleKey: 'key' })).check());
    });
    const [anonymous, withoutGrants] = await Promise.all(outcomes);
    expect(anonymous?.message).toContain('refused the service role key');
    expect(withoutGrants).toMatchObject({
      code: 'store_refused',
      message: expect.stringContaining('Grants are missing'),
      fix: expect.stringContaining('Apply the schema again'),
    });
  });

  test('whose roles came after the schema lacks grants until the schema is applied again', async () => {
    const server = await supabaseOverPglite('empty');
    cleanUp.push(server.close);
    await server.query(await schemaScript());
    await server.query(SUPABASE_ROLES);
    const store = await openSupabaseStore(server);
    expect((await failure(store.check())).message).toContain('Grants are missing');
    await server.query(await schemaScript());
    await expect(store.check()).resolves.toBeUndefined();
  });

  test('that is not running is unreachable', async () => {
    const store = await openSupabaseStore({ url: 'http://127.0.0.1:1', serviceRoleKey: 'key' });
    expect(await failure(store.check())).toMatchObject({
      code: 'store_unreachable',
      fix: expect.stringContaining('SUPABASE_URL'),
    });
  });
});
