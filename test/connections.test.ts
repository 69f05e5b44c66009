import { afterEach, beforeEach, expect, it } from 'vitest';
import { definePlatform, openApp, type Platform, PlatformError, startSandbox } from '../src/index.js';
import { connectionOf as connectionOfAccount, type SandboxAccount } from '../src/sandbox/account.js';
import { startSandbox as startServer } from '../src/sandbox/server.js';
import { embeddedFolder } from './support/database.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
beforeEach(async () => {
  sandbox = await startSandbox({ users: 1, platforms: ['linkedin', 'youtube', 'facebook'] });
  cleanups.push(sandbox.close);
});

async function openedApp(environment: Readonly<Record<string, string>> = {}) {
  const folder = await embeddedFolder();
  cleanups.push(folder.remove);
  const app = await openApp({
    environment: { ...sandbox.environment, ANALYTICS_DATA_DIR: folder.dataDir, ...environment },
  });
  cleanups.push(app.close);
  return app;
}

function connectionOf(platform: string) {
  const connection = sandbox.connections.find((each) => each.platform === platform);
  if (connection === undefined) throw new Error(platform);
  return connection;
}

it("stores the day on which LinkedIn's token ends, as LinkedIn tells it", async () => {
  const app = await openedApp();
  const { warnings } = await app.addConnection({ ...connectionOf('linkedin'), refreshToken: null });
  expect(warnings).toEqual([expect.stringContaining('no refresh token')]);
  const [{ tokenExpiresAt } = { tokenExpiresAt: null }] = await app.listConnections();
  const days = (Date.parse(tokenExpiresAt ?? '') - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(60);
});

it('keeps the day that is given', async () => {
  const app = await openedApp();
  await app.addConnection({ ...connectionOf('linkedin'), tokenExpiresAt: '2031-01-01T00:00:00Z' });
  expect(await app.listConnections()).toMatchObject([{ tokenExpiresAt: expect.stringContaining('2031-01-01') }]);
});

it('stores a LinkedIn token whose end LinkedIn does not tell to this app', async () => {
  const app = await openedApp({ LINKEDIN_CLIENT_SECRET: 'of-another-app' });
  const { warnings } = await app.addConnection({ ...connectionOf('linkedin'), refreshToken: null });
  expect(warnings).toEqual([expect.stringContaining('no refresh token'), expect.stringContaining('--expires')]);
});

it('refuses a refresh token that Google does not take, although the access token still works', async () => {
  const app = await openedApp();
  await expect(app.addConnection({ ...connectionOf('youtube'), refreshToken: 'mistyped' })).rejects.toMatchObject({
    code: 'check_failed',
    message: expect.stringContaining('could not be renewed'),
  });
  expect(await app.listConnections()).toEqual([]);
});

it('warns of nothing where the tokens last, nor of a refresh token that stays from before', async () => {
  const app = await openedApp();
  for (const platform of ['youtube', 'facebook', 'youtube']) {
    expect((await app.addConnection(connectionOf(platform))).warnings).toEqual([]);
  }
  const renewed = await app.addConnection({ ...connectionOf('youtube'), refreshToken: null });
  expect(renewed).toMatchObject({ created: false, warnings: [] });
});

it.each([
  ['bluesky', 'a.example', ['the platform needs no token, so nothing uses the access token, refresh token and date']],
  [
    'facebook',
    '1',
    [
      'the platform gives no refresh tokens, so nothing uses this one',
      'this token ends by no date, so nothing uses the one that is given',
    ],
  ],
])('warns of tokens that %s does not use', async (platform, accountId, warnings) => {
  const app = await openedApp();
  const tokens = { accessToken: 'token', refreshToken: 'refresh', tokenExpiresAt: '2031-01-01T00:00:00Z' };
  const connection = { userId: 'me', platform, accountId, check: false };
  expect(await app.addConnection({ ...connection, ...tokens })).toMatchObject({ warnings });
});

it('warns each time of what cannot last', async () => {
  const app = await openedApp({ LINKEDIN_CLIENT_SECRET: 'of-another-app' });
  const expected = [expect.stringContaining('no refresh token'), expect.stringContaining('--expires')];
  for (const created of [true, false]) {
    const added = await app.addConnection({ ...connectionOf('linkedin'), refreshToken: null });
    expect(added).toMatchObject({ created, warnings: expected });
  }
});

it.each([
  ['bluesky', '@Oslo.bsky.social', 'oslo.bsky.social'],
  ['bluesky', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz', 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'],
  ['mastodon', '@Ana@Mastodon.Example', 'ana@mastodon.example'],
  ['linkedin', 'urn:li:organization:70000003', '70000003'],
])('stores one account under one spelling: %s %s', async (platform, given, accountId) => {
  const app = await openedApp();
  const connection = { userId: 'me', platform, accessToken: 'token', check: false };
  expect(await app.addConnection({ ...connection, accountId: given })).toMatchObject({ created: true });
  expect(await app.addConnection({ ...connection, accountId })).toMatchObject({ created: false });
  expect(await app.listConnections()).toMatchObject([{ accountId }]);
});

it.each([
  ['mastodon', 'ana@localhost', 'private addresses are not asked'],
  ['mastodon', '@ana@10.0.0.1', 'private addresses are not asked'],
  ['bluesky', 'oslo', 'neither a handle'],
  ['linkedin', 'urn:li:person:x', '48 hours'],
  ['facebook', 'me', 'digits only'],
  ['instagram', '@oslo', 'digits only'],
  ['threads', 'oslo', 'digits only'],
  ['youtube', '@oslo', 'begins with UC'],
])('stores no account that its id keeps from being collected: %s %s', async (platform, accountId, message) => {
  const app = await openedApp();
  const connection = { userId: 'me', platform, accountId, accessToken: 'token', check: false };
  await expect(app.addConnection(connection)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message),
  });
  expect(await app.listConnections()).toEqual([]);
});

const OWN: Platform = {
  name: 'own',
  api: 'own_v1',
  day: { timeZone: 'UTC', settlesAfterHours: 48, reachDays: 30, asks: 'range' },
  metrics: [{ name: 'followers', unit: 'accounts', aggregate: 'last', meaning: 'Followers.' }],
  version: { name: 'v1', endsOn: null, variable: null },
  renewsTokens: true,
  endsByDate: () => true,
  storageRule: null,
  collect: async () => ({ days: [], closing: [] }),
  check: async () => ({ accountName: null }),
};
const OWN_CONNECTION = { userId: 'me', platform: 'own', accountId: '1', accessToken: 'token', refreshToken: 'refresh' };

async function appWith(differing: Partial<Platform>) {
  const folder = await embeddedFolder();
  cleanups.push(folder.remove);
  const ownPlatforms = [definePlatform({ ...OWN, ...differing })];
  const app = await openApp({ environment: { ANALYTICS_DATA_DIR: folder.dataDir }, ownPlatforms });
  cleanups.push(app.close);
  return app;
}

it('passes on what a platform says of the tokens, and stores when they end', async () => {
  const app = await appWith({
    missingForRenewal: [['OWN_CLIENT_SECRET']],
    async check(_account, { warn }) {
      warn('the refresh tokens of this app expire within 7 days');
      return { accountName: 'someone', tokenExpiresAt: new Date('2031-01-01T00:00:00Z') };
    },
  });
  const { warnings } = await app.addConnection(OWN_CONNECTION);
  expect(warnings).toEqual([
    'the refresh tokens of this app expire within 7 days',
    expect.stringContaining('set OWN_CLIENT_SECRET before'),
  ]);
  expect(await app.listConnections()).toMatchObject([
    { accountName: 'someone', tokenExpiresAt: expect.stringContaining('2031-01-01') },
  ]);
});

it('stores an account under the id that the platform gives it, if that is asked', async () => {
  const app = await appWith({ check: async () => ({ accountName: 'someone', accountId: '42' }) });
  for (const [accountId, created] of [['someone', true] as const, ['42', false] as const]) {
    const added = await app.addConnection({ ...OWN_CONNECTION, accountId });
    expect(added).toMatchObject({ accountId: '42', created });
  }
  expect(await app.listConnections()).toMatchObject([{ accountId: '42' }]);
  expect(await app.addConnection({ ...OWN_CONNECTION, accountId: 'someone', check: false })).toMatchObject({
    accountId: 'someone',
  });
});

const GIVE_ANOTHER = 'Nothing was stored. Correct the token or the account, or store it unchecked with --no-check.';
it.each([
  [
    new PlatformError('needs_reconnect', 'the token is dead (code 190); connect the account again'),
    'The token does not open own account 1: the token is dead (code 190).',
    GIVE_ANOTHER,
  ],
  [
    new PlatformError('configuration', 'no such account: correct the id, or remove the connection if it was deleted'),
    'The token does not open own account 1: no such account: correct the id.',
    GIVE_ANOTHER,
  ],
  [
    new PlatformError('missing_permission', 'the token lacks own:read; connect the account again and allow it'),
    'The token does not open own account 1: the token lacks own:read; connect the account again and allow it.',
    'Nothing was stored; --no-check stores it unchecked.',
  ],
  [
    new PlatformError('timeout', 'no answer; if this server is gone for good, remove the connection'),
    'Cannot check own account 1: no answer.',
    'Nothing was stored. Try again later, or store it unchecked with --no-check.',
  ],
])('says once what to do about an account that is not stored: %s', async (error, message, fix) => {
  const app = await appWith({ check: () => Promise.reject(error) });
  await expect(app.addConnection(OWN_CONNECTION)).rejects.toMatchObject({ code: 'check_failed', message, fix });
});

it.each([
  [10, ["the token, or its access to the account's data, ends on 2"]],
  [60, []],
])('warns at once where the access to the data ends soon: in %i days', async (days, expected) => {
  const account: SandboxAccount = {
    platform: 'facebook',
    userId: 'me',
    accountId: '104500000000001',
    name: 'a Page',
    accessToken: 'EAApage',
    followers: 1_000,
    accessEndsAt: new Date(Date.now() + days * 86_400_000).toISOString(),
  };
  const meta = await startServer({ accounts: [account] });
  cleanups.push(meta.close);
  const app = await openedApp({ ...meta.environment, META_APP_SECRET: 'sandbox-meta-secret' });
  const { warnings } = await app.addConnection(connectionOfAccount(account));
  expect(warnings).toEqual(expected.map((part) => expect.stringContaining(part)));
  expect(meta.counters.requests).toBe(3);
});
