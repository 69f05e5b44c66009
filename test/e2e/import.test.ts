import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { collectJson, expectNoSecrets, home, runCli } from './support/cli.js';

const accessEndsAt = new Date(Date.now() + 5 * 86_400_000).toISOString();
const accounts = population({ users: 2, platforms: ['facebook', 'linkedin'] }).map((account) => ({
  ...account,
  accessEndsAt,
}));
const HEADER = 'user_id,platform,account_id,access_token,refresh_token';
const rows = accounts.map(({ userId, platform, accountId, accessToken, refreshToken }) =>
  [userId, platform, accountId, accessToken, refreshToken ?? ''].join(','),
);
const file = join(home, 'accounts.csv');
let sandbox: Sandbox;
let env: Record<string, string>;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts });
  env = { ...sandbox.environment, ANALYTICS_DATA_DIR: join(home, 'data') };
});
afterAll(() => sandbox.close());

const importing = (lines: readonly string[], ...flags: string[]) =>
  runCli(['connections', 'import', '-', ...flags], {
    env: { ...env, META_APP_SECRET: 'sandbox-meta-secret' },
    input: [HEADER, ...lines].join('\n'),
  });
const listed = async () => JSON.parse((await runCli(['connections', 'list', '--json'], { env })).stdout);

it('stores the lines of a file, which a run can then collect', async () => {
  writeFileSync(file, [HEADER, ...rows].join('\n'));
  const run = await runCli(['connections', 'import', file], { env });
  expect(run, run.stderr).toMatchObject({ code: 0, stdout: '4 connections added, 0 renewed\n' });
  expect(run.stderr).toContain('--check');
  await collectJson([], { env, code: 0 });
});

it('renews the same connections when it is repeated, and says which lines repeat an account', async () => {
  const before = await listed();
  const run = await importing([...rows, ...rows]);
  expect(run, run.stderr).toMatchObject({ code: 0, stdout: '0 connections added, 4 renewed\n' });
  expect(run.stderr).toContain(
    'warning: 2 facebook connections: an earlier line names the same account: the last line is kept',
  );
  expect(await listed()).toEqual(before);
});

it('stores the good lines, and tells of each bad one', async () => {
  const run = await importing(['me,facebok,1,EAABwrong,', 'me,linkedin,2,AQXnew,', 'me,facebook,,EAABwrong,']);
  expect(run).toMatchObject({ code: 3, stdout: '1 connection added, 0 renewed, 2 lines not stored\n' });
  expect(run.stderr).toContain('line 2: platform is not a known platform; is it facebook?');
  expect(run.stderr).toContain('line 4: account_id is empty');
  expect(run.stderr).toContain('warning: 1 linkedin connection: there is no refresh token');
});

it('stores an account under one spelling, and none that its id keeps from being collected', async () => {
  const run = await importing(['me,bluesky,@A.example,,', 'me,bluesky,a.example,,', 'me,mastodon,a@localhost,,']);
  expect(run).toMatchObject({ code: 3, stdout: '1 connection added, 0 renewed, 1 line not stored\n' });
  expect(run.stderr).toMatch(/line 4: the account id is not user@server/);
});

it('with --check, stores only what opens its account', async () => {
  const run = await importing([rows[0] ?? '', 'me,facebook,1,EAABwrong,'], '--check', '--json');
  expect(run, run.stderr).toMatchObject({ code: 3 });
  expect(JSON.parse(run.stdout)).toMatchObject({
    added: 0,
    renewed: 1,
    refused: 1,
    warnings: [
      {
        platform: 'facebook',
        warning: `the token, or its access to the account's data, ends on ${accessEndsAt.slice(0, 10)}: let the owner consent again before that day`,
        connections: 1,
      },
    ],
    mistakes: [{ line: 3, mistake: expect.stringMatching(/^needs_reconnect: /) }],
    mistakes_omitted: 0,
  });
});

it('lists the day on which a token ends only where no run renews it', async () => {
  const header = `${HEADER},token_expires_at`;
  const lines = [
    'u3,linkedin,7,AQXnew,AQXnew,2031-01-01',
    'u3,linkedin,8,AQXnew,,2031-01-01',
    'u3,bluesky,a.example,,,2031-01-01',
  ];
  await runCli(['connections', 'import', '-'], { env, input: [header, ...lines].join('\n') });
  const { stdout } = await runCli(['connections', 'list'], { env });
  expect(stdout).toMatch(/ u3 +linkedin +7 +\w+ +renewed\b/);
  expect(stdout).toMatch(/ u3 +linkedin +8 +\w+ +2031-01-01\b/);
  expect(stdout).toMatch(/ u3 +bluesky +a\.example +\w+ *$/m);
});

it.each([
  ['only bad lines', ['me,facebook,1,,'], 1, 'line 2: access_token is empty'],
  ['no line', [], 2, 'no connections below the header'],
])('fails on a file with %s', async (_name, lines, code, told) => {
  const run = await importing(lines);
  expect(run).toMatchObject({ code, stderr: expect.stringContaining(told) });
});

it('tells of bad lines in their order, whichever of them the platform refuses', async () => {
  const run = await importing(['me,facebook,1,EAABwrong,', 'me,facebok,1,EAABwrong,', rows[0] ?? ''], '--check');
  expect(run.stderr).toMatch(/line 2: needs_reconnect.*\n(?:.*\n)?line 3: platform/);
});

it('says that there is nothing on standard input', async () => {
  const run = await runCli(['connections', 'import', '-'], { env, input: '' });
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('There is nothing in standard input.') });
});

it('says that a file cannot be read', async () => {
  const run = await runCli(['connections', 'import', join(home, 'none.csv')], { env });
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('it does not exist') });
});

it('shows no token at any point', () => {
  expectNoSecrets(['EAABwrong', 'AQXnew', ...accounts.map(({ accessToken }) => accessToken)]);
});
