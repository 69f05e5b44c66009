import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './cluster.js';

const PGBOUNCER = '/usr/sbin/pgbouncer';
const ATTEMPTS = 50;

/** Why there is no pooler, for a test's name; null if there is one. It is run by the user postgres. */
export const noPooler =
  process.getuid?.() !== 0 || spawnSync(PGBOUNCER, ['--version']).error !== undefined
    ? ' (skipped: needs root and Debian’s pgbouncer)'
    : null;

/** A PgBouncer in transaction mode in front of a PostgreSQL, with two connections to it. */
export async function startPgbouncer(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  const port = await freePort();
  await chmod(folder, 0o755);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${target.hostname} port=${target.port} user=${target.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`,
  );
  const child = spawn('runuser', ['-u', 'postgres', '--', PGBOUNCER, join(folder, 'pgbouncer.ini')], {
    stdio: 'ignore',
  });
  const address = new URL(target);
  address.port = String(port);
  const url = address.href;
  for (let tries = 1; !(await answers(url)); tries++) {
    if (tries === ATTEMPTS) throw new Error('PgBouncer does not answer');
    await sleep(100);
  }
  return {
    url,
    async close() {
      child.kill('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
