import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../src/errors.js';
import type { HttpAnswer, HttpRequest, Verdict } from '../../../src/http/http.js';
import { accessOf } from '../../../src/platforms/meta/access.js';
import { metaSettings } from '../../../src/platforms/meta/variables.js';
import { lentContext, serveApi } from '../../support/api.js';

const SETTINGS = metaSettings({
  META_GRAPH_URL: 'https://graph.facebook.com',
  INSTAGRAM_GRAPH_URL: 'https://graph.instagram.com',
  META_LOGIN_URL: 'https://www.facebook.com',
  META_GRAPH_VERSION: 'v25.0',
  META_APP_ID: '123',
  META_APP_SECRET: 'app-secret',
});
const UNTIL = Date.UTC(2026, 11, 5) / 1_000;

/** What is asked, and the end in an answer: null if there is none, or a failure. */
async function asked(answer: Partial<HttpAnswer>, accessToken = 'EAA&secret') {
  const requests: HttpRequest[] = [];
  const verdicts: Verdict<unknown>[] = [];
  const http = {
    async ask<T>(request: HttpRequest, judge: (given: HttpAnswer) => Verdict<T>): Promise<T> {
      requests.push(request);
      const verdict = judge({ status: 200, headers: {}, json: undefined, ...answer });
      verdicts.push(verdict);
      if (verdict.kind === 'accept') return verdict.value;
      throw verdict.error;
    },
  };
  const account = { accountId: '1', accessToken, refreshToken: null, tokenExpiresAt: null };
  const context = { http, now: () => new Date(), warn: () => undefined };
  const end = await accessOf(SETTINGS)
    .accessEnds?.(account, context)
    .catch((error: unknown) => error);
  return { end, request: requests[0], verdict: verdicts[0] };
}

const part = (body: unknown, code = 200) => ({ json: [{ code, body: JSON.stringify(body) }] });
const debugged = (data: object) => part({ data: { is_valid: true, ...data } });
const refused = (code: number, status = 400) => ({ error: { message: 'said', code, type: 'OAuthException', status } });

it('sends the tokens in the body, in none of the addresses', async () => {
  const { request } = await asked(debugged({}));
  expect(request).toMatchObject({ method: 'POST', headers: {} });
  expect(request?.url.href).toBe('https://graph.facebook.com/v25.0/');
  expect(request?.form).toMatchObject({ access_token: '123|app-secret', include_headers: 'false' });
  expect(JSON.parse(request?.form?.batch ?? '')).toEqual([
    { method: 'GET', relative_url: 'debug_token?input_token=EAA%26secret' },
  ]);
});

it.each([
  ['of the access, if the token has none', { expires_at: 0, data_access_expires_at: UNTIL }],
  ['of the token, if it comes first', { expires_at: UNTIL, data_access_expires_at: UNTIL + 60 }],
  ['of the token, if there is no other', { expires_at: UNTIL }],
])('takes the end %s', async (_which, data) => {
  expect((await asked(debugged(data))).end).toEqual(new Date('2026-12-05T00:00:00Z'));
});

it.each<[string, Partial<HttpAnswer>]>([
  ['that there is no end', debugged({ expires_at: 0, data_access_expires_at: 0 })],
  ['no date', debugged({})],
  ['milliseconds', debugged({ expires_at: UNTIL * 1_000 })],
  ['words for a date', debugged({ expires_at: 'soon' })],
  ['an invalid token', part({ data: { is_valid: false, expires_at: UNTIL, error: { code: 190 } } })],
  ['that the token is of another app', part(refused(100), 400)],
  ['that a batch does not take it', part(refused(2500), 400)],
  ['something that is not JSON', { json: [{ code: 200, body: '<html>' }] }],
  ['another number of parts', { json: [] }],
  ['an error without a meaning', part(refused(987_654), 400)],
  ['that the app is refused', { status: 400, json: refused(190) }],
  ['that the app is blocked', { status: 400, json: { error: { message: 'API access blocked.', code: 200 } } }],
])('counts as not known: %s', async (_what, answer) => {
  const { end, verdict } = await asked(answer);
  expect(verdict).toEqual({ kind: 'accept', value: null });
  expect(end).toBeNull();
});

describe('is asked again by the next run, and not before', () => {
  it.each<[string, Partial<HttpAnswer>]>([
    ['a part that was not answered in time', { json: [null] }],
    ['an app over its limit', { status: 403, json: refused(4) }],
    ['a part over a limit', part(refused(17), 400)],
    ['a fault of the service', { status: 500, json: refused(2) }],
    ['a gateway without JSON', { status: 502 }],
  ])('after %s', async (_what, answer) => {
    const { end, verdict } = await asked(answer);
    expect(end).toBeInstanceOf(PlatformError);
    expect(verdict).toMatchObject({ kind: 'refuse' });
  });
});

it('is not asked for with a token of the Instagram login, nor without the app', async () => {
  expect(await asked({}, 'IGAA')).toEqual({ end: null });
  expect(accessOf({ ...SETTINGS, appSecret: null })).toEqual({});
  expect(accessOf({ ...SETTINGS, appId: null })).toEqual({});
});

it('is not asked for any more in a run after three failures, which do not affect the other API', async () => {
  const api = await serveApi((url) => (url.pathname === '/v25.0/' ? [403, refused(4)] : [200, {}]));
  const { context, client, warnings } = lentContext(new Date());
  const { accessEnds } = accessOf({ ...SETTINGS, graphUrl: api.url });
  const tokens = ['EAA1', 'EAA2', 'EAA3', 'EAA4', 'EAA5'];
  for (const accessToken of tokens) {
    const http = client.lane('facebook', accessToken);
    const account = { accountId: '1', accessToken, refreshToken: null, tokenExpiresAt: null };
    await expect(accessEnds?.(account, { ...context, http })).rejects.toThrow('said');
    const url = new URL(`${api.url}/v25.0/1`);
    await http.ask({ api: 'Facebook Graph API', method: 'GET', url, headers: {} }, () => ({
      kind: 'accept',
      value: 1,
    }));
  }
  expect(api.requests.filter(({ pathname }) => pathname === '/v25.0/')).toHaveLength(3);
  expect(warnings).toEqual([expect.stringContaining('Facebook token debugger is skipped for the rest of this run')]);
});
