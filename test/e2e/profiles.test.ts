import { afterAll, beforeAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { collectJson, runCli } from './support/cli.js';
import { type Database, readyDatabase } from './support/databases.js';

const accounts = population({ users: 2, platforms: ['bluesky', 'mastodon'] });

let sandbox: Sandbox;
let database: Database;
let env: Record<string, string>;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts });
  database = await readyDatabase('embedded');
  env = { ...database.env, ...sandbox.environment };
});
afterAll(async () => {
  await database.close();
  await sandbox.close();
});

const add = (platform: string, account: string, more: Record<string, string> = {}) =>
  runCli(['connections', 'add', '--user', 'u1', '--platform', platform, '--account', account], {
    env: { ...env, ...more },
  });

it('accounts of Bluesky and Mastodon are connected without a token, once they have been looked up, and collected', async () => {
  for (const { platform, accountId } of accounts) {
    const { code, stdout, stderr } = await add(platform, accountId);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`${platform} ${accountId} (`);
  }
  const summary = await collectJson([], { env, code: 0 });
  expect(summary).toMatchObject({
    connections: { total: 4, succeeded: 4 },
    metrics: { inserted: 12 },
    requests: { total: 4 },
    warnings: [],
    backfill: {},
  });
  const rows = await database.query(
    `select distinct platform, metric, value::int from analytics_by_account where account_id = any ($1) order by 1, 2`,
    [accounts.slice(0, 2).map(({ accountId }) => accountId)],
  );
  expect(rows.map(({ platform, metric }) => `${platform} ${metric}`)).toEqual(
    ['bluesky', 'mastodon'].flatMap((platform) =>
      ['followers_count', 'follows_count', 'posts_count'].map((metric) => `${platform} ${metric}`),
    ),
  );
  const daily = await database.query('select distinct platform, followers::int from analytics_daily order by 1, 2');
  const followers = accounts.map((account) => ({ platform: account.platform, followers: account.followers }));
  expect(daily).toEqual(expect.arrayContaining(followers));
});

it.each([
  ['bluesky', 'nobody.bsky.social', 1, 'Bluesky has no such account'],
  ['mastodon', 'nobody@mastodon.example', 1, 'has no such account: Record not found'],
  ['mastodon', 'nobody@127.0.0.1', 2, 'the account id is not user@server'],
])('a %s account that is not there is not stored: %s', async (platform, account, exitCode, message) => {
  const { code, stderr } = await add(platform, account);
  expect(code).toBe(exitCode);
  expect(stderr).toContain(message);
});

it('a token for an account that needs none is not read, which is said', async () => {
  const args = ['--user', 'u2', '--platform', 'bluesky', '--account', accounts[0]?.accountId ?? '', '--token-stdin'];
  const { code, stderr } = await runCli(['connections', 'add', ...args], { env, input: 'token\n' });
  expect(code).toBe(0);
  expect(stderr).toContain('warning: bluesky needs no token: none is read');
});

it('without MASTODON_API_URL, the server that the account names is asked', async () => {
  const { code, stderr } = await add('mastodon', 'nobody@nowhere.invalid', { MASTODON_API_URL: '' });
  expect(code).toBe(1);
  expect(stderr).toContain('cannot reach nowhere.invalid');
});
