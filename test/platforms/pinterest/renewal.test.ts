import { describe, expect, it } from 'vitest';
import { pinterest } from '../../../src/platforms/pinterest/pinterest.js';
import { SANDBOX_CREDENTIALS } from '../../../src/sandbox/oauth.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { ask, sandboxOf } from '../../sandbox/ask.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const { account: connected } = EXPECTED.pinterest;
const TOKENS = {
  accountId: connected.accountId,
  accessToken: connected.accessToken,
  refreshToken: 'pinr_one',
  tokenExpiresAt: null,
};
const CREDENTIALS = {
  clientId: SANDBOX_CREDENTIALS.PINTEREST_CLIENT_ID,
  clientSecret: SANDBOX_CREDENTIALS.PINTEREST_CLIENT_SECRET,
};

/** Renews tokens where Pinterest's API is. */
function renewal(apiUrl: string, credentials: { clientId: string | null; clientSecret: string | null } = CREDENTIALS) {
  const { context, warnings } = lentContext(NOON);
  const { renewal } = pinterest({ apiUrl, loginUrl: '', ...credentials, dailyRequests: 1_000 });
  if (renewal === undefined) throw new Error('no renewal');
  return {
    when: renewal.when,
    warnings,
    renew: (given: Partial<typeof TOKENS> | { refreshToken: null } = {}) =>
      renewal.renew({ ...TOKENS, ...given }, context),
  };
}

describe('the sandbox', () => {
  it('renews each refresh token once, and refuses the former ones', async () => {
    const sandbox = await sandboxOf([{ ...connected, fault: { kind: 'expired_token' } }]);
    const { when, renew } = renewal(sandbox.urls.PINTEREST_API_URL);
    const profile = (token: string) => ask(`${sandbox.urls.PINTEREST_API_URL}/v5/user_account`, token);
    expect(when).toBe('expired');
    expect((await profile(connected.accessToken)).status).toBe(401);
    const first = await renew();
    expect(first.expiresAt).toEqual(new Date(NOON.getTime() + 30 * 86_400_000));
    expect((await profile(first.accessToken)).status).toBe(200);
    await expect(renew()).rejects.toMatchObject({ reason: 'needs_reconnect' });
    const { refreshToken } = first;
    if (refreshToken === null) throw new Error('no refresh token');
    const second = await renew({ refreshToken });
    expect(new Set([TOKENS.refreshToken, refreshToken, second.refreshToken]).size).toBe(3);
    expect((await profile(second.accessToken)).status).toBe(200);
  });

  it('gets no credentials or tokens in an address', async () => {
    const sandbox = await sandboxOf([connected]);
    await renewal(sandbox.urls.PINTEREST_API_URL).renew();
    const [request] = sandbox.requests;
    expect(sandbox.counters).toMatchObject({ tokensInUrl: 0, unexpected: 0 });
    expect(request?.body).toBe('grant_type=refresh_token&refresh_token=pinr_one&continuous_refresh=true');
  });

  it('requires a reconnection if the refresh token is invalid', async () => {
    const sandbox = await sandboxOf([{ ...connected, fault: { kind: 'dead_token' } }]);
    await expect(renewal(sandbox.urls.PINTEREST_API_URL).renew()).rejects.toMatchObject({
      reason: 'needs_reconnect',
      message: expect.stringMatching(/could not be renewed.*connect the account again/),
    });
  });

  it('blames the app, not the account, if the app is refused', async () => {
    const sandbox = await sandboxOf([connected]);
    const { renew, warnings } = renewal(sandbox.urls.PINTEREST_API_URL, { ...CREDENTIALS, clientSecret: 'wrong' });
    await expect(renew()).rejects.toMatchObject({ reason: 'configuration' });
    expect(warnings).toEqual([expect.stringContaining('check PINTEREST_CLIENT_ID and PINTEREST_CLIENT_SECRET')]);
  });
});

describe('without a request', () => {
  it.each([
    [{ clientId: null }, 'PINTEREST_CLIENT_ID'],
    [{ clientSecret: null }, 'PINTEREST_CLIENT_SECRET'],
  ])('%j is reported as a missing setting', async (missing, variable) => {
    const { renew } = renewal('http://127.0.0.1:1', { ...CREDENTIALS, ...missing });
    await expect(renew()).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining(variable),
    });
  });

  it('an account without a refresh token has to be reconnected', async () => {
    const { renew } = renewal('http://127.0.0.1:1');
    await expect(renew({ refreshToken: null })).rejects.toMatchObject({ reason: 'needs_reconnect' });
  });
});

describe('an answer that is not documented', () => {
  it.each<[string, Answer, object]>([
    [
      "Pinterest's own error for an invalid token",
      [401, { code: 283, message: 'The refresh token has expired.' }],
      { reason: 'needs_reconnect' },
    ],
    [
      'an error that may be of the app or of the token',
      [401, { code: 2, message: 'Authentication failed.' }],
      { reason: 'unexpected_response', message: 'Pinterest did not renew the token: code 2: Authentication failed.' },
    ],
    ['an error of the server', [500, { code: 0, message: 'Sorry' }], { reason: 'platform_error' }],
    ['too many requests', [429, { code: 8, message: 'Too many' }], { reason: 'throttled' }],
    ['no access token', [200, { refresh_token: 'pinr_two' }], { reason: 'unexpected_response' }],
  ])('fails with the nearest reason: %s', async (_what, answer, expected) => {
    const { url } = await serveApi(() => answer);
    await expect(renewal(url).renew()).rejects.toMatchObject({ ...expected });
  });

  it.each([
    [{ access_token: 'pina_two' }, null, null],
    [{ access_token: 'pina_two', refresh_token: '', expires_in: 'soon' }, null, null],
    [{ access_token: 'pina_two', refresh_token: 'pinr_two', expires_in: 60 }, 'pinr_two', '2026-11-22T12:01:00.000Z'],
    [{ access_token: 'pina_two', refresh_token: 'pinr_two', expires_in: 1e15 }, 'pinr_two', null],
  ])('is read as far as possible: %j', async (body, refreshToken, expiresAt) => {
    const { url } = await serveApi(() => [200, body]);
    expect(await renewal(url).renew()).toEqual({
      accessToken: 'pina_two',
      refreshToken,
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
    });
  });
});
