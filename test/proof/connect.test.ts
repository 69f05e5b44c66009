import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config.js';
import { consentedAccounts } from '../../src/connect/connect.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { SANDBOX_INSTAGRAM_APP } from '../../src/sandbox/oauth.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { createKeyring } from '../../src/tokens/keyring.js';
import { type CliOptions, expectNoSecrets, runCli, startCli, until } from '../e2e/support/cli.js';
import { type Database, encryptionKey, readyDatabase } from '../e2e/support/databases.js';
import { type Browser, CHROMIUM, startBrowser, type View } from '../support/browser.js';

const channels = population({ users: 3, platforms: ['youtube'] });
/** One person with several Pages. */
const pages = population({ users: 3, platforms: ['linkedin', 'facebook', 'instagram'] }).map((account) => ({
  ...account,
  userId: 'several',
  ...(account.platform === 'facebook' && {
    accessToken: `EAAuser${account.accountId}`,
    pageToken: account.accessToken,
  }),
}));
/** Platforms with logins of their own. */
const others = population({ users: 2, platforms: ['threads', 'pinterest', 'tiktok'] });
const instagram = population({ users: 1, platforms: ['instagram'] }).map((account) => ({
  ...account,
  userId: 'own',
  accountId: '17841400000009999',
  accessToken: 'IGAAown',
}));
const accounts = [...channels, ...pages, ...others, ...instagram];
const APP_SECRET = 'sandbox-meta-secret';
const VIEW: View = { width: 800, height: 900, scheme: 'light' };
const ELSEWHERE = 'https://connected.test/done';
const why = CHROMIUM === null ? ' (needs Chromium)' : '';
const { decrypt } = createKeyring(encryptionKey, { allowPlaintext: false });

describe.skipIf(CHROMIUM === null)(`connect, in Chromium${why}`, () => {
  let database: Database;
  let sandbox: Sandbox;
  let tab: Browser;
  beforeAll(async () => {
    [database, sandbox, tab] = await Promise.all([
      readyDatabase('Supabase'),
      startSandbox({ accounts, record: true, metaAppSecret: APP_SECRET }),
      startBrowser(CHROMIUM ?? ''),
    ]);
  });
  afterAll(async () => {
    expectNoSecrets([...codes(), ...tokens()]);
    await Promise.all([tab.close(), database.close(), sandbox.close()]);
  });

  /** The codes and tokens that the sandbox has given. */
  const exchanges = () => sandbox.requests.filter(({ body }) => body.includes('grant_type=authorization_code'));
  const codes = () => exchanges().map(({ body }) => new URLSearchParams(body).get('code') ?? '');
  const tokens = () =>
    accounts
      .flatMap(({ accessToken, refreshToken, pageToken }) => [accessToken, refreshToken, pageToken])
      .filter((token) => token !== undefined);

  /** Starts the command, and waits for the address that it prints. */
  async function start(args: readonly string[], { env, ...options }: CliOptions = {}) {
    const command = startCli(['connect', ...args], {
      env: { ...database.env, ...sandbox.environment, META_APP_SECRET: APP_SECRET, ...env },
      ...options,
    });
    await until(() => /^(Waiting|Then)/m.test(command.told()));
    const [address = ''] = /^http\S+$/m.exec(command.told()) ?? [];
    return { ...command, address };
  }

  /** Opens an address, and presses a button of the page that asks for consent. */
  async function decide(address: string, decision: 'allow' | 'deny', { person = '', without = '' } = {}) {
    await tab.open(address, VIEW);
    await tab.evaluate(`(() => {
      const select = document.querySelector('select');
      if (${JSON.stringify(person)}) select.value = ${JSON.stringify(person)};
      for (const box of document.querySelectorAll('[name=granted]')) box.checked = box.value !== ${JSON.stringify(without)};
      document.querySelector('[value=${decision}]').click();
    })()`);
  }

  /** What the page at the end says, which nothing was wrong with. */
  async function ending(title: string): Promise<string> {
    await tab.until(`document.querySelector('h1')?.textContent === ${JSON.stringify(title)}`);
    expect(tab.messages()).toEqual([]);
    expectNoSecrets(codes(), [await tab.evaluate<string>('document.documentElement.outerHTML')]);
    return tab.evaluate('document.body.innerText');
  }

  it('stores the channel of whoever consents, and renews it the next time', async () => {
    const chosen = channels[1];
    for (const outcome of ['added', 'renewed']) {
      const command = await start(['youtube', '--user', 'me']);
      await decide(command.address, 'allow', { person: chosen?.accountId ?? '' });
      expect(await ending('Consent received')).toContain('You can close this window');
      const run = await command.ended;
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(run.stdout).toMatch(new RegExp(`^${outcome} connection \\S+: youtube ${chosen?.accountId} `));
    }
    const rows = await database.query('select * from platform_connections');
    expect(rows).toMatchObject([{ user_id: 'me', account_id: chosen?.accountId, account_name: chosen?.name }]);
    expect(decrypt(String(rows[0]?.refresh_token))).toMatchObject({ token: chosen?.refreshToken });
    expect(decrypt(String(rows[0]?.access_token))).toMatchObject({ token: expect.stringMatching(/-consented-(?!1$)/) });
    expect(new Date(String(rows[0]?.token_expires_at)).getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    expect(sandbox.counters.tokensInUrl).toBe(0);
  });

  it.each([
    ['linkedin', '--all'],
    ['facebook', '--account'],
    ['instagram', '--all'],
  ] as const)(
    'stores the accounts of %s that are chosen, each with the token that collects it',
    async (platform, flag) => {
      const own = pages.filter((account) => account.platform === platform);
      const chosen = flag === '--all' ? own : own.slice(1);
      const port = await freePort();
      const choice = flag === '--all' ? ['--all'] : ['--account', ...chosen.map(({ accountId }) => accountId)];
      const redirect = `http://localhost:${port}/done`;
      const command = await start([platform, '--user', platform, '--redirect-uri', redirect, ...choice]);
      await decide(command.address, 'allow', { person: 'several' });
      await ending('Consent received');
      const run = await command.ended;
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(run.stdout.match(/^added/gm)).toHaveLength(chosen.length);
      const rows = await database.query(
        `select account_id, account_name, access_token from platform_connections where platform = '${platform}' order by account_id`,
      );
      expect(rows.map(({ account_id, account_name }) => [account_id, account_name])).toEqual(
        chosen.map(({ accountId, name }) => [accountId, name]).sort(),
      );
      const collected = await runCli(['collect', '--user', platform, '--json'], {
        env: { ...database.env, ...sandbox.environment, META_APP_SECRET: APP_SECRET },
      });
      expect(JSON.parse(collected.stdout).connections, collected.stderr).toMatchObject({
        total: chosen.length,
        succeeded: chosen.length,
      });
      expect(sandbox.counters).toMatchObject({ tokensInUrl: 0, unexpected: 0, pagingFollowed: 0 });
    },
  );

  it.each([
    ['instagram', 'http://localhost', SANDBOX_INSTAGRAM_APP],
    ['threads', 'http://localhost', {}],
    ['pinterest', 'http://localhost', {}],
    ['tiktok', ELSEWHERE, {}],
  ] as const)('stores an account of %s after its own login, and collects it', async (platform, redirect, app) => {
    const [chosen] = [...instagram, ...others].filter((account) => account.platform === platform);
    if (chosen === undefined) throw new Error('no account');
    const isHere = redirect !== ELSEWHERE;
    const uri = isHere ? `${redirect}:${await freePort()}/done` : redirect;
    const user = `own-${platform}`;
    const command = await start([platform, '--user', user, '--redirect-uri', uri], { env: app, input: null });
    await decide(command.address, 'allow', { person: chosen.accountId });
    if (isHere) await ending('Consent received');
    else {
      const arrived = () => tab.requests().find((url) => url.startsWith(uri) && url.includes('code='));
      await until(() => arrived() !== undefined);
      command.type(`${arrived()}\n`);
    }
    const run = await command.ended;
    expect(run, run.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(chosen.accountId) });
    // Of the database of an application, which must have allowed it.
    expect(run.stderr.match(/^warning: .*RENEW_TOKENS=1/gm)).toHaveLength(1);
    const collected = await runCli(['collect', '--user', user, '--json'], {
      env: { ...database.env, ...sandbox.environment, META_APP_SECRET: APP_SECRET, ...app },
    });
    expect(JSON.parse(collected.stdout).connections, collected.stderr).toMatchObject({ total: 1, succeeded: 1 });
    expect(sandbox.counters).toMatchObject({ tokensInUrl: 0, unexpected: 0, pagingFollowed: 0 });
  });

  it.each([
    ['a denial', 'deny', {}, 'Consent denied', 'consent_denied'],
    [
      'a consent that leaves out a permission',
      'allow',
      { without: 'https://www.googleapis.com/auth/youtube.readonly' },
      'Consent received',
      'consent_incomplete',
    ],
    ['somebody without a channel', 'allow', { person: 'nobody' }, 'Consent received', 'no_accounts'],
  ] as const)('stores nothing after %s', async (_, decision, choice, title, code) => {
    const command = await start(['youtube', '--user', 'nobody']);
    await decide(command.address, decision, choice);
    await ending(title);
    const run = await command.ended;
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^error: .*\\[${code}\\]$`));
    expect(await database.query(`select 1 from platform_connections where user_id = 'nobody'`)).toEqual([]);
  });

  it('exchanges no code that comes with the state of another request, and waits for its own', async () => {
    const command = await start(['youtube', '--user', 'patient']);
    const before = exchanges().length;
    const { searchParams } = new URL(command.address);
    await tab.open(`${searchParams.get('redirect_uri')}?code=planted-code-0123456789&state=another`, VIEW);
    await tab.until(`document.querySelector('h1')?.textContent === 'Not connected'`);
    expect(exchanges()).toHaveLength(before);
    await decide(command.address, 'allow', { person: channels[2]?.accountId ?? '' });
    const run = await command.ended;
    expect(run, run.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(channels[2]?.accountId ?? '-') });
    expect(run.stderr).not.toContain('planted-code');
  });

  it('gives up in time when the window is closed, and then listens no more', async () => {
    const platform = createPlatforms(loadConfig(sandbox.environment)).get('youtube');
    if (platform === undefined) throw new Error('no platform');
    let redirect = '';
    let closed: Promise<void> | undefined;
    const found = consentedAccounts({
      platform,
      clock: systemClock,
      timeoutMs: 1_500,
      paste: () => null,
      warn: () => undefined,
      onAddress(address) {
        redirect = new URL(address).searchParams.get('redirect_uri') ?? '';
        closed = tab.open(address, VIEW).then(() => tab.open('about:blank', VIEW));
      },
    });
    await expect(found).rejects.toMatchObject({
      code: 'consent_timeout',
      message: expect.stringContaining('1.5 seconds'),
    });
    await closed;
    await expect(fetch(redirect)).rejects.toThrow();
  });

  it('reads the address from whoever pastes it over SSH', async () => {
    const env = { SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' };
    const command = await start(['youtube', '--user', 'far', '--redirect-uri', ELSEWHERE], { env, input: null });
    await decide(command.address, 'allow', { person: channels[2]?.accountId ?? '' });
    await until(() => tab.requests().some((url) => url.startsWith(ELSEWHERE)));
    command.type(`${tab.requests().find((url) => url.startsWith(ELSEWHERE))}\n`);
    const run = await command.ended;
    expect(run, run.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(channels[2]?.accountId ?? '-') });
  });
});

/** A port that was free a moment ago, for an address that an app has registered. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
