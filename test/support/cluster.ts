import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { portOf } from './connect-proxy.js';
import type { Sql } from './database.js';

const VERSIONS = '/usr/lib/postgresql';
const isRoot = process.getuid?.() === 0;

/** The folders of the installed PostgreSQL servers, 15 or newer, as Debian's packages lay them out. */
export const postgresFolders: readonly string[] = (existsSync(VERSIONS) ? readdirSync(VERSIONS) : [])
  .filter((version) => Number(version) >= 15)
  .map((version) => join(VERSIONS, version));

export interface Cluster extends Sql {
  readonly port: number;
  /** What the server has logged so far is in this file. */
  readonly log: string;
  /** Stops the server and starts it again, as a machine that reboots would. */
  restart(): Promise<void>;
}

export interface ClusterOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines that say who may connect from elsewhere. */
  readonly access?: string;
  /** Files in the data folder, readable only by the server. */
  readonly files?: Readonly<Record<string, Buffer>>;
}

/** A PostgreSQL server of its own in a temporary folder. */
export async function startCluster(
  folder: string,
  { settings = {}, access = '', files = {} }: ClusterOptions,
): Promise<Cluster> {
  const data = mkdtempSync(join(tmpdir(), 'analytics-collect-cluster-'));
  const log = join(data, 'log');
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
  const all = { port, listen_addresses: '127.0.0.1', unix_socket_directories: "''", fsync: 'off', ...settings };
  const options = Object.entries(all).map(([name, value]) => `-c ${name}=${value}`);
  const start = () => command('pg_ctl', ['start', '-w', '-l', log, '-o', options.join(' ')]);
  const stop = () => command('pg_ctl', ['stop', '-w', '-m', 'fast']);
  const connect = () => {
    const pool = new pg.Pool({ connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`, max: 1 });
    pool.on('error', () => {});
    return pool;
  };

  command('initdb', ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '--no-sync']);
  appendFileSync(join(data, 'pg_hba.conf'), access);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(data, name), content, { mode: 0o600 });
    if (isRoot) execFileSync('chown', ['postgres', join(data, name)]);
  }
  start();
  let pool = connect();
  return {
    port,
    log,
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

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
