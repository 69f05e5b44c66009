import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { StaleToken } from '../../../src/errors.js';
import { tiktok } from '../../../src/platforms/tiktok/tiktok.js';
import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { SANDBOX_DISPLAY_APP } from '../../../src/sandbox/oauth.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { collecting } from '../../conformance/collecting.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const { account: connected, states } = EXPECTED.tiktok;
const DISPLAY: SandboxAccount = { ...connected, kind: 'display' };
const NO_APP = { TIKTOK_BUSINESS_CLIENT_ID: undefined, TIKTOK_BUSINESS_CLIENT_SECRET: undefined };

async function collected(account: SandboxAccount, environment: Record<string, string | undefined>) {
  const { days, sandbox } = await collecting(account, { environment });
  return {
    ended: days.map(({ ended }) => ended).join(' '),
    message: days[0]?.message,
    requests: sandbox.requests.map(({ api, method }) => `${method} ${api.replace('tiktok-', '')}`),
  };
}

describe('with an app for both APIs, or for none, a token', () => {
  it.each([
    ['both', { ...SANDBOX_DISPLAY_APP }],
    ['none', NO_APP],
  ])('of the Accounts API takes no request to the other (%s)', async (_which, environment) => {
    expect(await collected(connected, environment)).toMatchObject({ ended: states, requests: ['GET accounts'] });
  });

  it.each([
    ['both', { ...SANDBOX_DISPLAY_APP }],
    ['none', NO_APP],
  ])('of the Display API is recognized by its answer (%s)', async (_which, environment) => {
    const { ended, requests } = await collected(DISPLAY, environment);
    expect(ended).toMatch(/^(no_data ){6}settled$/);
    expect(requests).toEqual(['GET accounts', 'GET display']);
  });

  it('that has expired is renewed at its own API', async () => {
    const fault = { kind: 'expired_token' } as const;
    const ofAccounts = await collected({ ...connected, fault }, SANDBOX_DISPLAY_APP);
    expect(ofAccounts.ended).toBe(states);
    expect(ofAccounts.requests).toEqual(['GET accounts', 'GET display', 'POST accounts', 'GET accounts']);
    const ofDisplay = await collected({ ...DISPLAY, fault }, SANDBOX_DISPLAY_APP);
    expect(ofDisplay.ended).toMatch(/settled$/);
    expect(ofDisplay.requests).toEqual([
      ...['GET accounts', 'GET display', 'POST accounts', 'POST display'],
      ...['GET accounts', 'GET display'],
    ]);
  });

  it.each([connected, DISPLAY])('that is invalid has to be reconnected', async (account) => {
    const { ended } = await collected({ ...account, fault: { kind: 'dead_token' } }, SANDBOX_DISPLAY_APP);
    expect(new Set(ended.split(/ (?=failed)/))).toEqual(new Set(['failed needs_reconnect']));
  });

  it('lacks the permission that its own API asks for', async () => {
    const fault = { kind: 'missing_permission' } as const;
    expect((await collected({ ...connected, fault }, SANDBOX_DISPLAY_APP)).message).toContain('user.insights');
    expect((await collected({ ...DISPLAY, fault }, SANDBOX_DISPLAY_APP)).message).toContain('user.info.basic');
  });

  it('cannot be renewed without an app, and both pairs of variables are named', async () => {
    const { ended, message } = await collected({ ...connected, fault: { kind: 'expired_token' } }, NO_APP);
    expect(ended).toMatch(/^failed configuration/);
    for (const name of ['TIKTOK_BUSINESS_CLIENT_ID', 'TIKTOK_CLIENT_KEY']) expect(message).toContain(name);
  });
});

describe('with an app for only one API', () => {
  it.each([
    ['Accounts', DISPLAY, {}],
    ['Display', connected, { ...NO_APP, ...SANDBOX_DISPLAY_APP }],
  ])('the %s API is the only one that is asked', async (api, account, environment) => {
    const { ended, requests } = await collected(account, environment);
    expect(ended).toMatch(/^failed needs_reconnect/);
    expect(new Set(requests.map((request) => request.split(' ')[1]))).toEqual(new Set([api.toLowerCase()]));
  });
});

describe('of two refusals', () => {
  const STALE: Answer = [200, { code: 40105, message: 'stale' }];
  const FOREIGN: Answer = [401, { error: { code: 'access_token_invalid', message: 'foreign' } }];

  it.each<[string, Answer, Answer, object]>([
    ['the first, if neither knows the token', STALE, FOREIGN, { reason: 'needs_reconnect' }],
    ['the one that knows it', [200, { code: 40001, message: 'scope' }], FOREIGN, { reason: 'missing_permission' }],
    [
      'the one that knows it, if it is the second',
      STALE,
      [401, { error: { code: 'scope_not_authorized', message: 'scope' } }],
      { reason: 'missing_permission' },
    ],
    ['the temporary one', STALE, [500, { error: { code: 'internal_error' } }], { reason: 'platform_error' }],
  ])('reports %s', async (_which, accounts, display, { reason }: { reason?: string }) => {
    const { url } = await serveApi(({ pathname }) => (pathname.startsWith('/v2/') ? display : accounts));
    const app = { url, clientId: 'app', clientSecret: 'secret' };
    const account = { accountId: 'a', accessToken: 'act.one', refreshToken: 'rft.one', tokenExpiresAt: null };
    const error: unknown = await tiktok({ loginUrl: '', accounts: app, display: app })
      .collect(account, [dayOf('2026-11-21', 'UTC')], lentContext(NOON).context)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason });
    expect(error instanceof StaleToken).toBe(reason === 'needs_reconnect');
  });

  it('does not ask the second API if the first one is down', async () => {
    const { url, requests } = await serveApi(() => [503, 'no']);
    const app = { url, clientId: 'app', clientSecret: 'secret' };
    const account = { accountId: 'a', accessToken: 'act.one', refreshToken: 'rft.one', tokenExpiresAt: null };
    const platform = tiktok({ loginUrl: '', accounts: app, display: app });
    await expect(platform.check(account, lentContext(NOON).context)).rejects.toMatchObject({
      reason: 'platform_error',
    });
    expect(requests).toHaveLength(4);
  });
});
