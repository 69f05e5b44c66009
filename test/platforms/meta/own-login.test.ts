import { describe, expect, test } from 'vitest';
import { threads } from '../../../src/platforms/threads/threads.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { instagramAt } from '../instagram/at.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const CONSENT = { accessToken: 'SHORT', refreshToken: null, expiresAt: NOW, refreshExpiresAt: null, answer: {} };
const LONG: Answer = [200, { access_token: 'LONG', token_type: 'bearer', expires_in: 60 }];
const refused = (code: number): Answer => [400, { error: { code, message: 'no' } }];

/** Lists the accounts of a login of Threads, at an API that exchanges tokens as given. */
async function listed(exchange: (url: URL) => Answer, me: Answer = [200, { id: '25890000000000001' }]) {
  const { url, requests } = await serveApi((asked, token) => {
    if (asked.pathname === '/access_token') return exchange(asked);
    return token === 'LONG' ? me : refused(190);
  });
  const { consent } = threads({ url, loginUrl: url, appId: '1', appSecret: 'app-secret' });
  const found = consent?.accounts(CONSENT, lentContext(NOW).context);
  return { found, requests };
}

describe('the exchange for a token of 60 days', () => {
  test('has no token and no secret in the address if the body is read', async () => {
    const { found, requests } = await listed(() => LONG);
    expect(await found).toMatchObject([{ accessToken: 'LONG', tokenExpiresAt: new Date(NOW.getTime() + 60_000) }]);
    expect(requests.join(' ')).not.toMatch(/SHORT|LONG|app-secret/);
  });

  test.each([100, 104, 190, 2500])(
    'has them there, as documented, if the body is refused with code %i',
    async (code) => {
      const { found } = await listed(({ searchParams }) => (searchParams.has('access_token') ? LONG : refused(code)));
      expect(await found).toMatchObject([{ accessToken: 'LONG' }]);
    },
  );

  test('is not retried after another refusal', async () => {
    const { found, requests } = await listed(() => refused(10));
    await expect(found).rejects.toMatchObject({ reason: 'missing_permission' });
    expect(requests).toHaveLength(1);
  });
});

test('refuses an account without an id', async () => {
  const { found } = await listed(() => LONG, [200, { username: 'oslo' }]);
  await expect(found).rejects.toMatchObject({ reason: 'unexpected_response' });
});

describe("the answer to a code of Instagram's login", () => {
  const asOAuth = (json: unknown) => {
    const login = { loginUrl: 'https://x', tokenUrl: 'https://x', appId: '1', appSecret: 's' };
    return instagramAt('https://x', login).consent?.tokenAnswer?.({ status: 200, headers: {}, json }).json;
  };

  test.each([
    ['a list', { data: [{ access_token: 'SHORT', user_id: '1', permissions: 'one,two' }] }],
    ['flat, with a list of permissions', { access_token: 'SHORT', user_id: 1, permissions: ['one', 'two'] }],
  ])('is read as %s', (_, json) => {
    expect(asOAuth(json)).toEqual({ access_token: 'SHORT', scope: 'one,two' });
  });

  test('is a refusal in a form of its own', () => {
    expect(asOAuth({ error_type: 'OAuthException', code: 400, error_message: 'Matching code was not found' })).toEqual({
      error: 'OAuthException',
      error_description: 'Matching code was not found',
    });
  });
});
