import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { lstat, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { BACKED_UP } from '../../src/store/backup.js';
import { createKeyring } from '../../src/tokens/keyring.js';
import { embeddedFolder, freshPostgres, type Sql } from '../support/database.js';
import { expectNoSecrets, home, runCli, startCli, until } from './support/cli.js';
import { connect, connectionRow, encryptionKey, queryFolder } from './support/databases.js';

const accounts = population({ users: 3, platforms: ['facebook', 'youtube'] });
const tokens = accounts.flatMap(({ accessToken, refreshToken }) => [
  accessToken,
  ...(refreshToken ? [refreshToken] : []),
]);
const HAS_PSQL = spawnSync('psql', ['--version']).status === 0;

/** Rows of every table, and texts in them that are hard to write down. */
async function fill(database: Pick<Sql, 'query'>, rows: number): Promise<void> {
  await connect({ ...database, close: async () => undefined }, accounts.map(connectionRow));
  for (const statement of [
    `insert into collection_runs (scope, trigger, status, summary) values ('all', 'cli', 'completed', '{"a": "\\\\. \\n"}')`,
    `insert into collection_platforms values ('facebook', 'UTC', 48, 728, '{"reach": {"unit": "accounts"}}', '{}')`,
    `insert into collection_accounts (user_id, platform, account_id, active, connected_at)
       select user_id, platform, account_id, true, now() from platform_connections`,
    `insert into collection_outcomes (account, date, outcome, reason, message, run_id, missing)
       select id, '2026-11-01', 'failed', 'timeout', E'tab\\tand \\u2028 and \\\\N', gen_random_uuid(), array['x y', null]
       from collection_accounts`,
    `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
       select 'u' || n % 100, 'facebook', 'social_media', 'm' || n, n / 7.0, '2026-11-01', jsonb_build_object('n', n, 'text', E'\\n😀')
       from generate_series(1, ${rows}) n`,
    `insert into analytics_account_snapshots (user_id, platform, account_id, source, metric, value, date, metadata)
       select 'u', 'facebook', 'a', 'social_media', 'm' || n, n, '2026-11-01', '{}' from generate_series(1, 100) n`,
  ])
    await database.query(statement);
}

async function contents({ query }: Pick<Sql, 'query'>): Promise<Record<string, unknown[]>> {
  const read = async (table: string) => {
    const rows = await query(`select to_jsonb(t)::text as row from ${table} t order by 1`);
    return rows.map(({ row }) => row);
  };
  const tables: Record<string, unknown[]> = {};
  for (const table of BACKED_UP) tables[table] = await read(table);
  return tables;
}

const inFolder = (dataDir: string) => ({
  query: (text: string, values?: unknown[]) => queryFolder(dataDir, text, values),
});

async function newFolder(): Promise<string> {
  return mkdtemp(join(home, 'data-'));
}

describe('a backup of the embedded database', () => {
  let dataDir = '';
  let file = '';
  let before: Record<string, unknown[]>;
  const run = (...args: string[]) => runCli(args, { env: { ANALYTICS_DATA_DIR: dataDir } });
  beforeAll(async () => {
    ({ dataDir } = await embeddedFolder());
    file = join(home, 'analytics.sql');
    await writeFile(join(dataDir, 'encryption.key'), `${encryptionKey}\n`);
    await fill(inFolder(dataDir), 5_000);
    before = await contents(inFolder(dataDir));
    const made = await run('backup', file);
    expect(made, made.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(join(dataDir, 'encryption.key')),
    });
    expect(await contents(inFolder(dataDir))).toEqual(before);
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  it('is for its owner only, and holds the tokens encrypted, without their key', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    const { access_token } =
      (await queryFolder(dataDir, 'select access_token from platform_connections limit 1'))[0] ?? {};
    expect(text).toContain(access_token);
    expectNoSecrets([encryptionKey, ...tokens], [text]);
  });

  it('is refused where something else than a file has the name', async () => {
    expect(await run('backup', dataDir)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it is not a file'),
    });
    expect(readdirSync(dataDir)).toContain('postgres');
  });

  it('is restored into a new folder with equal tables, where the key is asked for', async () => {
    const restoredTo = await newFolder();
    const env = { ANALYTICS_DATA_DIR: restoredTo };
    const restored = await runCli(['restore', file], { env });
    expect(restored, restored.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('5,120 rows') });
    expect(await contents(inFolder(restoredTo))).toEqual(before);
    expect(readdirSync(restoredTo)).toEqual(['postgres']);

    expect(await runCli(['status'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('key_missing'),
    });
    await rename(join(dataDir, 'encryption.key'), join(restoredTo, 'encryption.key'));
    const listed = await runCli(['connections', 'list', '--json'], { env });
    expect(JSON.parse(listed.stdout)).toHaveLength(accounts.length);
    await rename(join(restoredTo, 'encryption.key'), join(dataDir, 'encryption.key'));
  });

  it('is refused where there is a database, whose rows stay', async () => {
    const refused = await run('restore', file);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('store_refused') });
    expect(await contents(inFolder(dataDir))).toEqual(before);
  });

  it('that is cut off makes no database', async () => {
    const text = await readFile(file, 'utf8');
    const cut = join(home, 'cut.sql');
    await writeFile(cut, text.slice(0, text.length - 2_000));
    const restoredTo = await newFolder();
    const refused = await runCli(['restore', cut], { env: { ANALYTICS_DATA_DIR: restoredTo } });
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('file_failed') });
    expect(readdirSync(restoredTo)).toEqual([]);
  });

  it.runIf(HAS_PSQL && process.env.TEST_DATABASE_URL)('is read by psql into a PostgreSQL, once', async () => {
    const server = await freshPostgres();
    try {
      const psql = (path: string) =>
        spawnSync('psql', ['--no-psqlrc', '--quiet', '--file', path, server.url], { encoding: 'utf8' });
      const text = await readFile(file, 'utf8');
      const cut = join(home, 'cut.sql');
      await writeFile(cut, text.slice(0, text.length - 2_000));
      psql(cut);
      expect(await server.query("select from pg_class where relname = 'analytics_snapshots'")).toEqual([]);

      expect(psql(file)).toMatchObject({ status: 0, stderr: '' });
      expect(await contents(server)).toEqual(before);
      const env = { DATABASE_URL: server.url, ENCRYPTION_KEY: encryptionKey };
      const checked = await runCli(['status'], { env });
      expect(checked, checked.stderr).toMatchObject({ code: 0 });

      expect(psql(file)).toMatchObject({ status: 3, stderr: expect.stringContaining('only into a new database') });
      expect(await contents(server)).toEqual(before);
    } finally {
      await server.close();
    }
  });

  it.each([true, false])('to a symbolic link writes to its target, which exists: %s', async (exists) => {
    const folder = await newFolder();
    const [link, target] = [join(folder, 'latest.sql'), join(folder, 'target.sql')];
    await symlink('target.sql', link);
    if (exists) await writeFile(target, '');
    expect(await run('backup', link)).toMatchObject({ code: 0 });
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(target, 'utf8')).toContain('A backup of analytics-collect');
    expect(readdirSync(folder).sort()).toEqual(['latest.sql', 'target.sql']);
  });

  it('that is killed leaves the earlier file as it was, and the next one replaces it', async () => {
    const text = await readFile(file, 'utf8');
    const killed = startCli(['backup', file], { env: { ANALYTICS_DATA_DIR: dataDir } });
    await until(() => existsSync(`${file}.part`));
    killed.kill('SIGKILL');
    await killed.ended;
    expect(await readFile(file, 'utf8')).toBe(text);
    await queryFolder(dataDir, "insert into collection_runs (scope, trigger, status) values ('x', 'cli', 'completed')");
    expect(await run('backup', file)).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).not.toBe(text);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it.each([
    ['backup', join('no', 'such', 'folder.sql'), 'cannot be written: its folder does not exist.'],
    ['restore', 'nothing.sql', 'cannot be read: it does not exist.'],
    ['restore', '.', 'cannot be read: it is a folder.'],
  ])('%s of %s says that the file %s', async (command, path, why) => {
    const env = { ANALYTICS_DATA_DIR: command === 'backup' ? dataDir : await newFolder() };
    const refused = await runCli([command, path], { env });
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('file_failed') });
    expect(refused.stderr).toContain(why);
  });

  it('is refused where there is no embedded database, which is not created', async () => {
    const folder = await newFolder();
    expect(await runCli(['backup', file], { env: { ANALYTICS_DATA_DIR: folder } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no_store'),
    });
    expect(readdirSync(folder)).toEqual([]);
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/app', ENCRYPTION_KEY: encryptionKey };
    expect(await runCli(['backup', file], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('pg_dump'),
    });
  });
});

describe('a data folder of an earlier PostgreSQL', () => {
  const EARLIER = { NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'support/postgres-17.mjs'))}` };

  it('is named with both versions, and comes over with a backup of the earlier version', async () => {
    const dataDir = await newFolder();
    const env = { ANALYTICS_DATA_DIR: dataDir };
    const made = await runCli(['status'], { env: { ...env, ...EARLIER } });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(await readFile(join(dataDir, 'postgres/PG_VERSION'), 'utf8')).toBe('17\n');
    const key = (await readFile(join(dataDir, 'encryption.key'), 'utf8')).trim();
    const added = await runCli(
      ['connections', 'add', '--user', 'u', '--platform', 'facebook', '--account', '1', '--token-stdin', '--no-check'],
      { env: { ...env, ...EARLIER }, input: 'EAAtoken\n' },
    );
    expect(added, added.stderr).toMatchObject({ code: 0 });

    const refused = await runCli(['status'], { env });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('store_other_version') });
    expect(refused.stderr).toMatch(/PostgreSQL 17.*PostgreSQL 18/);

    const file = join(home, 'earlier.sql');
    const backedUp = await runCli(['backup', file], { env: { ...env, ...EARLIER } });
    expect(backedUp, backedUp.stderr).toMatchObject({ code: 0 });
    await rename(join(dataDir, 'postgres'), join(dataDir, 'postgres-17'));
    const restored = await runCli(['restore', file], { env });
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    expect(await readFile(join(dataDir, 'postgres/PG_VERSION'), 'utf8')).toBe('18\n');

    const listed = await runCli(['connections', 'list', '--json'], { env });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ user_id: 'u', platform: 'facebook', account_id: '1' }]);
    const [{ access_token } = {}] = await queryFolder(dataDir, 'select access_token from platform_connections');
    expect(createKeyring(key, { allowPlaintext: false }).decrypt(String(access_token))).toEqual({
      ok: true,
      token: 'EAAtoken',
    });
  });
});

describe('sql', () => {
  let dataDir = '';
  const run = (...args: string[]) => runCli(['sql', ...args], { env: { ANALYTICS_DATA_DIR: dataDir } });
  beforeAll(async () => {
    ({ dataDir } = await embeddedFolder());
    await fill(inFolder(dataDir), 3);
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  it('prints the rows of one statement, as a table or as JSON', async () => {
    const statement =
      "select metric, value, date, null as nothing, 9007199254740993 as big from analytics_snapshots where metric = 'm1'";
    expect(await run(statement)).toMatchObject({
      code: 0,
      stdout: [
        'metric  value                   date        nothing               big',
        'm1      0.14285714285714285714  2026-11-01           9007199254740993',
        '',
      ].join('\n'),
    });
    const { stdout } = await run('--json', statement);
    expect(JSON.parse(stdout)).toEqual([
      { metric: 'm1', value: '0.14285714285714285714', date: '2026-11-01', nothing: null, big: '9007199254740993' },
    ]);
  });

  it.each([
    ['delete from collection_runs', 'read-only'],
    ['commit; delete from collection_runs', 'multiple commands'],
    ['select * from nowhere', 'nowhere'],
  ])('refuses to run: %s', async (statement, why) => {
    const refused = await run(statement);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('[usage]') });
    expect(refused.stderr).toContain(why);
    expect(await queryFolder(dataDir, 'select from collection_runs')).toHaveLength(1);
  });

  it.each([[], [''], [' '], [';'], [' -- nothing']])(
    'asks for a statement or --serve when there is none: %j',
    async (...args) => {
      const refused = await run(...args.filter((arg) => arg !== undefined));
      expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('[usage]') });
    },
  );

  it('--serve lets programs of this machine read until Ctrl-C, and then gives the folder back', async () => {
    const serving = startCli(['sql', '--serve'], { env: { ANALYTICS_DATA_DIR: dataDir } });
    let address = '';
    await until(() => {
      address = /postgres:\/\/\S+/.exec(serving.said())?.[0] ?? '';
      return address !== '';
    });
    expect(new URL(address).hostname).toBe('127.0.0.1');
    const clients = [new pg.Client(address), new pg.Client(address)];
    for (const client of clients) {
      await client.connect();
      expect((await client.query('select metric from analytics_snapshots order by 1')).rows).toHaveLength(3);
    }
    await expect(clients[0]?.query('delete from analytics_snapshots')).rejects.toThrow('read-only');
    for (const client of clients) await client.end();
    serving.kill('SIGINT');
    expect(await serving.ended).toMatchObject({ code: 0 });
    expect(readdirSync(dataDir)).toEqual(['postgres']);
  });
});
