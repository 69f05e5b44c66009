import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, home, runCli } from './support/cli.js';
import { type Database, ONE_SERVER, readyDatabase } from './support/databases.js';

const [kind = 'Supabase'] = ONE_SERVER;
const ACCOUNTS = 20;
const DAYS = 100;
const HUGE = '12345678901234567890';
const METRICS = ['views', 'reach', 'likes', 'followers_count'];

let database: Database;
beforeAll(async () => {
  database = await readyDatabase(kind);
  await database.query(`insert into collection_accounts (user_id, platform, account_id, active, connected_at, is_primary)
    select 'user-' || n / 2, 'instagram', 'account-' || n, true, now(), n % 2 = 0 from generate_series(0, ${ACCOUNTS - 1}) n`);
  const rows = (table: string, columns: string, given: string, accounts: string) =>
    database.query(`insert into ${table} (user_id, platform, source, metric, value, date, metadata${columns})
      select user_id, platform, 'social_media', metric, day, '2026-01-01'::date + day,
        jsonb_build_object('account_id', account_id, 'settled', day < 90, 'unit', 'count', 'aggregate', 'sum')${given}
      from collection_accounts, generate_series(0, ${DAYS - 1}) day, unnest(array['${METRICS.join("', '")}']) metric
      where ${accounts}`);
  await rows('analytics_snapshots', '', '', 'is_primary');
  await rows('analytics_account_snapshots', ', account_id', ', account_id', 'not is_primary');
  await database.query(`insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
    values
      ('user-0', 'instagram', 'social_media', 'impressions', 1, '2026-01-01', '{"account_id": "account-0", "settled": true, "alias_of": "views"}'),
      ('user-0', 'instagram', 'social_media', 'made_up', ${HUGE}, '2026-02-01', '{"account_id": "account-0", "settled": true}'),
      ('user-0', 'instagram', 'social_media', 'foreign', 1, '2026-02-01', '{}')`);
});
afterAll(() => database.close());

const ALL = ACCOUNTS * DAYS * METRICS.length;

async function run(...args: string[]) {
  const { code, stdout, stderr } = await runCli(['export', ...args], { env: database.env });
  expect(code, stderr).toBe(0);
  return { lines: stdout.split('\n').slice(0, -1), stderr };
}

/** Runs a script of bash in which `"$@"` is the command. */
async function shell(script: string) {
  const args = ['-c', `set -o pipefail; ${script}`, 'bash', process.execPath, BIN, 'export'];
  const env = { PATH: process.env.PATH, HOME: home, ...database.env };
  const child = spawn('bash', args, { cwd: home, env });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { status, stdout, stderr };
}

it('writes every collected value once, of primary accounts and of others, and nothing of other writers', async () => {
  const { lines, stderr } = await run();
  expect(lines[0]).toBe('user_id,platform,account_id,date,metric,value,unit,aggregate,settled');
  expect(lines[1]).toBe('user-0,instagram,account-0,2026-01-01,followers_count,0,count,sum,true');
  expect(lines).toHaveLength(1 + ALL + 1);
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines.filter((line) => line.includes(HUGE))).toHaveLength(1);
  expect(lines.join()).not.toContain('foreign');
  expect(stderr).toBe('');
});

it('selects by user, platform, metric and date, and includes retired names on request', async () => {
  const selected = await run(
    '--user',
    'user-3',
    '--metric',
    'reach,likes',
    '--since',
    '2026-02-01',
    '--until',
    '2026-02-03',
  );
  expect(selected.lines).toHaveLength(1 + 2 * 2 * 3);
  const others = await run('--platform', 'youtube', '--format', 'ndjson');
  expect(others).toEqual({ lines: [], stderr: 'warning: There are no such values.\n' });
  const nobody = await run('--user', 'nobody', '--format', 'ndjson');
  expect(nobody).toEqual({ lines: [], stderr: 'warning: There are no such values of user "nobody".\n' });
  const retired = await run('--with-aliases', '--metric', 'impressions');
  expect(retired.lines).toEqual([expect.any(String), 'user-0,instagram,account-0,2026-01-01,impressions,1,,,true']);
  const without = await run('--metric', 'impressions');
  expect(without.stderr).toMatch(/^warning: There are no values of impressions\. It is a retired name of views/);
});

describe('--wide', () => {
  it('has one row per account and day, with the columns of all platforms, and warns of metrics without a column', async () => {
    const { lines, stderr } = await run('--wide');
    const header = lines[0]?.split(',') ?? [];
    expect(header.slice(0, 5)).toEqual(['user_id', 'platform', 'account_id', 'date', 'settled']);
    expect(header).toEqual(expect.arrayContaining([...METRICS, 'page_media_view', 'impressionCount']));
    expect(header).not.toContain('impressions');
    expect(lines).toHaveLength(1 + ACCOUNTS * DAYS);
    const row = Object.fromEntries(header.map((name, index) => [name, lines[96]?.split(',')[index]]));
    expect(row).toMatchObject({ date: '2026-04-06', settled: 'false', views: '95', likes: '95', saves: '' });
    expect(stderr).toContain('1 value left out, because no platform lists their metrics: made_up.');
  });

  it('has a column for each named metric, those that no platform lists among them', async () => {
    const { lines, stderr } = await run('--wide', '--metric', 'made_up', 'views', '--user', 'user-0');
    expect(lines[0]).toBe('user_id,platform,account_id,date,settled,views,made_up');
    expect(lines).toContain(`user-0,instagram,account-0,2026-02-01,true,31,${HUGE}`);
    expect(lines).toContain('user-0,instagram,account-0,2026-02-02,true,32,');
    expect(stderr).toBe('');
  });

  it('has every metric in NDJSON', async () => {
    const { lines, stderr } = await run('--wide', '--format', 'ndjson', '--user', 'user-0', '--since', '2026-02-01');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ date: '2026-02-01', views: 31, made_up: Number(HUGE) });
    expect(stderr).toBe('');
  });
});

it('ends quietly when its reader stops reading', async () => {
  expect(await shell('"$@" | head -n 1')).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^user_id/),
  });
});

it('fails when the disk is full', async () => {
  const { status, stderr } = await shell('"$@" >/dev/full');
  expect(status).toBe(1);
  expect(stderr).toContain('Cannot write to standard output (ENOSPC)');
});

it.each([
  ['export', '--user', 'nobody'],
  ['report', '--html', '-'],
  ['show', '--user', 'user-0'],
  ['explain', '--user', 'user-0', '--platform', 'instagram', '--date', '2026-01-01'],
])('needs no key of the tokens, nor do others that read values: %s', async (...args) => {
  const { ENCRYPTION_KEY: _, ...env } = database.env;
  expect((await runCli(args, { env })).stderr).not.toContain('ENCRYPTION_KEY');
});

it.each([
  [['--since', '2026-02-02', '--until', '2026-02-01'], 'Swap them'],
  [['--since', '2026-02-30'], 'not a valid date'],
  [['--platform', 'instagran'], 'not a known platform'],
  [['--format', 'xlsx'], 'is not one of csv, ndjson'],
])('refuses %j', async (args, why) => {
  const { code, stdout, stderr } = await runCli(['export', ...args], { env: database.env });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(why);
});
