import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { App, type Connection } from '@supabase/lite';
import { createPgliteConnection } from '@supabase/lite/pglite';
import pg from 'pg';
import { inject } from 'vitest';
import { storeInside } from '../../src/store/drivers/embedded.js';
import type { Store } from '../../src/store/store.js';

/** Any PostgreSQL, to look behind a store's back. */
export interface Sql {
  /** Rows of one statement with parameters, or of the last of several without. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A copy of the prepared data folder. */
export function embeddedFolder(): Promise<{ dataDir: string; remove(): Promise<void> }> {
  return copyOf(inject('embeddedTemplate'));
}

async function copyOf(template: string) {
  const dataDir = await mkdtemp(join(inject('copies'), 'database-'));
  // Node's own cp takes a second and a half for the thousand files.
  await promisify(execFile)('cp', ['-R', `${template}/.`, dataDir]);
  return { dataDir, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

/** The embedded engine itself, with the schema and no rows, and the store over it. */
export async function freshPglite(): Promise<Sql & { readonly store: Store }> {
  const { dataDir, remove } = await embeddedFolder();
  const database = await PGlite.create(join(dataDir, 'postgres'));
  return {
    store: storeInside(database, 'embedded PostgreSQL of a test'),
    query: pgliteQuery(database),
    async close() {
      await database.close();
      await remove();
    },
  };
}

function pgliteQuery(database: Pick<PGlite, 'query' | 'exec'>): Sql['query'] {
  return async (text, values) => {
    if (values) return (await database.query<Record<string, unknown>>(text, values)).rows;
    return (await database.exec(text)).at(-1)?.rows ?? [];
  };
}

/** An empty database of its own on the server of `TEST_DATABASE_URL`, dropped when closed. */
export async function freshPostgres(): Promise<Sql & { readonly url: string }> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  if (!serverUrl) throw new Error('TEST_DATABASE_URL is not set');

  const name = `store_test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 1 });
  pool.on('error', () => {});
  return {
    url: url.href,
    query: async (text, values) => {
      const answer: pg.QueryResult | pg.QueryResult[] = await pool.query(text, values);
      return (Array.isArray(answer) ? answer.at(-1)?.rows : answer.rows) ?? [];
    },
    async close() {
      await pool.end();
      await onServer(serverUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export interface SupabaseServer {
  readonly url: string;
  readonly serviceRoleKey: string;
  readonly anonKey: string;
  close(): Promise<void>;
}

/** A Supabase REST interface on loopback over an embedded PostgreSQL of its own, without rows, which `query` looks into. */
export async function supabaseOverPglite(schema: 'with the schema' | 'empty'): Promise<SupabaseServer & Sql> {
  const { dataDir, remove } = await copyOf(inject(schema === 'empty' ? 'emptySupabaseTemplate' : 'supabaseTemplate'));
  const connection = await createPgliteConnection({ url: dataDir });
  const server = await serveSupabase(connection);
  return {
    ...server,
    query: pgliteQuery(connection.driver),
    async close() {
      await server.close();
      await remove();
    },
  };
}

/** A Supabase REST interface on loopback over a PostgreSQL database. */
export async function supabaseOverPostgres(postgresUrl: string): Promise<SupabaseServer> {
  return serveSupabase(await overPostgres(postgresUrl));
}

async function serveSupabase(connection: Connection): Promise<SupabaseServer> {
  process.env.LITE_TELEMETRY = '0';
  process.env.DO_NOT_TRACK = '1';
  const serviceRoleKey = 'sb_secret_of-the-tests';
  const anonKey = 'sb_publishable_of-the-tests';
  const app = new App({ connection, auth: { secret_key: serviceRoleKey, publishable_key: anonKey } });
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await app.fetch(await toFetch(request));
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  return {
    url: await listen(server),
    serviceRoleKey,
    anonKey,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await connection.close();
    },
  };
}

async function overPostgres(url: string) {
  const { createPostgresConnection } = await import('@supabase/lite/postgres');
  // Its own json types encode JSON arguments twice.
  const asItIs = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return createPostgresConnection({
    url,
    postgresOptions: {
      onnotice: () => {},
      types: {
        json: { to: 114, from: [114], serialize: asItIs, parse: JSON.parse },
        jsonb: { to: 3802, from: [3802], serialize: asItIs, parse: JSON.parse },
      },
    },
  });
}

/** Starts a server on a free loopback port; answers its address without a trailing slash. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return `http://127.0.0.1:${address.port}`;
}

async function toFetch(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const method = request.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`http://${request.headers.host}${request.url}`, {
    method,
    headers,
    ...(hasBody && { body: Buffer.concat(chunks) }),
  });
}
