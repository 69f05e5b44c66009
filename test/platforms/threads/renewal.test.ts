import { afterEach, describe, expect, it } from 'vitest';
import { threads } from '../../../src/platforms/threads/threads.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { ask, sandboxOf } from '../../sandbox/ask.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { createWorld, type World } from '../../support/world.js';
import { settingsOf } from './settings.js';

const { account: connected } = EXPECTED.threads;
const ACCOUNT = {
  accountId: connected.accountId,
  accessToken: connected.accessToken,
  refreshToken: null,
  tokenExpiresAt: null,
};
const RENEWED: Answer = [200, { access_token: 'THAAtwo', token_type: 'bearer', expires_in: 60 }];
const INVALID: Answer = [400, { error: { code: 190, message: 'Invalid OAuth access token' } }];

let world: World | undefined;
afterEach(() => world?.close());

async function renewed(url: string) {
  const { renewal } = threads(settingsOf(url));
  if (renewal === undefined) throw new Error('no renewal');
  return renewal.renew(ACCOUNT, lentContext(NOON).context);
}

it('counts the 60 days by the clock of Threads, not by one that is off', async () => {
  const date = new Date(Date.now() - 90 * 86_400_000).toUTCString();
  const { url } = await serveApi(() => [200, RENEWED[1], { date }]);
  const { expiresAt } = await renewed(url);
  const offMs = NOON.getTime() + 60_000 - (expiresAt?.getTime() ?? 0);
  expect(Math.round(offMs / 86_400_000)).toBe(90);
});

it('renews a token for 60 days, with no token in the address', async () => {
  const sandbox = await sandboxOf([connected]);
  const { accessToken, refreshToken, expiresAt } = await renewed(sandbox.urls.THREADS_GRAPH_URL);
  expect([refreshToken, expiresAt]).toEqual([null, new Date(NOON.getTime() + 5_183_944_000)]);
  expect(sandbox.requests).toMatchObject([{ method: 'GET', path: '/refresh_access_token' }]);
  expect(sandbox.counters).toMatchObject({ tokensInUrl: 0, unexpected: 0 });
  expect((await ask(`${sandbox.urls.THREADS_GRAPH_URL}/v1.0/me?fields=id`, accessToken)).status).toBe(200);
});

it.each([104, 190, 100, 2500])(
  'sends the token in the address only if the header is not accepted (code %i)',
  async (code) => {
    const { url, requests } = await serveApi(({ searchParams }) =>
      searchParams.has('access_token') ? RENEWED : [400, { error: { code, message: 'no token' } }],
    );
    expect(await renewed(url)).toMatchObject({ accessToken: 'THAAtwo' });
    expect(requests.map(({ search }) => search)).toEqual([
      '?grant_type=th_refresh_token',
      '?grant_type=th_refresh_token&access_token=THAAone',
    ]);
  },
);

it('renews every account even if no header is accepted', async () => {
  const accounts = [1, 2, 3, 4, 5].map((user) => ({
    ...connected,
    userId: `u${user}`,
    accountId: `${connected.accountId}${user}`,
    accessToken: `${connected.accessToken}${user}`,
    tokenExpiresAt: '2026-12-02T00:00:00Z',
  }));
  const { url } = await serveApi(({ searchParams }) =>
    searchParams.has('access_token')
      ? [200, { access_token: `${searchParams.get('access_token')}-new`, expires_in: 5_183_944 }]
      : [400, { error: { code: 104, message: 'An access token is required to request this resource.' } }],
  );
  world = await createWorld({ now: NOON, accounts, renewsTokens: true, environment: { THREADS_GRAPH_URL: url } });
  await world.collect({ concurrency: 1 });
  const rows = await world.query('select access_token from platform_connections');
  for (const { access_token: token } of rows)
    expect(world.keyring.decrypt(String(token))).toMatchObject({ token: expect.stringMatching(/-new$/) });
});

it.each([undefined, '5183944', 1e15, -1])('keeps the new token if its life cannot be read: %s', async (expires_in) => {
  const { url } = await serveApi(() => [200, { access_token: 'THAAtwo', expires_in }]);
  expect(await renewed(url)).toEqual({ accessToken: 'THAAtwo', refreshToken: null, expiresAt: null });
});

describe('a renewal that is refused', () => {
  it.each<[string, Answer, object]>([
    ['for an invalid token', INVALID, { reason: 'needs_reconnect' }],
    [
      'for a missing permission',
      [400, { error: { code: 10, message: 'Application does not have permission for this action' } }],
      { reason: 'missing_permission', message: expect.stringContaining('grant threads_basic') },
    ],
    ['without an answer', [200, {}], { reason: 'unexpected_response' }],
  ])('%s', async (_why, answer, expected) => {
    const { url } = await serveApi(() => answer);
    const error: unknown = await renewed(url).catch((thrown) => thrown);
    expect(error).toMatchObject(expected);
    expect(String(error)).not.toContain(ACCOUNT.accessToken);
  });
});

it('a token that ends within 15 days is renewed and stored before it is used', async () => {
  world = await createWorld({
    now: NOON,
    accounts: [{ ...connected, tokenExpiresAt: '2026-12-02T00:00:00Z' }],
    renewsTokens: true,
  });
  expect(await world.collect()).toMatchObject({ status: 'completed', warnings: [] });
  const [row = {}] = await world.query(
    `select access_token, to_char(token_expires_at at time zone 'UTC', 'YYYY-MM-DD') as until from platform_connections`,
  );
  expect([world.keyring.decrypt(String(row.access_token)), row.until]).toEqual([
    { ok: true, token: 'THAAone-renewed-1' },
    '2027-01-21',
  ]);
  expect(new Set(world.sandbox.requests.slice(1).map(({ headers }) => headers.authorization))).toEqual(
    new Set(['Bearer THAAone-renewed-1']),
  );
});
