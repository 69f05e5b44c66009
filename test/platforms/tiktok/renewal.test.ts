import { describe, expect, it } from 'vitest';
import type { ApiSettings } from '../../../src/platforms/tiktok/api.js';
import { tiktok } from '../../../src/platforms/tiktok/tiktok.js';
import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS, SANDBOX_DISPLAY_APP } from '../../../src/sandbox/oauth.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { sandboxOf } from '../../sandbox/ask.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const { account: connected } = EXPECTED.tiktok;
const TOKENS = {
  accountId: connected.accountId,
  accessToken: 'act.one',
  refreshToken: 'rft.one',
  tokenExpiresAt: null,
};
const NOWHERE = { url: 'http://127.0.0.1:1', clientId: null, clientSecret: null };
const APPS = {
  accounts: {
    clientId: SANDBOX_CREDENTIALS.TIKTOK_BUSINESS_CLIENT_ID,
    clientSecret: SANDBOX_CREDENTIALS.TIKTOK_BUSINESS_CLIENT_SECRET,
  },
  display: { clientId: SANDBOX_DISPLAY_APP.TIKTOK_CLIENT_KEY, clientSecret: SANDBOX_DISPLAY_APP.TIKTOK_CLIENT_SECRET },
};
type Api = keyof typeof APPS;

/** Renews tokens at one of the APIs. */
function renewal(api: Api, settings: ApiSettings) {
  const { context, warnings } = lentContext(NOON);
  const { renewal } = tiktok({ loginUrl: '', accounts: NOWHERE, display: NOWHERE, [api]: settings });
  if (renewal === undefined) throw new Error('no renewal');
  return {
    when: renewal.when,
    warnings,
    renew: (given: { refreshToken?: string | null } = {}) => renewal.renew({ ...TOKENS, ...given }, context),
  };
}

describe.each([
  ['accounts', 'TIKTOK_BUSINESS_URL', 'TIKTOK_BUSINESS_CLIENT_SECRET', 86_400],
  ['display', 'TIKTOK_API_URL', 'TIKTOK_CLIENT_SECRET', 7_200],
] as const)('of the %s API,', (api, variable, secret, livesSeconds) => {
  const kind = api === 'display' ? ({ kind: 'display' } as const) : {};
  async function opened(given: Partial<SandboxAccount> = {}, app: Partial<ApiSettings> = {}) {
    const sandbox = await sandboxOf([{ ...connected, ...kind, ...given }]);
    return { sandbox, ...renewal(api, { url: sandbox.urls[variable], ...APPS[api], ...app }) };
  }

  it('each refresh token can be used once, and is replaced', async () => {
    const { sandbox, when, renew } = await opened();
    expect(when).toBe('expired');
    const first = await renew();
    expect(first.expiresAt).toEqual(new Date(NOON.getTime() + livesSeconds * 1_000));
    await expect(renew()).rejects.toMatchObject({ reason: 'needs_reconnect' });
    const second = await renew({ refreshToken: first.refreshToken });
    expect(new Set(['rft.one', first.refreshToken, second.refreshToken]).size).toBe(3);
    expect(sandbox.counters).toMatchObject({ tokensInUrl: 0, unexpected: 0 });
  });

  it('an invalid one requires a reconnection', async () => {
    const { renew } = await opened({ fault: { kind: 'dead_token' } });
    await expect(renew()).rejects.toMatchObject({
      reason: 'needs_reconnect',
      message: expect.stringMatching(/could not be renewed.*connect the account again/),
    });
    await expect(renew({ refreshToken: null })).rejects.toMatchObject({ reason: 'needs_reconnect' });
  });

  it('a missing secret is reported without a request', async () => {
    const { sandbox, renew } = await opened({}, { clientSecret: null });
    await expect(renew()).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining(`cannot be renewed without ${secret}`),
    });
    expect(sandbox.requests).toEqual([]);
  });
});

it('blames the app, not the account, if the Display API refuses the app', async () => {
  const sandbox = await sandboxOf([{ ...connected, kind: 'display' }]);
  const app = { url: sandbox.urls.TIKTOK_API_URL, ...APPS.display, clientSecret: 'wrong' };
  const { renew, warnings } = renewal('display', app);
  await expect(renew()).rejects.toMatchObject({ reason: 'configuration' });
  expect(warnings).toEqual([expect.stringContaining('check TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET')]);
});

describe('an answer that is not documented', () => {
  it.each<[string, Answer, object]>([
    [
      'a code that may concern the app or the token',
      [200, { code: 40002, message: 'client_id is wrong' }],
      { reason: 'unexpected_response', message: expect.stringContaining('client_id is wrong (code 40002)') },
    ],
    ['an error of the system', [200, { code: 50000, message: 'Sorry' }], { reason: 'platform_error' }],
    ['too many requests', [200, { code: 40100, message: 'Too many' }], { reason: 'throttled' }],
    ['no tokens', [200, { code: 0, data: { scope: 'x' } }], { reason: 'unexpected_response' }],
    ['no data', [200, { code: 0 }], { reason: 'unexpected_response' }],
    ['no code', [200, { access_token: 1 }], { reason: 'unexpected_response' }],
  ])('of the Accounts API fails with the nearest reason: %s', async (_what, answer, expected) => {
    const { url } = await serveApi(() => answer);
    await expect(renewal('accounts', { url, ...APPS.accounts }).renew()).rejects.toMatchObject({ ...expected });
  });

  it('without a life or a new refresh token is accepted', async () => {
    const { url } = await serveApi(() => [200, { code: 0, data: { access_token: 'act.two' } }]);
    expect(await renewal('accounts', { url, ...APPS.accounts }).renew()).toEqual({
      accessToken: 'act.two',
      refreshToken: null,
      expiresAt: null,
    });
  });
});
