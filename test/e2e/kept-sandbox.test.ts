import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/report/summary.js';
import { embeddedFolder } from '../support/database.js';
import { collectJson, home, runCli } from './support/cli.js';

const ROOT = join(import.meta.dirname, '../..');
/** Of the developer's own, had they any. */
const DATA = join(home, '.local/share/analytics-collect');
const KEPT = join(DATA, 'sandbox');
const KEEP = ['--sandbox', '--keep', '--platform', 'linkedin'];

describe('a kept sandbox', () => {
  let before: Awaited<ReturnType<typeof runCli>>;
  let first: Summary;
  beforeAll(async () => {
    before = await runCli(['status', '--sandbox']);
    first = await collectJson(KEEP, { env: {}, code: 0 });
  });

  it('is not created by commands that read it, which say what to run first', () => {
    expect(before).toMatchObject({ code: 2, stdout: '' });
    expect(before.stderr).toContain(
      `There is no kept sandbox in ${KEPT}. Run this first: analytics-collect collect --sandbox --keep`,
    );
  });

  it('is in its own folder, with its key, and creates no other database', async () => {
    expect(first.metrics.inserted).toBeGreaterThan(1_000);
    expect((await stat(join(KEPT, 'sandbox.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(DATA)).toEqual(['sandbox']);
  });

  it('is reused by the next run, which writes nothing twice', async () => {
    const second = await collectJson(KEEP, { env: {}, code: 0 });
    expect(second).toMatchObject({ status: 'completed', metrics: { inserted: 0, updated: 0 } });
  });

  it('is what status, connections list and export read with --sandbox', async () => {
    const status = await runCli(['status', '--sandbox', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ last_run: { status: 'completed' } });
    const list = await runCli(['connections', 'list', '--sandbox', '--json']);
    expect(JSON.parse(list.stdout)).toHaveLength(300);
    const { stdout } = await runCli(['export', '--sandbox', '--format', 'ndjson', '--metric', 'firstDegreeSize']);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ platform: 'linkedin', aggregate: 'last' });
    const today = await runCli(['status', '--sandbox', '--today']);
    expect(today.stdout).toContain('linkedin');
  });

  it('is what report shows with --sandbox, in a file that is replaced as a whole', async () => {
    const file = join(home, 'report.html');
    await writeFile(file, 'an older one');
    const report = ['report', '--sandbox', '--html'];
    expect(await runCli([...report, file])).toMatchObject({ code: 0, stdout: `wrote the report to ${file}\n` });
    const page = readFileSync(file, 'utf8');
    expect(page).toMatch(
      /^<!doctype html>[\s\S]*<h1>.*accounts are up to date[\s\S]*Impressions by day[\s\S]*<\/html>\n$/,
    );
    expect((await readdir(home)).filter((name) => name.startsWith('report.html'))).toEqual(['report.html']);

    const [, owner = ''] = /user <bdi>([^<]+)/.exec(page) ?? [];
    const ofOne = await runCli([...report, '-', '--user', owner]);
    expect(ofOne.stdout).toContain('<h1>');
    expect(ofOne.stdout).not.toContain('id="coverage"');
    expect(await runCli([...report, '-', '--user', 'nobody'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('is listed by account, as CSV with a line for each and in full for a single one', async () => {
    const csv = await runCli(['status', '--sandbox', '--csv']);
    expect(csv).toMatchObject({ code: 0, stderr: '' });
    const [header, ...lines] = csv.stdout.trimEnd().split('\n');
    expect(header).toBe(
      'user_id,platform,account_id,account_name,connection_id,state,reason,message,since,runs,last_day,fix',
    );
    expect(lines).toHaveLength(300);
    const user = lines.find((line) => line.includes(',linkedin,'))?.split(',')[0] ?? '';
    const one = await runCli(['status', '--sandbox', '--user', user, '--platform', 'linkedin']);
    expect(one.stdout).toMatch(/^account {5}linkedin \d+ \(.*\)\nuser {8}/);
    const json = await runCli(['status', '--sandbox', '--reason', 'configuration', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ accounts: [] });
    const unknown = await runCli(['status', '--sandbox', '--user', 'nobody']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
  });

  it('is checked against thresholds, which fail without accounts', async () => {
    const check = (...flags: string[]) => runCli(['status', '--sandbox', ...flags]);
    expect(await check('--fail', '90%', '--fail', 'linkedin=95%')).toMatchObject({ code: 0 });
    expect(await check('--user', 'x', '--fail', '90%')).toMatchObject({ code: 2, stdout: '' });
    const { dataDir } = await embeddedFolder();
    const empty = await runCli(['status', '--json', '--warn', '90%'], { env: { ANALYTICS_DATA_DIR: dataDir } });
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('failing: there are no accounts\n') });
  });

  it('is what show and explain read with --sandbox', async () => {
    const { stdout } = await runCli(['connections', 'list', '--sandbox', '--json']);
    const { user_id: user } = JSON.parse(stdout).find(({ platform }: { platform: string }) => platform === 'linkedin');
    const show = await runCli(['show', '--sandbox', '--user', user]);
    expect(show.stdout).toMatch(/impressionCount +[\d,]+/);
    expect(show.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const [account] = JSON.parse((await runCli(['show', '--sandbox', '--user', user, '--json'])).stdout).accounts;
    const { date } = account.metrics.find(({ metric }: { metric: string }) => metric === 'impressionCount');
    const day = ['explain', '--sandbox', '--user', user, '--platform', 'linkedin', '--date', date];
    expect(JSON.parse((await runCli([...day, '--json'])).stdout)).toMatchObject({
      account_id: account.account_id,
      metrics: { impressionCount: { state: 'provisional', due_at: expect.any(String) } },
    });
    expect((await runCli(day)).stdout).toMatch(/impressionCount +[\d,]+ +provisional/);
    const unknown = await runCli([...day, '--user', `${user}0`]);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain(`Did you mean "${user}"?`);
    expect((await runCli(['show', '--sandbox'])).stderr).toContain('show needs one. Name the user');
  });

  it('can be read with SQL, as the documentation shows', async () => {
    const [, script = ''] = /```js\n(.+?)```/s.exec(read('docs/sandbox.md')) ?? [];
    await symlink(join(ROOT, 'node_modules'), join(home, 'node_modules'));
    await writeFile(join(home, 'read.mjs'), script);
    const { stdout } = await promisify(execFile)(process.execPath, ['read.mjs', KEPT], { cwd: home });
    expect(stdout).toMatch(/'linkedin' +│ 'impressionCount' +│ [1-9]/);
  });

  it('can be asked over MCP, as the documentation shows', async () => {
    const [, script = ''] = /```js\n(.+?)```/s.exec(read('docs/chatbots.md')) ?? [];
    await symlink(join(ROOT, 'bin'), join(home, 'bin'));
    await writeFile(join(home, 'ask.mjs'), script);
    const env = { PATH: process.env.PATH, HOME: home };
    const { stdout } = await promisify(execFile)(process.execPath, ['ask.mjs'], { cwd: home, env });
    expect(stdout.match(/account_id: /g)).toHaveLength(3);
  });

  it('is in ANALYTICS_SANDBOX_DIR if set, but never in a database that is not a sandbox’s', async () => {
    const { dataDir: real } = await embeddedFolder();
    const contents = await readdir(real);
    for (const env of [
      { ANALYTICS_SANDBOX_DIR: real },
      { ANALYTICS_SANDBOX_DIR: join(home, 'new'), ANALYTICS_DATA_DIR: join(home, 'new') },
    ]) {
      const run = await runCli(['collect', ...KEEP], { env });
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toContain('Set ANALYTICS_SANDBOX_DIR to a separate folder');
    }
    expect(await readdir(real)).toEqual(contents);
    expect(existsSync(join(home, 'new'))).toBe(false);
  });
});

it('needs --sandbox, and one of the known kinds', async () => {
  const [keep, kind] = await Promise.all([runCli(['collect', '--keep']), runCli(['collect', '--sandbox', 'foo'])]);
  expect([keep.code, kind.code]).toEqual([2, 2]);
  expect(keep.stderr).toMatch(/^error: --keep needs --sandbox/);
  expect(kind.stderr).toMatch(/^error: --sandbox "foo" is not one of healthy, faulty, late\./);
});

const { dataDir: embedded } = await embeddedFolder();

it.each([
  [['status'], { ANALYTICS_DATA_DIR: embedded }, /^Starting an embedded PostgreSQL …\n/],
  [['connections', 'list'], { ANALYTICS_DATA_DIR: embedded }, /^Starting an embedded PostgreSQL …\n/],
  [['status', '--json'], { ANALYTICS_DATA_DIR: embedded }, /^(?!Starting)/],
  [['status'], {}, /^error: No database is configured/],
  [['status'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' }, /^error: /],
])('is announced first: %j with %j %s', async (args, env: Record<string, string>, words) => {
  expect((await runCli(args, { env })).stderr).toMatch(words);
});

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}
