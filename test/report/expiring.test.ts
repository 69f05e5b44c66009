import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { comingEnds } from '../../src/report/coming.js';
import { expiringTokens, expiryWarnings } from '../../src/report/expiring.js';
import { readStatus } from '../../src/report/status.js';
import { population } from '../../src/sandbox/population.js';
import { createWorld } from '../support/world.js';

const NOON = new Date('2026-11-22T12:00:00Z');
const NONE = { token: 0, access: 0 };

/** Two users with a connection each, whose tokens a test lets end. Instagram's are of its own login, which end. */
async function expiringWorld() {
  const accounts = population({ users: 2, platforms: ['instagram', 'facebook', 'youtube', 'linkedin'] });
  const world = await createWorld({
    accounts: accounts.map((account) =>
      account.platform === 'instagram' ? { ...account, accessToken: `IGAA${account.userId}` } : account,
    ),
    now: NOON,
  });
  onTestFinished(() => world.close());

  async function expire(platform: string, user: number, expiresAt: string, refreshToken?: string | null) {
    const changed = await world.query(
      `update platform_connections
       set token_expires_at = $1, refresh_token = case when $2 then $3 else refresh_token end
       where platform = $4 and user_id like '%' || $5 returning id`,
      [expiresAt, refreshToken !== undefined, refreshToken ?? null, platform, String(user)],
    );
    expect(changed).toHaveLength(1);
  }
  return { world, expire };
}

it('warns about tokens that only their user can renew, in the run and in status', async () => {
  const { world, expire } = await expiringWorld();
  // The hour of a Google token, and LinkedIn's sixty days, are renewed without the user.
  await expire('youtube', 1, '2026-11-22T11:00:00Z');
  await expire('linkedin', 1, '2026-11-24T00:00:00Z');
  await expire('linkedin', 2, '2026-12-07T11:59:00Z', null);
  await expire('instagram', 1, '2026-11-22T11:00:00Z', 'of no use');
  await expire('instagram', 2, '2026-12-07T12:00:00Z');

  const summary = await world.collect({ dryRun: true });
  expect(summary.warnings).toEqual([
    expect.stringMatching(/^the token of instagram 17841400000000001 of user \S+1 expired at 2026-11-22T11:00/),
    expect.stringMatching(/^the token of linkedin 70000002 of user \S+2 expires at 2026-12-07T11:59.*: connect the/),
  ]);
  expect((await world.collect({ dryRun: true, platforms: ['youtube'] })).warnings).toEqual([]);

  const platforms = createPlatforms(loadConfig({ META_GRAPH_VERSION: 'v21.0' }));
  await world.store.syncAccounts({ collected: [...platforms.keys()], userId: null });
  const status = await readStatus({ store: world.store, platforms, keyring: world.keyring }, 7, NOON);
  expect(status.expiring_tokens.map((token) => [token.platform, token.account_id])).toEqual([
    ['instagram', expect.any(String)],
    ['linkedin', '70000002'],
  ]);
  expect(status.warnings).toEqual([expect.stringContaining('META_GRAPH_VERSION')]);
  expect(status.coming).toEqual([
    { what: '1 token expires', on: '2026-12-07', fix: 'connect the account again' },
    { what: 'API version v21.0 ends', on: '2027-01-21', fix: 'set META_GRAPH_VERSION to a newer version' },
  ]);
});

it('lists a token that runs renew only when none has for a week', async () => {
  const { world, expire } = await expiringWorld();
  await expire('instagram', 1, '2026-11-30T11:59:00Z');
  await expire('instagram', 2, '2026-11-30T12:01:00Z');
  const { store, platforms, keyring } = world;
  await store.syncAccounts({ collected: [...platforms.keys()], userId: null });
  const ending = async (renewsTokens: boolean) =>
    (await readStatus({ store, platforms, keyring, renewsTokens }, 7, NOON)).coming;
  expect(await ending(true)).toEqual([{ what: '1 token expires', on: '2026-11-30', fix: 'connect the account again' }]);
  expect(await ending(false)).toEqual([
    {
      what: '2 tokens expire within 15 days, the first',
      on: '2026-11-30',
      fix: 'set RENEW_TOKENS=1, or connect the accounts again',
    },
  ]);
});

it("does not warn about a Page's token, to which the stored date does not apply", async () => {
  const { world, expire } = await expiringWorld();
  await expire('facebook', 1, '2026-01-01T00:00:00Z');
  await expire('facebook', 2, '2026-11-24T00:00:00Z', null);
  // An Instagram account that is opened over its Page.
  await world.query(`update platform_connections set access_token = $1 where platform = 'instagram'`, [
    world.keyring.encrypt('EAAof-a-page'),
  ]);
  await expire('instagram', 1, '2026-01-01T00:00:00Z');
  expect((await world.collect({ dryRun: true })).warnings).toEqual([]);
});

it('treats the encrypted empty string as no refresh token, and warns', async () => {
  const { world, expire } = await expiringWorld();
  await expire('youtube', 1, '2026-11-22T11:00:00Z', world.keyring.encrypt(''));
  await expire('youtube', 2, '2026-11-22T11:00:00Z', world.keyring.encrypt('1//real'));
  await expire('linkedin', 1, '2026-11-24T00:00:00Z', world.keyring.encrypt(''));
  await expire('linkedin', 2, '2026-11-24T00:00:00Z', world.keyring.encrypt('AQYreal'));
  expect((await world.collect({ dryRun: true })).warnings).toEqual([
    expect.stringMatching(/^the token of youtube \S+ of user \S+1 expired/),
    expect.stringMatching(/^the token of linkedin \S+ of user \S+1 expires/),
  ]);
});

it('lists what ends first, of tokens and of their access, whatever date is stored with a token that has no end', () => {
  const end = (userId: string, tokenExpiresAt: string | null, accessEndsAt: string | null) => {
    const platform = accessEndsAt === null ? 'instagram' : 'facebook';
    return {
      id: userId,
      userId,
      platform,
      accountId: '1',
      accountName: null,
      refreshToken: null,
      tokenExpiresAt,
      accessEndsAt,
    };
  };
  const tokens = [
    { ...end('a', '2026-01-01T00:00:00Z', '2026-12-03T00:00:00Z'), accessToken: 'EAAa' },
    { ...end('b', '2026-11-30T00:00:00Z', null), accessToken: 'IGb' },
    { ...end('c', null, '2026-11-20T00:00:00Z'), accessToken: 'EAAc' },
    { ...end('d', null, '2026-12-02T00:00:00Z'), accessToken: null },
  ];
  const platforms = createPlatforms(loadConfig({}));
  const keyring = { decrypt: (token: string) => ({ ok: true as const, token }) };
  const expiring = expiringTokens({ tokens, omitted: NONE }, { platforms, keyring, renewsTokens: false }, NOON);
  expect(expiring.tokens.map(({ userId, ends }) => `${userId} ${ends}`)).toEqual([
    'c access',
    'b token',
    'd access',
    'a access',
  ]);
  expect(expiryWarnings(expiring, NOON)[0]).toContain(
    'the access to the data of facebook 1 of user c ended at 2026-11-20',
  );
  expect(comingEnds([], expiring, NOON)).toEqual([
    { what: '1 token expires', on: '2026-11-30', fix: 'set RENEW_TOKENS=1, or connect the account again' },
    {
      what: 'the access to the data of 2 accounts ends within 15 days, the first',
      on: '2026-12-02',
      fix: 'connect the accounts again',
    },
  ]);
  const many = { ...expiring, omitted: { token: 300, access: 40 } };
  expect(comingEnds([], many, NOON).map(({ what }) => what)).toEqual([
    'up to 301 tokens expire within 15 days, the first',
    'the access to the data of 42 accounts ends within 15 days, the first',
  ]);
});

it('lists only the first of thousands of expiring tokens', () => {
  const ends = Array.from({ length: 2_500 }, (_, i) => ({
    id: `c${i}`,
    userId: 'u',
    platform: 'instagram',
    accountId: null,
    accountName: null,
    accessToken: 'gAAAAA',
    refreshToken: null,
    tokenExpiresAt: '2026-11-30T00:00:00+00:00',
    accessEndsAt: null,
    ends: 'token' as const,
    endsAt: '2026-11-30T00:00:00+00:00',
    fix: 'connect the account again',
  }));
  const warnings = expiryWarnings({ tokens: ends, omitted: NONE }, NOON);
  expect(warnings).toHaveLength(21);
  expect(warnings.at(0)).toContain('connection c0 of user u expires at 2026-11-30');
  expect(warnings.at(-1)).toContain('2,480 more tokens, or their access to data, have ended or end within 15 days');
  expect(expiryWarnings({ tokens: ends, omitted: { token: 900, access: 100 } }, NOON).at(-1)).toContain(
    'up to 3,480 more tokens',
  );
});
