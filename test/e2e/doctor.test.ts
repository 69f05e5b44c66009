import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { platformNames } from '../../src/platforms/registry.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { generateKey } from '../../src/tokens/fernet.js';
import { createKeyring } from '../../src/tokens/keyring.js';
import { embeddedFolder } from '../support/database.js';
import { collectJson, expectNoSecrets, home, runCli } from './support/cli.js';
import {
  connect,
  connectionRow,
  type Database,
  emptyDatabase,
  ONE_SERVER,
  readyDatabase,
} from './support/databases.js';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly level: string;
  readonly message: string;
  readonly fix: string | null;
}

const accounts = population({ users: 4, platforms: ['youtube', 'facebook'] });
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts });
});
afterAll(() => sandbox.close());

async function examined(env: Record<string, string>, args: readonly string[] = []) {
  const run = await runCli(['doctor', '--json', ...args], { env: { ...sandbox.urls, ...env } });
  expect(run.stderr).toBe('');
  const { ok, checks }: { ok: boolean; checks: Check[] } = JSON.parse(run.stdout);
  expect(run.code).toBe(ok ? 0 : 1);
  const of = (name: string) => checks.filter((check) => check.name === name);
  return { ok, checks, of, failed: checks.filter((check) => !check.ok && check.level === 'error') };
}

describe('without any configuration', () => {
  it('says which database would be chosen and what to do next, and creates nothing', async () => {
    const { ok, of, failed } = await examined({});
    expect(ok).toBe(false);
    expect(failed.map(({ name }) => name)).toEqual(['accounts']);
    expect(of('store')[0]?.message).toContain(
      `Embedded PostgreSQL in ${join(home, '.local/share/analytics-collect')}: neither SUPABASE_URL, DATABASE_URL nor ANALYTICS_DATA_DIR is set`,
    );
    expect(of('accounts')[0]?.fix).toContain('analytics-collect connect PLATFORM');
    expect(of('api')).toHaveLength(platformNames.length);
    expect(of('clock')).toMatchObject([{ ok: true }]);
    expect(readdirSync(home)).toEqual([]);
  });

  it('ends its text with the next command', async () => {
    const { code, stdout, stderr } = await runCli(['doctor'], { env: sandbox.urls });
    expect(code).toBe(1);
    expect(stderr).toBe('Checking this installation …\n');
    expect(stdout).toMatch(/^✓ settings /);
    expect(stdout).toMatch(/^1 problem, .+Next: analytics-collect connect PLATFORM --user ID\n$/m);
    const long = stdout.split('\n').filter((line) => line.length > 80);
    expect(long.filter((line) => /\S \S/.test(line))).toEqual([]);
  });
});

it('lists every mistake of the settings, and still asks the platforms', async () => {
  const { of, checks } = await examined({
    SUPABASE_URL: 'https://abc.supabase.co',
    SUPABASE_SERVICE_KEY: 'hunter2',
    ENCRYPTION_KY: 'hunter2',
    ANALYTICS_TZ: 'hunter2',
  });
  expect(of('settings').map(({ message }) => message.split(' ')[0])).toEqual([
    'ANALYTICS_TZ',
    'ENCRYPTION_KY',
    'SUPABASE_SERVICE_KEY',
  ]);
  expect(of('store')).toMatchObject([{ ok: false, level: 'info' }]);
  expect(of('api')).toMatchObject(Array(platformNames.length).fill({ ok: true }));
  expect(JSON.stringify(checks)).not.toContain('hunter2');
});

it('a database that cannot be reached stops no other check', async () => {
  const { of, failed } = await examined({
    DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:9/app',
    ENCRYPTION_KEY: generateKey(),
  });
  expect(failed.map(({ name }) => name)).toEqual(['connection']);
  for (const name of ['schema', 'rights', 'accounts', 'tokens', 'schedule']) {
    expect(of(name), name).toMatchObject([
      { ok: false, level: 'info', message: expect.stringContaining('Not checked') },
    ]);
  }
  expect(of('key')).toMatchObject([{ ok: true }]);
  expect(of('api')).toHaveLength(platformNames.length);
});

describe.each(ONE_SERVER)('on %s', (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await readyDatabase(kind);
    await connect(database, accounts.map(connectionRow));
    await collectJson(['--user', accounts[0]?.userId ?? ''], {
      env: { ...database.env, ...sandbox.environment },
      code: 0,
    });
    await collectJson([], { env: { ...database.env, ...sandbox.environment }, code: 0 });
  });
  afterAll(() => database.close());

  it('passes where runs take place, although no schedule is found', async () => {
    const { ok, checks } = await examined({ ...database.env, ...sandbox.environment });
    expect(checks.filter((check) => check.level === 'error')).toEqual([]);
    expect(ok).toBe(true);
    const named = (name: string) => checks.find((check) => check.name === name)?.message;
    expect(named('accounts')).toMatch(/^\d+ accounts: /);
    expect(named('tokens')).toMatch(/^The key decrypts (\d+) of \1 sampled tokens\.$/);
    expect(named('schedule')).toContain('runs take place');
    expect(named('last_run')).toContain('minute');
  });

  it('asks only the platforms that have connections', async () => {
    const { of } = await examined({ ...database.env, ...sandbox.environment });
    expect(of('api').map(({ message }) => message.split(':')[0])).toEqual(['facebook', 'youtube']);
  });

  it('checks one real token of each platform with --live, and names the account', async () => {
    const { of } = await examined({ ...database.env, ...sandbox.environment }, ['--live']);
    expect(of('live')).toMatchObject([{ ok: true }, { ok: true }]);
    expect(of('live').every(({ message }) => accounts.some(({ accountId }) => message.includes(accountId)))).toBe(true);
  });

  it('says which refresh credentials are missing', async () => {
    const { of, ok } = await examined(database.env);
    expect(of('refresh')).toMatchObject([
      { ok: false, fix: expect.stringContaining('GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET') },
    ]);
    expect(ok).toBe(false);
  });

  it('a wrong key decrypts no token, and is not shown', async () => {
    const wrong = generateKey();
    const { of, failed } = await examined({ ...database.env, ...sandbox.environment, ENCRYPTION_KEY: wrong }, [
      '--live',
    ]);
    expect(of('key')).toMatchObject([{ ok: true, message: 'ENCRYPTION_KEY is set in the environment.' }]);
    expect(failed.map(({ name }) => name)).toEqual(expect.arrayContaining(['tokens']));
    expect(of('tokens')[0]?.message).toMatch(
      /^The key decrypts 0 of \d+ sampled tokens: no key in ENCRYPTION_KEY decrypts/,
    );
    expectNoSecrets([wrong, ...database.secrets, ...accounts.map(({ accessToken }) => accessToken)]);
  });

  it('asks for a missing schema to be applied first', async () => {
    const empty = await emptyDatabase(kind);
    try {
      const { of, failed } = await examined(empty.env);
      expect(failed.map(({ name }) => name)).toEqual(['schema']);
      expect(of('connection')).toMatchObject([{ ok: true }]);
      expect(of('schema')[0]?.fix).toContain('schema --apply');
    } finally {
      await empty.close();
    }
  });
});

describe('the key of an embedded database', () => {
  const data = join(home, 'data');
  const keyFile = join(data, 'encryption.key');
  const [account] = accounts;
  beforeAll(async () => {
    const { dataDir } = await embeddedFolder();
    await rename(dataDir, data);
    const key = generateKey();
    await mkdir(data, { recursive: true });
    await writeFile(keyFile, key);
    const args = [
      'connections',
      'add',
      '--user',
      'me',
      '--platform',
      account?.platform ?? '',
      '--account',
      account?.accountId ?? '',
    ];
    const added = await runCli([...args, '--token-stdin', '--no-check'], {
      env: { ANALYTICS_DATA_DIR: data },
      input: account?.accessToken ?? '',
    });
    expect(added, added.stderr).toMatchObject({ code: 0 });
    expect(createKeyring(await readFile(keyFile, 'utf8'), { allowPlaintext: false })).toBeDefined();
  });

  it('is reported as found in its file', async () => {
    const { of } = await examined({ ANALYTICS_DATA_DIR: data });
    expect(of('key')[0]?.message).toContain(`It is in ${keyFile}`);
    expect(of('disk')).toMatchObject([{ ok: true }]);
    expect(of('last_run')).toMatchObject([{ ok: false, level: 'warning' }]);
  });

  it('is found in its file when another one is set', async () => {
    const { of } = await examined({ ANALYTICS_DATA_DIR: data, ENCRYPTION_KEY: generateKey() });
    expect(of('tokens')[0]?.fix).toContain(`The key in ${keyFile} decrypts 1 of them`);
  });

  it('is reported as missing, with the places searched, and none is created', async () => {
    await rename(keyFile, join(home, 'moved.key'));
    const { of } = await examined({ ANALYTICS_DATA_DIR: data });
    for (const place of [keyFile, 'ENCRYPTION_KEY ', 'ENCRYPTION_KEY_FILE ', join(home, '.env')])
      expect(of('key')[0]?.message).toContain(place);
    expect(of('tokens')).toMatchObject([{ ok: false, level: 'info' }]);
    expect(existsSync(keyFile)).toBe(false);
  });
});

describe('with --sandbox', () => {
  it('says what to run first if none was kept', async () => {
    const run = await runCli(['doctor', '--sandbox', '--json']);
    expect(run).toMatchObject({ code: 2 });
    expect(run.stderr).toContain('collect --sandbox --keep');
  });

  it('passes all checks of a kept sandbox', async () => {
    await collectJson(['--sandbox', '--keep'], { env: {}, code: 0 });
    const run = await runCli(['doctor', '--sandbox', '--live']);
    expect(run, run.stdout).toMatchObject({ code: 0, stderr: 'Starting the sandbox …\n' });
    expect(run.stdout).toMatch(/All \d+ checks passed\. Next: analytics-collect status --sandbox\n$/);
    expect(run.stdout.match(/^✓ live /gm)).toHaveLength(4);
  });
});
