import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config.js';
import { type ConnectOptions, consentedAccounts } from '../../src/connect/connect.js';
import { PlatformError } from '../../src/errors.js';
import type { Consent, ConsentFlow } from '../../src/platforms/consent.js';
import type { Platform } from '../../src/platforms/contract.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { type Answer, serveApi } from '../support/api.js';
import { flowOf } from './flow.js';

const CODE = 'code-0123456789abcdef';
const TOKEN = 'acme-token-0123456789abcdef';
const TOKENS = { access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 };
const NOW = new Date('2026-11-22T12:00:00Z');
const ELSEWHERE = 'https://example.com/done';

function platformOf(consent: ConsentFlow | undefined): Platform {
  const [platform] = createPlatforms(loadConfig({})).values();
  if (platform === undefined) throw new Error('no platform');
  const { consent: _, ...others } = platform;
  return { ...others, name: 'acme', ...(consent && { consent }) };
}

const ACCOUNT = { accountId: '1', accountName: 'One', accessToken: TOKEN, refreshToken: null, tokenExpiresAt: null };

/** Consents at once, by pasting what a provider would send the browser to. */
async function connect(answer: Answer, own: Partial<ConsentFlow> = {}, options: Partial<ConnectOptions> = {}) {
  const { url, requests } = await serveApi(() => answer);
  const flow = flowOf({ tokenUrl: `${url}/token`, accounts: async () => [ACCOUNT], ...own });
  let state = '';
  const found = consentedAccounts({
    platform: platformOf(flow),
    clock: { ...systemClock, now: () => NOW },
    redirectUri: ELSEWHERE,
    onAddress(address) {
      state = new URL(address).searchParams.get('state') ?? '';
    },
    paste: async function* () {
      yield `${ELSEWHERE}?code=${CODE}&state=${state}`;
    },
    warn: () => undefined,
    ...options,
  });
  // A test that only looks at the requests.
  found.catch(() => undefined);
  return { found, requests };
}

test('passes on the tokens, with the instants at which they end', async () => {
  let consent: Consent | undefined;
  const { found } = await connect([200, { ...TOKENS, refresh_token: 'refresh', refresh_token_expires_in: 604_799 }], {
    accounts: async (given) => {
      consent = given;
      return [ACCOUNT];
    },
  });
  expect(await found).toEqual([ACCOUNT]);
  expect(consent).toEqual({
    accessToken: TOKEN,
    refreshToken: 'refresh',
    expiresAt: new Date('2026-11-22T13:00:00Z'),
    refreshExpiresAt: new Date(NOW.getTime() + 604_799_000),
    answer: expect.objectContaining({ access_token: TOKEN }),
  });
});

test('accepts an answer without a type, without an end and with an empty refresh token', async () => {
  const { found } = await connect([200, { access_token: TOKEN, refresh_token: '' }], {
    accounts: async ({ refreshToken, expiresAt }) => [{ ...ACCOUNT, refreshToken, tokenExpiresAt: expiresAt }],
  });
  expect(await found).toEqual([ACCOUNT]);
});

test.each<[string, Answer, string, RegExp]>([
  ['a wrong secret', [401, { error: 'invalid_client' }], 'consent_failed', /invalid_client.*Check ACME_CLIENT_ID and/],
  [
    'a used code',
    [400, { error: 'invalid_grant', error_description: `Bad ${CODE}` }],
    'consent_failed',
    /invalid_grant/,
  ],
  [
    'an error of the Graph API',
    [400, { error: { message: 'Code expired', code: 100 } }],
    'consent_failed',
    /Code expired/,
  ],
  ['no token', [200, { hello: 'world' }], 'consent_failed', /unexpected/],
  ['a list', [200, [TOKENS]], 'consent_failed', /unexpected/],
  ['a temporary failure', [503, 'busy'], 'consent_failed', /HTTP 503/],
  [
    'fewer permissions',
    [200, { ...TOKENS, scope: 'read' }],
    'consent_incomplete',
    /lacks https:\/\/acme.example\/stats/,
  ],
])('says what is wrong if the answer to the code is %s', async (_, answer, code, told) => {
  const { found, requests } = await connect(answer);
  const error = await found.catch((given) => given);
  expect(error).toMatchObject({ code });
  expect(`${error.message} ${error.fix}`).toMatch(told);
  expect(JSON.stringify([error.message, error.fix, error.cause])).not.toMatch(/0123456789abcdef/);
  // A code is never sent twice.
  expect(requests).toHaveLength(1);
});

test.each([
  ['platform_error', 'consent_failed'],
  ['missing_permission', 'consent_incomplete'],
] as const)('fails with %s as %s if accounts cannot be listed, and does not show the token', async (reason, code) => {
  const { found } = await connect([200, TOKENS], {
    accounts: async () => {
      throw new PlatformError(reason, `no answer for ${TOKEN}`);
    },
  });
  await expect(found).rejects.toMatchObject({ code, message: expect.stringContaining('no answer for [redacted]') });
});

test('shows no secret that a platform repeats while it lists the accounts', async () => {
  const secret = 'acme-secret-of-the-app';
  const warnings: string[] = [];
  const { found } = await connect(
    [200, TOKENS],
    {
      clientSecret: { variable: 'ACME_CLIENT_SECRET', value: secret },
      accounts: async (_, { warn }) => {
        warn(`names: bad secret ${secret} or token ${TOKEN}`);
        throw new PlatformError('platform_error', `bad secret ${secret}`);
      },
    },
    { warn: (message) => void warnings.push(message) },
  );
  await expect(found).rejects.toMatchObject({ message: expect.stringContaining('bad secret [redacted]') });
  expect(warnings).toEqual(['names: bad secret [redacted] or token [redacted]']);
});

test('says whom to sign in as if the consent opens no account', async () => {
  const { found } = await connect([200, TOKENS], { accounts: async () => [] });
  await expect(found).rejects.toMatchObject({
    code: 'no_accounts',
    fix: expect.stringContaining('Choose another account.'),
  });
});

test('opens nothing without credentials, and names the variable', async () => {
  let opened = false;
  const onAddress = () => {
    opened = true;
  };
  const clientSecret = { variable: 'ACME_CLIENT_SECRET', value: null };
  const { found } = await connect([200, TOKENS], { clientSecret }, { onAddress });
  await expect(found).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('ACME_CLIENT_SECRET'),
    fix: 'Register an app.',
  });
  expect(opened).toBe(false);
});

test('names the command for platforms that are not connected in a browser', async () => {
  const { found } = await connect([200, TOKENS], {}, { platform: platformOf(undefined) });
  await expect(found).rejects.toMatchObject({ code: 'usage', fix: expect.stringContaining('connections add') });
});

test('asks again if the pasted text does not answer the request', async () => {
  const texts: string[] = ['rubbish', `${ELSEWHERE}?code=planted&state=another`];
  const warnings: string[] = [];
  const { found, requests } = await connect(
    [200, TOKENS],
    {},
    {
      onAddress: (address) =>
        void texts.push(`${ELSEWHERE}?code=${CODE}&state=${new URL(address).searchParams.get('state')}`),
      paste: async function* () {
        yield* texts;
      },
      warn: (message) => void warnings.push(message),
    },
  );
  expect(await found).toEqual([ACCOUNT]);
  expect(warnings).toEqual([expect.stringContaining('not the address'), expect.stringContaining('wrong state')]);
  expect(requests).toHaveLength(1);
});

test('says that nothing was pasted', async () => {
  const paste = async function* () {};
  const { found } = await connect([200, TOKENS], {}, { paste });
  await expect(found).rejects.toMatchObject({ code: 'consent_failed', message: 'Nothing was pasted.' });
});

test('checks that tokens can be stored before it asks anybody for consent', async () => {
  const { found } = await connect(
    [200, TOKENS],
    {},
    { expectStore: () => Promise.reject(new Error('away')), onAddress: () => expect.unreachable() },
  );
  await expect(found).rejects.toThrow('away');
});

test('gives up after its timeout, and ends the prompt for pasting', async () => {
  let given: AbortSignal | undefined;
  const paste = async function* (_: boolean, signal: AbortSignal) {
    given = signal;
    yield await new Promise<string>(() => undefined);
  };
  const { found } = await connect([200, TOKENS], {}, { paste, timeoutMs: 1 });
  await expect(found).rejects.toMatchObject({ code: 'consent_timeout' });
  expect(given?.aborted).toBe(true);
});
