import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { sandboxOf, YOUTUBE } from './ask.js';

const REDIRECT = 'http://127.0.0.1:4321/';
const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-0';
const ASKED = {
  client_id: SANDBOX_CREDENTIALS.GOOGLE_CLIENT_ID,
  redirect_uri: REDIRECT,
  response_type: 'code',
  scope: 'one two',
  state: 'state',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
};

async function consent(clock = { ms: Date.parse('2026-11-22T12:00:00Z') }) {
  const sandbox = await sandboxOf([YOUTUBE], { now: () => new Date(clock.ms) });
  const address = `${sandbox.urls.GOOGLE_ACCOUNTS_URL}/o/oauth2/v2/auth`;
  const page = (own: Record<string, string>) => fetch(`${address}?${new URLSearchParams({ ...ASKED, ...own })}`);
  const decide = async (decision: string) => {
    const body = new URLSearchParams({ ...ASKED, decision, person: YOUTUBE.accountId });
    body.append('granted', 'one');
    const answer = await fetch(address, { method: 'POST', body, redirect: 'manual' });
    return new URL(answer.headers.get('location') ?? '').searchParams;
  };
  const exchange = async (own: Record<string, string>) => {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: ASKED.client_id,
      client_secret: SANDBOX_CREDENTIALS.GOOGLE_CLIENT_SECRET,
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
      ...own,
    });
    const answer = await fetch(`${sandbox.urls.GOOGLE_OAUTH_URL}/token`, { method: 'POST', body });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  return { sandbox, page, decide, exchange, clock };
}

test('a code is exchanged once, for tokens with the scopes that were granted', async () => {
  const { decide, exchange } = await consent();
  const answer = await decide('allow');
  expect(answer.get('state')).toBe('state');
  const code = answer.get('code') ?? '';
  expect(await exchange({ code })).toMatchObject({
    status: 200,
    json: { scope: 'one', token_type: 'Bearer', refresh_token: YOUTUBE.refreshToken },
  });
  expect(await exchange({ code })).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
});

test.each([[{ code_verifier: 'another' }], [{ redirect_uri: 'http://127.0.0.1:1/' }], [{ code: 'another' }]])(
  'a code is refused with %j',
  async (own) => {
    const { decide, exchange } = await consent();
    const code = (await decide('allow')).get('code') ?? '';
    expect(await exchange({ code, ...own })).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  },
);

test('a code ends after ten minutes', async () => {
  const { decide, exchange, clock } = await consent();
  const code = (await decide('allow')).get('code') ?? '';
  clock.ms += 600_000;
  expect(await exchange({ code })).toMatchObject({ status: 400 });
});

test('a denial gives no code', async () => {
  const { decide } = await consent();
  expect(Object.fromEntries(await decide('deny'))).toEqual({ state: 'state', error: 'access_denied' });
});

test.each([
  [{ client_id: 'another' }, 'invalid_client'],
  [{ redirect_uri: 'http://example.com/' }, 'redirect_uri_mismatch'],
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ scope: '' }, 'invalid_scope'],
  [{ code_challenge_method: 'plain' }, 'invalid_request'],
])('asks for no consent with %j', async (own, error) => {
  const { page } = await consent();
  const answer = await page(own);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain(error);
});

test('the page escapes what the address says', async () => {
  const { page } = await consent();
  expect(await (await page({ state: '"><script>' })).text()).not.toContain('<script>');
});
