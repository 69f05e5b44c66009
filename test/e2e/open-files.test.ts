import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { BIN, home } from './support/cli.js';
import { connect, connectionRow, type Database, ONE_SERVER, readyDatabase } from './support/databases.js';

const accounts = population({ users: 120, platforms: ['facebook', 'youtube'] });
const [kind = 'Supabase'] = ONE_SERVER;

let database: Database;
let sandbox: Sandbox;
beforeAll(async () => {
  [database, sandbox] = await Promise.all([readyDatabase(kind), startSandbox({ accounts, latencyMs: 200 })]);
  await connect(database, accounts.map(connectionRow));
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

it('a run of 100 requests at once completes where a process may have 64 files open', async () => {
  const command = 'ulimit -n 64; exec "$@" collect --json --lookback 2 --concurrency 100';
  const child = spawn('bash', ['-c', command, 'bash', process.execPath, '--liftoff-only', BIN], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, ...database.env, ...sandbox.urls },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(stderr).toContain('no more files or connections can be opened here (EMFILE)');
  expect(stderr).not.toContain('Warning');
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'completed',
    connections: { total: accounts.length, succeeded: accounts.length },
    requests: { retried: 0 },
  });
});
