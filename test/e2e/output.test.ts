import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { BIN, home } from './support/cli.js';
import { connect, connectionRow, type Database, ONE_SERVER, readyDatabase } from './support/databases.js';

const accounts = population({ users: 4, platforms: ['facebook'] });
const [kind = 'Supabase'] = ONE_SERVER;

let database: Database;
let sandbox: Sandbox;
beforeAll(async () => {
  [database, sandbox] = await Promise.all([readyDatabase(kind), startSandbox({ accounts })]);
  await connect(database, accounts.map(connectionRow));
});
afterAll(() => Promise.all([database.close(), sandbox.close()]));

afterEach(async () => {
  await database.query('delete from collection_runs');
});

/** Starts a script of bash in which `"$@"` is the command; what has not ended with bash is killed. */
function startShell(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn('bash', ['-c', script, 'bash', process.execPath, '--liftoff-only', BIN, ...args], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, ...database.env, ...sandbox.urls, ...env },
    detached: true,
  });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, 'exit').then(async ([code]) => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {}
    return { code, stdout: await stdout, stderr: await stderr };
  });
  return { kill: (signal: NodeJS.Signals) => void child.kill(signal), ended };
}

const shell = (script: string, args: readonly string[]) => startShell(script, args).ended;
const statuses = async () => (await database.query('select status from collection_runs')).map(({ status }) => status);

const UNREAD = '> >(exec sleep 100)';
const GONE = '> >(exec 0<&-)';
/** A pipe holds this much. */
const FILL = 'head -c 65536 /dev/zero';

describe('a run completes', () => {
  it.each([
    ['is full', '"$@" 2>/dev/full'],
    ['is closed', '"$@" 2>&-'],
    ['has lost its reader', `"$@" 2${GONE}`],
    ['is a pipe that nobody reads', `{ ${FILL} >&2; "$@"; } 2${UNREAD}`],
  ])('and prints its summary when stderr %s', async (_, script) => {
    const { code, stdout } = await shell(script, ['collect', '--json', '--verbose']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed' });
    expect(await statuses()).toEqual(['completed']);
  });

  it.each([
    ['is closed', '"$@" >&-'],
    ['has lost its reader', `"$@" >${GONE}`],
  ])('and exits as usual when stdout %s', async (_, script) => {
    expect(await shell(script, ['collect', '--json'])).toMatchObject({ code: 0 });
    expect(await statuses()).toEqual(['completed']);
  });

  it('and has released its lease while its summary waits for a reader', async () => {
    const running = shell(`{ ${FILL}; "$@"; } > >(exec sleep 5)`, ['collect', '--json']);
    await expect.poll(statuses, { timeout: 30_000 }).toEqual(['completed']);
    expect(await running).toMatchObject({ code: 0 });
  });

  it('and exits 1 when its JSON cannot be written, because the disk is full', async () => {
    const { code, stderr } = await shell('"$@" >/dev/full', ['collect', '--json']);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('Cannot write to standard output (ENOSPC)');
    expect(stderr).toContain('[output_failed]');
    expect(await statuses()).toEqual(['completed']);
  });

  it('and exits as usual, with a message, when its summary for people cannot be written', async () => {
    const { code, stderr } = await shell('"$@" >/dev/full', ['collect']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('[output_failed]');
    expect(await statuses()).toEqual(['completed']);
  });

  it('when neither stream can be written to', async () => {
    expect(await shell('"$@" >/dev/full 2>&1', ['collect'])).toMatchObject({ code: 0 });
    expect(await statuses()).toEqual(['completed']);
  });
});

it('a command whose data cannot be written exits 1', async () => {
  const { code, stderr } = await shell('"$@" >/dev/full', ['schema']);
  expect(code).toBe(1);
  expect(stderr).toContain('[output_failed]');
});

describe.skipIf(!canMount())('on a full file system (skipped where mounting is not permitted)', () => {
  const folder = mkdtempSync(join('/tmp', 'full-'));
  beforeAll(() => void spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', folder]));
  afterAll(() => {
    spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });

  it('a document of which a part is written exits 1', async () => {
    const { code, stderr } = await shell(`"$@" >${folder}/schema.sql`, ['schema']);
    expect(readFileSync(join(folder, 'schema.sql')).length).toBeGreaterThan(0);
    expect(stderr).toContain('(ENOSPC)');
    expect(code).toBe(1);
  });
});

it('serve answers and runs while its log is on a full disk', async () => {
  const port = await freePort();
  const SECRET = 'e2e-0123456789abcdef';
  const served = startShell('exec "$@" 2>/dev/full', ['serve', '--port', `${port}`, '--grace', '0'], {
    INTERNAL_CRON_SECRET: SECRET,
  });
  const base = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(`${base}/healthz`).then(
          ({ status }) => status,
          () => null,
        ),
      { timeout: 30_000 },
    )
    .toBe(200);
  await fetch(`${base}/api/internal/analytics/trigger-collection`, {
    method: 'POST',
    headers: { 'x-cron-secret': SECRET },
  });
  await expect.poll(statuses, { timeout: 30_000 }).toEqual(['completed']);
  served.kill('SIGTERM');
  expect(await served.ended).toMatchObject({ code: 0 });
});

function canMount(): boolean {
  return spawnSync('unshare', ['-m', 'true']).status === 0;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
