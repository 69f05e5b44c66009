import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { isAnswer, NotThisAnswer, readAnswer, readPasted } from '../../src/connect/answer.js';
import { missingScopes } from '../../src/connect/exchange.js';
import { createRequest } from '../../src/connect/request.js';
import { flowOf } from './flow.js';

const FLOW = flowOf({ authorizationParameters: (standard) => ({ ...standard, access_type: 'offline' }) });
const REDIRECT = 'http://127.0.0.1:4321/';
const CODE = 'sandbox-code-0123456789';

async function answer(parameters: Record<string, string>) {
  const request = await createRequest(FLOW, 'id', REDIRECT);
  const given = new URLSearchParams({ state: request.state, ...parameters });
  try {
    return readAnswer(FLOW, 'id', request, given).get('code');
  } catch (error) {
    return error;
  }
}

test('each request has its own state and, if the provider supports it, a hashed challenge', async () => {
  const request = await createRequest(FLOW, 'id', REDIRECT);
  const parameters = Object.fromEntries(new URL(request.address).searchParams);
  expect(parameters).toEqual({
    client_id: 'id',
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'read https://acme.example/stats',
    access_type: 'offline',
    state: request.state,
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256')
      .update(request.verifier ?? '')
      .digest('base64url'),
  });
  const other = await createRequest(flowOf({ pkce: false }), 'id', REDIRECT);
  expect(other.state).not.toBe(request.state);
  expect(other.verifier).toBeNull();
  expect(other.address).not.toContain('challenge');
});

test('an answer with the state of the request gives its code, with any other parameters', async () => {
  expect(await answer({ code: CODE, scope: 'read', iss: 'https://acme.example' })).toBe(CODE);
});

test.each([
  [{ error: 'access_denied' }, 'consent_denied', /denied at Acme/],
  [{ error: 'user_cancelled_login', error_description: 'Never mind' }, 'consent_denied', /denied at Acme/],
  [
    { error: 'invalid_scope', error_description: 'No such\nscope.' },
    'consent_failed',
    /invalid_scope: No such scope\.$/,
  ],
  [{}, 'consent_failed', /without a code/],
  [{ code: CODE, id_token: 'unexpected' }, 'consent_failed', /without a code/],
])('an answer with %j ends in %s', async (parameters, code, message) => {
  const error = await answer(parameters);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect((error as Error).cause).toBeUndefined();
  expect(JSON.stringify(error)).not.toContain(CODE);
});

test.each([
  { state: 'another', code: CODE },
  // The error of a request that is not this one says nothing about this one.
  { state: 'another', error: 'access_denied' },
])('keeps waiting after an answer to another request: %j', async (parameters) => {
  const error = await answer(parameters);
  expect(error).toBeInstanceOf(NotThisAnswer);
  expect(String(error)).toMatch(/wrong state/);
  expect(String(error)).not.toContain(CODE);
});

test('other requests of a browser are no answer', () => {
  expect(isAnswer(new URLSearchParams(''))).toBe(false);
  expect(isAnswer(new URLSearchParams('utm_source=x'))).toBe(false);
  expect(isAnswer(new URLSearchParams('error=access_denied'))).toBe(true);
});

test('a pasted address may have white space around it, and what providers append to it', () => {
  expect(readPasted(`  https://example.com/connected?code=${CODE}&state=s#_=_\n`).get('code')).toBe(CODE);
});

test.each(['', CODE, 'https://example.com/connected', `example.com?code=${CODE}`])(
  'refuses pasted text that is not the whole address: %j',
  (text) => {
    expect(() => readPasted(text)).toThrow(NotThisAnswer);
    expect(() => readPasted(text)).toThrow(expect.not.objectContaining({ message: expect.stringContaining(CODE) }));
  },
);

test.each([
  ['read https://acme.example/stats', []],
  ['https://acme.example/stats,read,more', []],
  ['read', ['https://acme.example/stats']],
  [undefined, []],
  ['', []],
])('the granted scopes %j lack %j', (granted, missing) => {
  expect(missingScopes(FLOW, granted)).toEqual(missing);
});
