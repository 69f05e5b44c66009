import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Sql } from '../support/database.js';

const VERSIONS = '/usr/lib/postgresql';
const isRoot = process.getuid?.() === 0;

/** The folder of a PostgreSQL that has pg_cron, as Debian's packages lay it out; null where there is none. */
export const postgresWithCron: string | null =
  (existsSync(VERSIONS) ? readdirSync(VERSIONS) : [])
    .map((version) => join(VERSIONS, version))
    .find((folder) => Number(folder.split('/').at(-1)) >= 15 && existsSync(join(folder, 'lib/pg_cron.so'))) ?? null;

export interface CronCluster extends Sql {
  /** Stops the server and starts it again, as a machine that reboots would. */
  restart(): Promise<void>;
}

/** A PostgreSQL server of its own in a temporary folder, with pg_cron in it. */
export async function startCronCluster(folder: string): Promise<CronCluster> {
  const data = mkdtempSync(join(tmpdir(), 'analytics-collect-pg-cron-'));
  const port = await freePort();
  // PostgreSQL refuses to run as root.
  if (isRoot) execFileSync('chown', ['postgres', data]);
  const command = (name: string, args: readonly string[]) => {
    const line = [join(folder, 'bin', name), '-D', data, ...args];
    const [program = '', ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...line] : line;
    // Nothing is piped: what the server inherits, it keeps open.
    const { status } = spawnSync(program, rest, { cwd: '/', stdio: 'ignore' });
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
  };
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: "''",
    fsync: 'off',
    shared_preload_libraries: 'pg_cron',
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const start = () => command('pg_ctl', ['start', '-w', '-l', join(data, 'log'), '-o', options.join(' ')]);
  const stop = () => command('pg_ctl', ['stop', '-w', '-m', 'fast']);
  const connect = () => {
    const pool = new pg.Pool({ connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`, max: 1 });
    pool.on('error', () => {});
    return pool;
  };

  command('initdb', ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '--no-sync']);
  start();
  let pool = connect();
  return {
    async query(text, values) {
      const answer: pg.QueryResult | pg.QueryResult[] = await pool.query(text, values);
      return (Array.isArray(answer) ? answer.at(-1)?.rows : answer.rows) ?? [];
    },
    async restart() {
      await pool.end();
      stop();
      start();
      pool = connect();
    },
    async close() {
      await pool.end();
      stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/**
 * What Supabase has beside pg_cron, in miniature: the Vault's view, and pg_net's function with the signature it has there,
 * which keeps the call for the test to make.
 */
export const SUPABASE_STAND_INS = `
  create schema vault;
  create table vault.secrets (name text primary key, secret text);
  create view vault.decrypted_secrets as select name, secret as decrypted_secret from vault.secrets;

  create schema net;
  create table net.calls (id bigserial primary key, url text, body jsonb, headers jsonb);
  create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds integer default 5000
  ) returns bigint language sql as $$
    insert into net.calls (url, body, headers) values (http_post.url, http_post.body, http_post.headers) returning id
  $$;
  -- An extension of that name is there, as far as "create extension if not exists" looks.
  set allow_system_table_mods = on;
  insert into pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  values (99999, 'pg_net', 10, 'net'::regnamespace, false, '0.14.0');
  reset allow_system_table_mods;`;
