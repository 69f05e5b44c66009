import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { generateKey } from '../../src/tokens/fernet.js';
import { embeddedFolder } from '../support/database.js';
import { home, runCli } from './support/cli.js';
import { connect, connectionRow, type Database, ONE_SERVER, readyDatabase } from './support/databases.js';

const accounts = population({ users: 2, platforms: ['facebook'] });
const MINUTE_MS = 60_000;

interface Refusal {
  readonly code: number;
  readonly error: string;
  readonly names?: readonly string[];
}

/** One line on stderr, at the end; nothing on stdout. */
async function expectRefusal(
  args: readonly string[],
  env: Record<string, string>,
  { code, error, names = [] }: Refusal,
) {
  const { stdout, stderr, ...run } = await runCli(args, { env });
  expect(run, stderr).toEqual({ code });
  expect(stdout).toBe('');
  const [line = ''] = stderr.split('\n').filter((text) => text.startsWith('error: '));
  expect(stderr).toMatch(/\[[a-z_]+\]\n$/);
  expect(line, stderr).toContain(`[${error}]`);
  for (const name of names) expect(line).toContain(name);
  return stderr;
}

describe('without a store, unattended', () => {
  const NAMES = ['SUPABASE_URL', 'DATABASE_URL', 'ANALYTICS_DATA_DIR'];

  it.each([
    ['collect', {}],
    // The secrets of a workflow that are not there come as nothing.
    ['collect', { CI: 'true', SUPABASE_URL: '', DATABASE_URL: '', ENCRYPTION_KEY: generateKey() }],
    ['serve', { INTERNAL_CRON_SECRET: '0123456789abcdef' }],
    ['status', {}],
    ['connections list', {}],
    ['schema --apply', {}],
  ])('%s is refused and creates nothing: %j', async (command, env: Record<string, string>) => {
    const stderr = await expectRefusal(command.split(' '), env, { code: 2, error: 'no_store', names: NAMES });
    expect(stderr.split('\n')).toHaveLength(2);
    expect(readdirSync(home)).toEqual([]);
  });

  it('reports a misspelled variable instead of a missing store', async () => {
    const { code, stderr } = await runCli(['collect'], {
      env: { SUPABASE_URL: 'https://abc.supabase.co', SUPABASE_SERVICE_KEY: 'hunter2', ENCRYPTION_KY: 'hunter2' },
    });
    expect(code).toBe(2);
    expect(stderr).toContain('SUPABASE_SERVICE_KEY is not read; the variable is named SUPABASE_SERVICE_ROLE_KEY');
    expect(stderr).toContain('ENCRYPTION_KY is not read; the variable is named ENCRYPTION_KEY');
    expect(stderr).toMatch(/\[config_invalid\]\n$/);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('with the embedded store', () => {
  const folder = join(home, '.local/share/analytics-collect');
  const keyFile = join(folder, 'encryption.key');
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts });
  });
  afterAll(() => sandbox.close());
  const [account] = accounts;
  const add = () =>
    runCli(
      [
        'connections',
        'add',
        '--user',
        'me',
        '--platform',
        'facebook',
        '--account',
        account?.accountId ?? '',
        '--token-stdin',
      ],
      { env: sandbox.urls, input: account?.accessToken ?? '' },
    );

  it('processes cannot share a run, which needs PostgreSQL', async () => {
    const env = { ANALYTICS_DATA_DIR: (await embeddedFolder()).dataDir };
    await expectRefusal(['collect', '--distributed'], env, {
      code: 2,
      error: 'usage',
      names: ['--distributed', 'DATABASE_URL', '--shard'],
    });
  });

  it('in a configured folder, a run without connections fails', async () => {
    const env = { ANALYTICS_DATA_DIR: (await embeddedFolder()).dataDir };
    await expectRefusal(['collect'], env, {
      code: 1,
      error: 'no_connections',
      names: ['connect PLATFORM', '--allow-empty'],
    });
    expect(await runCli(['collect', '--allow-empty'], { env })).toMatchObject({ code: 0 });
  });

  it.each(['collect --allow-empty', 'status', 'connections list'])(
    '%s reads .env once, which may be a pipe',
    async (command) => {
      const { dataDir } = await embeddedFolder();
      const pipe = join(home, '.env');
      execFileSync('mkfifo', [pipe]);
      try {
        const written = writeFile(pipe, `ANALYTICS_DATA_DIR=${dataDir}`);
        const run = await runCli(command.split(' '));
        expect(run, run.stderr).toMatchObject({ code: 0 });
        await written;
      } finally {
        await rm(pipe);
      }
    },
  );

  it('in the default folder, a run is refused until there is a connection', async () => {
    const { dataDir } = await embeddedFolder();
    await mkdir(folder, { recursive: true });
    await rename(join(dataDir, 'postgres'), join(folder, 'postgres'));
    await expectRefusal(['collect'], sandbox.urls, { code: 2, error: 'no_store', names: ['has no connections'] });
    expect(existsSync(keyFile)).toBe(false);
    const added = await add();
    expect(added, added.stderr).toMatchObject({ code: 0 });
    const run = await runCli(['collect'], { env: sandbox.urls });
    expect(run, run.stderr).toMatchObject({ code: 0 });
  });

  it('a missing key is not replaced while tokens are encrypted with it', async () => {
    await rename(keyFile, join(home, 'backup.key'));
    const lookedAt = [keyFile, 'ENCRYPTION_KEY ', 'ENCRYPTION_KEY_FILE ', join(home, '.env')];
    for (const command of [['collect'], ['status']]) {
      await expectRefusal(command, sandbox.urls, {
        code: 2,
        error: 'key_missing',
        names: ['1 connection ', ...lookedAt],
      });
    }
    expect(await add()).toMatchObject({ code: 2, stdout: '' });
    const list = await runCli(['connections', 'list'], { env: sandbox.urls });
    expect(list, list.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('facebook') });
    expect(readdirSync(folder)).toEqual(['postgres']);
    await rename(join(home, 'backup.key'), keyFile);
    expect(await runCli(['status'], { env: sandbox.urls })).toMatchObject({ code: 0 });
  });
});

describe.each(ONE_SERVER)('with accounts, %s', (kind) => {
  let database: Database;
  let sandbox: Sandbox;
  beforeAll(async () => {
    [database, sandbox] = await Promise.all([
      readyDatabase(kind),
      startSandbox({ accounts, clockAheadMs: 11 * MINUTE_MS }),
    ]);
    await connect(database, accounts.map(connectionRow));
  });
  afterAll(() => Promise.all([database.close(), sandbox.close()]));
  const runs = async () => (await database.query('select status from collection_runs')).map(({ status }) => status);

  it('an unknown user is refused, and the nearest known id is suggested', async () => {
    const known = accounts[0]?.userId ?? '';
    await expectRefusal(['collect', '--user', `${known}x`], database.env, {
      code: 2,
      error: 'usage',
      names: [`"${known}x"`, `"${known}"`],
    });
    expect(await runs()).toEqual([]);
  });

  it('a wrong clock ends the run before anything is recorded', async () => {
    await expectRefusal(
      ['collect'],
      { ...database.env, ...sandbox.urls },
      {
        code: 1,
        error: 'clock_skew',
        names: ['11 minutes behind'],
      },
    );
    for (const table of ['analytics_snapshots', 'collection_outcomes']) {
      expect(await database.query(`select from ${table}`)).toEqual([]);
    }
    expect(await runs()).toEqual(['failed']);
  });

  it('a platform without accounts ends the run', async () => {
    await expectRefusal(['collect', '--platform', 'linkedin'], database.env, {
      code: 1,
      error: 'no_connections',
      names: ['linkedin', '2 facebook connections'],
    });
  });

  it('status and connections list need no key, and status says what it leaves out', async () => {
    const { ENCRYPTION_KEY: _, ...env } = database.env;
    const status = await runCli(['status', '--json'], { env });
    expect(status, status.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(status.stdout)).toMatchObject({
      expiring_tokens: [],
      warnings: [expect.stringContaining('ENCRYPTION_KEY is not set')],
    });
    const list = await runCli(['connections', 'list', '--json'], { env });
    expect(JSON.parse(list.stdout)).toHaveLength(2);
  });

  it('a user without an active connection ends the run', async () => {
    await database.query("update platform_connections set status = 'revoked'");
    await expectRefusal(['collect', '--user', accounts[0]?.userId ?? ''], database.env, {
      code: 1,
      error: 'no_connections',
      names: ['1 inactive facebook connection'],
    });
  });
});
