import { describe, expect, it } from 'vitest';
import { StaleToken } from '../../../src/errors.js';
import type { Judge } from '../../../src/http/http.js';
import { type OAuthClient, openSession } from '../../../src/platforms/shared/oauth.js';
import { judgePlain } from '../../../src/platforms/shared/verdicts.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { collecting } from '../../conformance/collecting.js';
import { lentContext, serveApi } from '../../support/api.js';

describe.each(['youtube', 'linkedin'] as const)('%s', (platform) => {
  const { account, states } = EXPECTED[platform];
  const prefix = platform === 'youtube' ? 'GOOGLE' : 'LINKEDIN';
  const expired = { ...account, fault: { kind: 'expired_token' } } as const;

  it('renews the token once after it is refused, and collects everything', async () => {
    const { days, sandbox } = await collecting(expired);
    expect(days.map(({ ended }) => ended).join(' ')).toBe(states);
    expect(sandbox.fired(account.accountId, 'expired_token')).toBe(1);
    expect(sandbox.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('renews the token before the first request if it is known to have expired', async () => {
    const { days, sandbox } = await collecting(account, { tokenExpiresAt: '2026-11-22T11:59:59Z' });
    expect(days.map(({ ended }) => ended).join(' ')).toBe(states);
    expect(sandbox.requests.map(({ method }) => method).join(' ')).toMatch(/^POST( GET)+$/);
  });

  it("needs the app's credentials only to renew a token", async () => {
    const environment = { [`${prefix}_CLIENT_SECRET`]: undefined };
    expect((await collecting(account, { environment })).days[0]?.ended).toBe('settled');
    const { days } = await collecting(expired, { environment });
    expect(days[0]?.ended).toBe('failed configuration');
    expect(days[0]?.message).toContain(`${prefix}_CLIENT_SECRET`);
  });

  it('blames the app, not the account, if the app is refused', async () => {
    const { days, warnings } = await collecting(expired, { environment: { [`${prefix}_CLIENT_SECRET`]: 'wrong' } });
    expect(days[0]?.ended).toBe('failed configuration');
    expect(days[0]?.message).toContain(`${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET`);
    // One, and not that the platform is asked nothing more: other connections' tokens may still be good.
    expect(warnings).toEqual([
      expect.stringMatching(`refuses the app.*${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET`),
    ]);
  });

  it('requires a reconnection without a refresh token', async () => {
    const { refreshToken: _, ...without } = expired;
    const { days, requests } = await collecting(without);
    expect(days[0]?.ended).toBe('failed needs_reconnect');
    expect(requests.total).toBe(1);
  });
});

const judgeStale: Judge<unknown> = (answer) =>
  answer.status === 401 ? { kind: 'refuse', error: new StaleToken('stale') } : judgePlain('the API', answer);

describe('a session', () => {
  const tokens = { accessToken: 'old', refreshToken: 'refresh', tokenExpiresAt: null };

  async function session(renewal: readonly [number, object]) {
    const { url, requests } = await serveApi(({ pathname }, token) => {
      if (pathname === '/token') return renewal;
      return token === 'new' ? [200, {}] : [401, {}];
    });
    const client: OAuthClient = {
      provider: 'Any',
      tokenUrl: `${url}/token`,
      clientId: 'id',
      clientSecret: 'secret',
      variables: { id: 'ANY_CLIENT_ID', secret: 'ANY_CLIENT_SECRET' },
      scopes: ['analytics', 'everything'],
    };
    const { get } = openSession(client, tokens, lentContext(NOON).context);
    const ask = () => get({ api: 'any', url: new URL(`${url}/data`) }, judgeStale);
    return { ask, requests };
  }

  it('shares one renewal among concurrent requests', async () => {
    const { ask, requests } = await session([200, { access_token: 'new' }]);
    await Promise.all([ask(), ask(), ask()]);
    await ask();
    expect(requests.filter(({ pathname }) => pathname === '/token')).toHaveLength(1);
  });

  it.each(['other analytics', 'everything,other', ''])('accepts the scopes %j', async (scope) => {
    const { ask } = await session([200, { access_token: 'new', scope }]);
    await expect(ask()).resolves.toEqual({});
  });

  it.each([
    [200, { access_token: 'new', scope: 'other analytics.more' }, 'missing_permission', 'analytics'],
    [400, { error: 'invalid_grant' }, 'needs_reconnect', 'connect the account again'],
    [400, { error: 'invalid_request', error_description: 'refresh token is expired' }, 'needs_reconnect', 'connect'],
    [400, { error: 'invalid_request' }, 'unexpected_response', 'invalid_request'],
    [503, { error: 'temporarily_unavailable' }, 'platform_error', '503'],
    [401, { error: 'disabled_client' }, 'configuration', 'enable it, or set ANY_CLIENT_ID and ANY_CLIENT_SECRET'],
    [400, { error: 'invalid_rapt' }, 'needs_reconnect', 'session policy of the Workspace'],
    [403, { error: 'rate_limit_exceeded' }, 'throttled', 'higher token grant rate'],
    [401, { error: 'access_denied' }, 'needs_reconnect', 'not allowed to renew tokens'],
    [200, { token: 'new' }, 'unexpected_response', 'without an access token'],
    [200, { access_token: 'other' }, 'needs_reconnect', 'stale'],
  ])('turns HTTP %i with %j into %s', async (status, json, reason, message) => {
    const { ask } = await session([status, json]);
    await expect(ask()).rejects.toMatchObject({ reason, message: expect.stringContaining(message) });
  });
});
