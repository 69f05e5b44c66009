import { afterEach, describe, expect, it } from 'vitest';
import { createRenewer } from '../../src/collector/renewal.js';
import { CollectError, Interrupted, PlatformError } from '../../src/errors.js';
import type { Http, HttpRequest } from '../../src/http/http.js';
import type { Renewal } from '../../src/platforms/contract.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import type { Renewals } from '../../src/store/renewals.js';
import { EXPECTED } from '../conformance/accounts.js';
import { lentContext, serveApi } from '../support/api.js';
import { RENEWAL } from '../support/renewal.js';
import { createWorld, type World, type WorldOptions } from '../support/world.js';

const NOW = new Date('2026-11-22T09:00:00Z');
const IN_TEN_DAYS = '2026-12-02T09:00:00.000Z';
const ACCOUNT: SandboxAccount = {
  platform: 'instagram',
  userId: 'u1',
  accountId: '17841400000000001',
  name: 'an account',
  accessToken: 'IGAAsandbox1',
  followers: 1000,
  tokenExpiresAt: IN_TEN_DAYS,
};

let world: World;
afterEach(() => world.close());

const open = async (given: Partial<SandboxAccount> = {}, options: Partial<WorldOptions> = {}) => {
  world = await createWorld({ now: NOW, accounts: [{ ...ACCOUNT, ...given }], renewsTokens: true, ...options });
};
const renewals = () => world.sandbox.requests.filter(({ path }) => path === '/refresh_access_token');

async function stored(): Promise<{ token: string; expiresAt: string }> {
  const [row = {}] = await world.query(
    `select access_token, to_char(token_expires_at at time zone 'UTC', 'YYYY-MM-DD') as until from platform_connections`,
  );
  const opened = world.keyring.decrypt(String(row.access_token));
  return { token: opened.ok ? opened.token : '', expiresAt: String(row.until) };
}

describe('a token that ends within 15 days', () => {
  it('is renewed and stored before the new one is used, and then left alone', async () => {
    await open();
    expect(await world.collect()).toMatchObject({ status: 'completed', warnings: [] });
    expect(await stored()).toEqual({ token: 'IGAAsandbox1-renewed-1', expiresAt: '2027-01-21' });
    const [first] = world.sandbox.requests;
    expect(first?.path).toBe('/refresh_access_token');
    expect(new Set(world.sandbox.requests.slice(1).map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer IGAAsandbox1-renewed-1']),
    );
    expect(world.sandbox.counters.tokensInUrl).toBe(0);
    await world.collectDaily(3);
    expect(renewals()).toHaveLength(1);
  });

  it('is renewed if its end is not known, and the new end is stored', async () => {
    await open();
    await world.query('update platform_connections set token_expires_at = null');
    await world.collect();
    expect(await stored()).toMatchObject({ expiresAt: '2027-01-21' });
  });

  it.each([
    ['that ends later', { tokenExpiresAt: '2026-12-20T00:00:00Z' }, true],
    ['of the Facebook login', { accessToken: 'EAAsandbox1' }, true],
    ['where renewed tokens are not stored', {}, false],
  ])('is not renewed: one %s', async (_which, given, renewsTokens) => {
    await open(given, { renewsTokens });
    await world.collect();
    expect(renewals()).toEqual([]);
    expect((await stored()).token).not.toContain('renewed');
  });

  it.each([
    ['at all', 'select'],
    ['except for its date', 'update (token_expires_at)'],
  ])('remains in use, with a warning, if the role may not write it %s', async (_which, right) => {
    await open();
    for (const statement of [
      'create role reader bypassrls',
      'grant all on all tables in schema public to reader',
      'grant execute on all functions in schema public to reader',
      'revoke update on platform_connections from reader',
      `grant ${right} on platform_connections to reader`,
    ])
      await world.query(statement);
    await world.query('set role reader');
    const { status, warnings } = await world.collect().finally(() => world.query('reset role'));
    await world.query('drop owned by reader');
    await world.query('drop role reader');
    expect(status).toBe('completed');
    expect(warnings).toContainEqual(expect.stringContaining('the right to update the connection'));
    expect(renewals()).toEqual([]);
  });

  it('is renewed by only one of two processes, and both use the new one', async () => {
    await open();
    const runs = [
      world.collect({ selection: { kind: 'user', userId: 'u1' } }),
      world.collect({ selection: { kind: 'shard', index: 1, count: 1 } }),
    ];
    for (const { status } of await Promise.all(runs)) expect(status).toBe('completed');
    expect(renewals()).toHaveLength(1);
    expect((await stored()).token).toBe('IGAAsandbox1-renewed-1');
  });

  it('does not overwrite one that was connected in the meantime', async () => {
    const other = { accessToken: '' };
    await open(
      {},
      {
        between: (store) => ({
          ...store,
          renewals: {
            ...store.renewals,
            async store(connection, by, renewed) {
              other.accessToken = world.keyring.encrypt('IGAAanother');
              await world.query('update platform_connections set access_token = $1', [other.accessToken]);
              return store.renewals.store(connection, by, renewed);
            },
          },
        }),
      },
    );
    await world.collect();
    expect((await stored()).token).toBe('IGAAanother');
  });

  it('is renewed even if the stored date is that of a former one and has passed', async () => {
    await open({ tokenExpiresAt: '2026-11-01T00:00:00Z' });
    expect(await world.collect()).toMatchObject({
      status: 'completed',
      warnings: [expect.stringContaining('expired')],
    });
    expect(await stored()).toEqual({ token: 'IGAAsandbox1-renewed-1', expiresAt: '2027-01-21' });
  });

  it('is reported as the platform reports it, if it is invalid', async () => {
    await open({ fault: { kind: 'dead_token' } });
    const { failures } = await world.collect();
    expect(failures).toMatchObject([{ reason: 'needs_reconnect' }]);
    expect((await stored()).token).toBe('IGAAsandbox1');
  });
});

describe('a renewal that the platform refuses', () => {
  const CONNECTION = { id: '1', accessToken: 'old', refreshToken: 'old-refresh', tokenExpiresAt: null };
  const OPENED = { accountId: '1', accessToken: 'old', refreshToken: 'old-refresh', tokenExpiresAt: null };
  const refused = (reason: 'needs_reconnect' | 'platform_error'): Renewal => ({
    when: 'expired',
    renew: () => Promise.reject(new PlatformError(reason, 'refused', 'connection')),
  });
  const renewer = (renewals: Partial<Renewals>, renewal: Renewal) =>
    createRenewer(
      { ...RENEWAL, renewals: { ...RENEWAL.renewals, ...renewals } as Renewals },
      CONNECTION,
      { name: 'pinterest', renewal, endsByDate: () => true },
      lentContext(NOW).context,
    );

  it('does not matter if another program has renewed and stored the tokens in the meantime', async () => {
    let claims = 0;
    const renewed = { ...CONNECTION, accessToken: 'new', refreshToken: 'new-refresh' };
    const claim: Renewals['claim'] = async () =>
      claims++ === 0 ? { kind: 'claimed' } : { kind: 'changed', connection: renewed };
    const { replace } = renewer({ claim }, refused('needs_reconnect'));
    expect(await replace(OPENED)).toMatchObject({ accessToken: 'new', refreshToken: 'new-refresh' });
  });

  it.each(['needs_reconnect', 'platform_error'] as const)('ends its claim: %s', async (reason) => {
    const released: string[] = [];
    const release: Renewals['release'] = async ({ id }) => void released.push(id);
    const { replace } = renewer({ release }, refused(reason));
    await expect(replace(OPENED)).rejects.toMatchObject({ reason });
    expect(released).toEqual(['1']);
  });

  it('can be retried by another process at once', async () => {
    await open();
    const [row = {}] = await world.query('select id::text, access_token from platform_connections');
    const connection = {
      id: String(row.id),
      accessToken: String(row.access_token),
      refreshToken: null,
      tokenExpiresAt: null,
    };
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    const { renewals } = world.store;
    expect(await renewals.claim(connection, first)).toEqual({ kind: 'claimed' });
    await renewals.release(connection, second);
    expect(await renewals.claim(connection, second)).toEqual({ kind: 'busy' });
    await renewals.release(connection, first);
    expect(await renewals.claim(connection, second)).toEqual({ kind: 'claimed' });
  });
});

it('does not wait for the renewal of another process when the run stops', async () => {
  const stop = new AbortController();
  const connection = { id: '1', accessToken: 'old', refreshToken: 'old-refresh', tokenExpiresAt: null };
  let claims = 0;
  const claim: Renewals['claim'] = async () => {
    if (++claims === 2) stop.abort();
    return { kind: 'busy' };
  };
  const { replace } = createRenewer(
    { ...RENEWAL, signal: stop.signal, renewals: { ...RENEWAL.renewals, claim } as Renewals },
    connection,
    {
      name: 'pinterest',
      renewal: { when: 'expired', renew: () => Promise.reject(new Error('unclaimed')) },
      endsByDate: () => true,
    },
    lentContext(NOW).context,
  );
  await expect(replace({ ...connection, accountId: '1', tokenExpiresAt: null })).rejects.toThrow(Interrupted);
  expect(claims).toBe(2);
});

describe('a renewed token that cannot be stored at once', () => {
  const CONNECTION = { id: '1', accessToken: 'old', refreshToken: 'old-refresh', tokenExpiresAt: null };
  const OPENED = { ...CONNECTION, accountId: '1', accessToken: 'old', tokenExpiresAt: null };
  const away = new CollectError('store_unreachable', 'The database does not answer.', 'Start it.');
  const renewal: Renewal = {
    when: 'expired',
    renew: async () => ({ accessToken: 'new', refreshToken: 'new-refresh', expiresAt: null }),
  };
  const replaced = (failures: number) => {
    let calls = 0;
    const store: Renewals['store'] = async () => {
      if (calls++ < failures) throw away;
      return true;
    };
    const settings = { ...RENEWAL, renewals: { ...RENEWAL.renewals, store } as Renewals };
    const platform = { name: 'pinterest', renewal, endsByDate: () => true };
    return createRenewer(settings, CONNECTION, platform, lentContext(NOW).context).replace(OPENED);
  };

  it('is kept until the database is back', async () => {
    expect(await replaced(4)).toMatchObject({ accessToken: 'new', refreshToken: 'new-refresh' });
  });

  it('is reported as lost if the database stays away', async () => {
    await expect(replaced(5)).rejects.toMatchObject({
      reason: 'needs_reconnect',
      message: expect.stringMatching(/lost: The database does not answer. Connect the account again/),
    });
  });
});

it('waits for the answer to a renewal on every platform, even when the run stops', async () => {
  await open();
  let renewals = 0;
  for (const { renewal } of world.platforms.values()) {
    if (renewal === undefined) continue;
    renewals++;
    const requests: HttpRequest[] = [];
    const http: Http = {
      ask(request) {
        requests.push(request);
        return Promise.reject(new PlatformError('platform_error', 'down', 'connection'));
      },
    };
    const account = { accountId: '1', accessToken: 'token', refreshToken: 'refresh', tokenExpiresAt: null };
    await expect(renewal.renew(account, { ...lentContext(NOW).context, http })).rejects.toThrow('down');
    expect(requests).toMatchObject([{ awaited: true }]);
  }
  expect(renewals).toBe(4);
});

it('stores renewed tokens when the run is stopped during the renewal', async () => {
  const stop = new AbortController();
  const { url } = await serveApi(({ pathname }) => {
    if (pathname === '/v5/oauth/token') stop.abort();
    return [200, { access_token: 'pina_new', refresh_token: 'pinr_new', expires_in: 2_592_000 }];
  });
  const { account } = EXPECTED.pinterest;
  world = await createWorld({
    now: NOW,
    accounts: [{ ...account, tokenExpiresAt: '2026-11-22T08:00:00Z' }],
    renewsTokens: true,
    environment: { PINTEREST_API_URL: url },
  });
  expect(await world.collect({ signal: stop.signal })).toMatchObject({ status: 'interrupted' });
  const [row = {}] = await world.query('select access_token, refresh_token from platform_connections');
  const opened = [row.access_token, row.refresh_token].map((token) => world.keyring.decrypt(String(token)));
  expect(opened).toMatchObject([{ token: 'pina_new' }, { token: 'pinr_new' }]);
});
