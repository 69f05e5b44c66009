import { readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { collectJson, expectNoSecrets, home, runCli } from './support/cli.js';
import { queryFolder } from './support/databases.js';
import { closingRows, storedRows, trueRows } from './support/truth.js';

const accounts = population({ users: 1, platforms: ['instagram', 'facebook'] });
const WRONG_TOKEN = 'EAAnobody-knows-this-one';

/** The steps of a user who has nothing but two accounts, each on what the one before left behind. */
describe('without any configuration', () => {
  let sandbox: Sandbox;
  let keyFile = '';
  let id = '';
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts });
  });
  afterAll(() => sandbox.close());

  const run = (...args: string[]) => runCli(args, { env: sandbox.urls });
  const add = ({ userId, platform, accountId }: SandboxAccount, input: string, ...flags: string[]) =>
    runCli(
      [
        'connections',
        'add',
        '--user',
        userId,
        '--platform',
        platform,
        '--account',
        accountId,
        '--token-stdin',
        ...flags,
      ],
      { env: sandbox.urls, input },
    );
  const account = (index: 0 | 1): SandboxAccount => {
    const found = accounts[index];
    if (!found) throw new Error('no such account');
    return found;
  };
  const list = () => run('connections', 'list', '--json');
  const listed = async () => JSON.parse((await list()).stdout);

  it('refuses a token that does not open the account, and stores only a key, which it announces once', async () => {
    const refused = await add(account(0), `${WRONG_TOKEN}\n`);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('check_failed') });
    const { stdout, stderr } = await list();
    expect(JSON.parse(stdout)).toEqual([]);
    expect(stderr).not.toContain('encryption key');
  });

  it('creates the key once, readable only by its owner', async () => {
    const [file] = (await readdir(home, { recursive: true })).filter((path) => path.endsWith('encryption.key'));
    keyFile = `${home}/${file}`;
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(keyFile))).mode & 0o777).toBe(0o700);
  });

  it('adds connections with valid tokens', async () => {
    for (const each of accounts) {
      const added = await add(each, `${each.accessToken}\n`);
      expect(added, added.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/^added connection \S+: /) });
    }
    const connections = await listed();
    expect(connections).toMatchObject(accounts.map(({ accountId }) => ({ account_id: accountId })));
    id = connections[0].id;
  });

  it('stores a token unchecked with --no-check, and renews a connection in place', async () => {
    const unchecked = await add(account(1), WRONG_TOKEN, '--no-check');
    expect(unchecked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^renewed connection /) });
    const failing = await collectJson(['--platform', account(1).platform], { env: sandbox.urls, code: 1 });
    expect(failing.failures[0]).toMatchObject({ reason: 'needs_reconnect' });
    expect(await add(account(1), account(1).accessToken)).toMatchObject({ code: 0 });
    expect(await listed()).toHaveLength(2);
  });

  it('collects the last seven days with the exact values', async () => {
    const summary = await collectJson([], { env: sandbox.urls, code: 0 });
    const { since = '', until = '' } = summary.dates ?? {};
    const dates = Array.from({ length: 7 }, (_, day) =>
      new Date(Date.parse(since) + day * 86_400_000).toISOString().slice(0, 10),
    );
    expect(dates.at(-1)).toBe(until);

    const withoutSettled = (rows: readonly string[]) => rows.map((row) => row.replace(/ (true|false) null$/, ''));
    const stored = await storedRows({
      query: (text) => queryFolder(dirname(keyFile), text),
      close: async () => undefined,
    });
    const isAskedForLater = (row: string) =>
      dates.slice(-2).some((date) => row.includes(` follows ${date}`) || row.includes(` unfollows ${date}`));
    const daily = trueRows(accounts, dates).filter((row) => !isAskedForLater(row));
    expect(withoutSettled(stored)).toEqual(withoutSettled([...daily, ...closingRows(accounts, until)]).sort());
    expect(summary.metrics).toEqual({ inserted: stored.length, updated: 0, unchanged: 0, foreign: 0 });
  });

  it('sends and writes nothing when run again', async () => {
    const asked = sandbox.counters.requests;
    const again = await collectJson([], { env: sandbox.urls, code: 0 });
    expect(again).toMatchObject({ days: { planned: 0 }, metrics: { inserted: 0, updated: 0, unchanged: 0 } });
    expect(sandbox.counters.requests).toBe(asked);
  });

  it('shows the status as text and as JSON', async () => {
    const status = await run('status');
    expect(status, status.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('completed') });
    const report = JSON.parse((await run('status', '--json')).stdout);
    expect(report).toMatchObject({
      last_run: { status: 'completed' },
      platforms: [
        { platform: 'facebook', accounts: 1, accounts_with_data: 1, days_missing: 0, failing: [] },
        { platform: 'instagram', accounts: 1, accounts_with_data: 1, days_missing: 0, failing: [] },
      ],
    });
  });

  it('removes nothing unasked without a terminal', async () => {
    const refused = await run('connections', 'remove', id);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--yes') });
    expect(await listed()).toHaveLength(2);
  });

  it('removes a connection once', async () => {
    expect(await run('connections', 'remove', id, '--yes')).toMatchObject({ code: 0 });
    expect(await run('connections', 'remove', id, '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not_found'),
    });
    expect(await listed()).toHaveLength(1);
  });

  it('shows no token at any point', () => {
    expectNoSecrets([WRONG_TOKEN, ...accounts.map(({ accessToken }) => accessToken)]);
    expect(sandbox.counters).toMatchObject({ unexpected: 0, tokensInUrl: 0 });
  });
});
