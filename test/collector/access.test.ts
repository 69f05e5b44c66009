import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { dayResult, type Platform } from '../../src/platforms/contract.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { readStatus } from '../../src/report/status.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { createWorld, type World, type WorldOptions } from '../support/world.js';

const NOW = new Date('2026-11-22T09:00:00Z');
const SECRET = 'sandbox-meta-secret';
const PAGE: SandboxAccount = {
  platform: 'facebook',
  userId: 'u1',
  accountId: '104500000000001',
  name: 'a Page',
  accessToken: 'EAApage',
  followers: 1_000,
  // As applications store it with tokens that do not end.
  tokenExpiresAt: '2026-01-01T00:00:00Z',
  accessEndsAt: '2026-12-05T08:00:00Z',
};

let world: World;
afterEach(() => world.close());

async function open(given: Partial<SandboxAccount> = {}, options: Partial<WorldOptions> = {}) {
  const environment = { META_APP_SECRET: SECRET };
  world = await createWorld({ now: NOW, accounts: [{ ...PAGE, ...given }], environment, ...options });
}

/** A platform that has a value of each day, whatever it is asked. */
const collectsOne: Pick<Platform, 'collect'> = {
  collect: async (_account, days) => ({
    days: days.map(({ date }) => dayResult(date, [{ metric: 'page_media_view', value: 1 }])),
    closing: [],
  }),
};

const questions = () => world.sandbox.requests.filter(({ method, path }) => method === 'POST' && path === '/v25.0/');
const ends = async () => {
  const rows = await world.query(
    `select to_char(access_ends_at at time zone 'UTC', 'YYYY-MM-DD') as until from collection_accounts`,
  );
  return rows.map(({ until }) => until);
};
const status = () => readStatus(world, 7, world.now);
const GENERAL = expect.stringContaining('facebook: the access to the data of some accounts ends within 15 days');
const OF_ACCOUNT =
  'the access to the data of facebook 104500000000001 of user u1 ends at 2026-12-05T08:00:00+00:00: connect the account again';

describe('the date until which a token may read its account', () => {
  it('is asked for without a token in an address, and reported by the run, the next one and status', async () => {
    await open({}, { metaAppSecret: SECRET });
    expect(await world.collect()).toMatchObject({ status: 'completed', warnings: [GENERAL] });
    expect(questions()).toHaveLength(1);
    expect(world.sandbox.counters).toMatchObject({ tokensInUrl: 0, unexpected: 0 });
    expect(world.sandbox.requests.every(({ path, query }) => !`${path}?${query}`.includes('EAA'))).toBe(true);
    expect(await ends()).toEqual(['2026-12-05']);
    expect(await status()).toMatchObject({
      expiring_tokens: [{ account_id: PAGE.accountId, token_expires_at: '2026-12-05T08:00:00+00:00', ends: 'access' }],
      coming: [
        { what: 'the access to the data of 1 account ends', on: '2026-12-05', fix: 'connect the account again' },
      ],
    });
    world.now = new Date('2026-11-22T15:00:00Z');
    expect((await world.collect({ window: { kind: 'day', date: '2026-11-20' } })).warnings).toEqual([OF_ACCOUNT]);
    expect(questions()).toHaveLength(1);
  });

  it('is asked for daily while it is near, so that a new consent is noticed', async () => {
    const account = { ...PAGE };
    await open({}, { accounts: [account] });
    await world.collect();
    await world.collectDaily(2);
    expect(questions()).toHaveLength(3);
    Object.assign(account, { accessEndsAt: '2027-02-20T00:00:00Z' });
    await world.collectDaily(1);
    expect(await ends()).toEqual(['2027-02-20']);
    expect(await status()).toMatchObject({ expiring_tokens: [], coming: [] });
    await world.collectDaily(3);
    expect(questions()).toHaveLength(4);
  });

  it('is not asked for again if it is far ahead, and after 30 days if it is not known', async () => {
    await open({ accessEndsAt: '2027-02-20T00:00:00Z' });
    await world.collect();
    expect((await world.collectDaily(3)).flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(questions()).toHaveLength(1);
    await world.query('update collection_accounts set access_ends_at = null');
    await world.collectDaily(2);
    expect(questions()).toHaveLength(1);
    await world.query(`update collection_accounts set access_asked_at = access_asked_at - interval '30 days'`);
    await world.collectDaily(1);
    expect(questions()).toHaveLength(2);
  });

  it('is asked for once in a run that collects an account in several parts', async () => {
    await open();
    await world.collect({ window: { kind: 'dates', since: '2026-03-01', until: '2026-11-21' } });
    expect(questions()).toHaveLength(1);
    expect(await ends()).toEqual(['2026-12-05']);
  });

  it('belongs to one token, and is asked for again with the next one', async () => {
    await open();
    await world.collect();
    await world.connect({ ...PAGE, tokenExpiresAt: '2026-01-01T00:00:00Z' });
    expect(await status()).toMatchObject({ expiring_tokens: [] });
    expect((await world.collectDaily(1))[0].warnings).toEqual([GENERAL]);
    expect(questions()).toHaveLength(2);
    expect((await status()).expiring_tokens).toHaveLength(1);
  });

  it.each<[string, Partial<SandboxAccount>, Partial<WorldOptions>]>([
    ['if the secret of the app is not set', {}, { environment: {} }],
    [
      'of the Instagram login',
      {
        platform: 'instagram',
        accountId: '17841400000000001',
        accessToken: 'IGAAone',
        tokenExpiresAt: '2027-01-01T00:00:00Z',
      },
      {},
    ],
  ])('is not asked for with a token %s', async (_which, given, options) => {
    await open(given, options);
    expect(await world.collect()).toMatchObject({ status: 'completed', warnings: [] });
    expect(questions()).toEqual([]);
  });

  it('is asked for with Instagram accounts of the Facebook login, too', async () => {
    await open({ platform: 'instagram', accountId: '17841400000000001', accessToken: 'EAAinstagram' });
    await world.collect();
    expect(await ends()).toEqual(['2026-12-05']);
  });

  it('may be refused: the account is collected all the same, without a warning', async () => {
    const others = [1, 2, 3, 4].map((n) => ({
      ...PAGE,
      userId: `u${n}`,
      accountId: `10450000000000${n}`,
      accessToken: `EAApage${n}`,
    }));
    await open({}, { accounts: others, environment: { META_APP_SECRET: SECRET, META_APP_ID: '999' } });
    expect(await world.collect()).toMatchObject({
      status: 'completed',
      connections: { succeeded: 4 },
      requests: { total: 8, retried: 0 },
      warnings: [],
    });
    await world.collectDaily(3);
    expect(questions()).toHaveLength(4);
    expect(await ends()).toEqual([null, null, null, null]);
  });

  it.each<[string, () => unknown]>([
    [
      'an error',
      () => {
        throw new Error('a mistake');
      },
    ],
    ['a number', () => 1_800_000_000_000],
    ['an invalid date', () => new Date('soon')],
    ['a date that no database accepts', () => new Date(8.64e15)],
  ])('fails no account if a platform answers with %s', async (_what, answer) => {
    const accessEnds = async () => answer() as Date;
    const mistaken = [...createPlatforms(loadConfig({})).values()];
    await open(
      {},
      { platforms: new Map(mistaken.map((each) => [each.name, { ...each, ...collectsOne, accessEnds }])) },
    );
    expect(await world.collect({ platforms: ['facebook'] })).toMatchObject({ status: 'completed', warnings: [] });
    expect(await ends()).toEqual([null]);
  });

  it('is asked for by the next run if a run ends before it has written the answer', async () => {
    await open(
      {},
      {
        between: (store) => ({
          ...store,
          record: (batch) => {
            if (world.now > NOW) return store.record(batch);
            throw new Error('killed');
          },
        }),
      },
    );
    await expect(world.collect()).rejects.toThrow('killed');
    await world.query(`update collection_runs set status = 'abandoned'`);
    expect(await ends()).toEqual([null]);
    expect(await world.collectDaily(1)).toMatchObject([{ status: 'completed' }]);
    expect(await ends()).toEqual(['2026-12-05']);
  });
});
