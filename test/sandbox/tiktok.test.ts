import { describe, expect, it } from 'vitest';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { trueValue } from '../../src/sandbox/values.js';
import { ask, sandboxOf, TIKTOK } from './ask.js';

interface Asked {
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly account?: Partial<SandboxAccount>;
  readonly token?: string;
}

const WEEK = { start_date: '2026-11-15', end_date: '2026-11-21', fields: '["video_views","followers_count"]' };

async function get({ path = '/open_api/v1.3/business/get/', query = WEEK, account, token = 'act.one' }: Asked) {
  const sandbox = await sandboxOf([{ ...TIKTOK, ...account }]);
  const search = new URLSearchParams({ business_id: TIKTOK.accountId, ...query });
  return ask(`${sandbox.urls.TIKTOK_BUSINESS_URL}${path}?${search}`, undefined, { 'access-token': token });
}

describe('what the Accounts API refuses, with HTTP 200', () => {
  it.each<[string, Asked, number]>([
    ['another account', { query: { ...WEEK, business_id: 'other' } }, 40002],
    ['fields that are no JSON', { query: { ...WEEK, fields: 'video_views' } }, 40002],
    ['an unknown field', { query: { ...WEEK, fields: '["video_views","views"]' } }, 40002],
    ['today', { query: { ...WEEK, end_date: '2026-11-22' } }, 40002],
    ['a day of more than 60 days ago', { query: { ...WEEK, start_date: '2026-09-22', end_date: '2026-09-25' } }, 40002],
    ['an end before the start', { query: { ...WEEK, start_date: '2026-11-21', end_date: '2026-11-20' } }, 40002],
    ['an unknown token', { token: 'act.other' }, 40105],
    ['a token of the Display API', { account: { kind: 'display' } }, 40105],
    ['an expired token', { account: { fault: { kind: 'expired_token' } } }, 40105],
    ['a token without the permission', { account: { fault: { kind: 'missing_permission' } } }, 40001],
    ['too many requests', { account: { fault: { kind: 'throttled' } } }, 40100],
    ['an address it does not have', { path: '/open_api/v1.3/business/video/list/' }, 40000],
  ])('%s', async (_what, asked, code) => {
    const { status, json } = await get(asked);
    expect([status, json.code]).toEqual([200, code]);
  });
});

it('has the followers of each day and those of now under one name, and some dates with a time', async () => {
  const { json } = await get({});
  const { data } = json;
  expect(data.followers_count).toBe(1_000);
  // That of 21 November comes in the afternoon.
  expect(data.metrics.map(({ date }: { date: string }) => date.length)).toEqual([10, 19, 10, 19, 10, 19]);
  expect(data.metrics[0].followers_count).toBe(trueValue(TIKTOK.accountId, 'followers_count', '2026-11-15'));
});

it('gives null for what only Business accounts have', async () => {
  const query = { ...WEEK, fields: '["likes","lead_submissions","engaged_audience"]' };
  const { json } = await get({ query, account: { kind: 'personal' } });
  expect(json.data.metrics[0]).toMatchObject({
    likes: expect.any(Number),
    lead_submissions: null,
    engaged_audience: null,
  });
});

describe('the Display API', () => {
  const user = async (fields: string, account: Partial<SandboxAccount> = {}) => {
    const sandbox = await sandboxOf([{ ...TIKTOK, kind: 'display', ...account }]);
    return ask(`${sandbox.urls.TIKTOK_API_URL}/v2/user/info/?fields=${fields}`, 'act.one');
  };

  it('gives the fields that are asked for, as of now', async () => {
    const { status, json } = await user('open_id,video_count');
    expect([status, json.data.user]).toEqual([200, { open_id: TIKTOK.accountId, video_count: 321 }]);
  });

  it.each<[string, string, Partial<SandboxAccount>, number, string]>([
    ['an unknown field', 'followers_count', {}, 400, 'invalid_params'],
    ['a dead token', 'open_id', { fault: { kind: 'dead_token' } }, 401, 'access_token_invalid'],
    ['a missing permission', 'open_id', { fault: { kind: 'missing_permission' } }, 401, 'scope_not_authorized'],
    ['too many requests', 'open_id', { fault: { kind: 'throttled' } }, 429, 'rate_limit_exceeded'],
  ])('refuses %s', async (_what, fields, account, status, code) => {
    const answer = await user(fields, account);
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
  });
});

describe('a renewal is refused', () => {
  const APP = { client_id: 'sandbox-tiktok-business', client_secret: 'sandbox-tiktok-business-secret' };
  const KEY = { client_key: 'sandbox-tiktok', client_secret: 'sandbox-tiktok-secret' };
  const GRANT = { grant_type: 'refresh_token', refresh_token: 'rft.one' };
  const post = async (kind: SandboxAccount['kind'] | null, path: string, body: string, type: string) => {
    const sandbox = await sandboxOf([{ ...TIKTOK, ...(kind && { kind }) }]);
    const url = kind === 'display' ? sandbox.urls.TIKTOK_API_URL : sandbox.urls.TIKTOK_BUSINESS_URL;
    const response = await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': type }, body });
    return response.json();
  };

  it.each([
    ['a form', new URLSearchParams({ ...APP, ...GRANT }).toString(), 'application/x-www-form-urlencoded', 40002],
    ['another app', JSON.stringify({ ...APP, ...GRANT, client_secret: 'x' }), 'application/json', 40002],
    ['an unknown token', JSON.stringify({ ...APP, ...GRANT, refresh_token: 'x' }), 'application/json', 40105],
    ['what is no JSON', '{', 'application/json', 40002],
  ])('by the Accounts API for %s', async (_what, body, type, code) => {
    expect(await post(null, '/open_api/v1.3/tt_user/oauth2/refresh_token/', body, type)).toMatchObject({ code });
  });

  it.each([
    ['JSON', JSON.stringify({ ...KEY, ...GRANT }), 'application/json', 'invalid_request'],
    ['another app', new URLSearchParams({ ...APP, ...GRANT }).toString(), undefined, 'invalid_client'],
    [
      'an unknown token',
      new URLSearchParams({ ...KEY, ...GRANT, refresh_token: 'x' }).toString(),
      undefined,
      'invalid_grant',
    ],
  ])('by the Display API for %s', async (_what, body, type = 'application/x-www-form-urlencoded', error) => {
    expect(await post('display', '/v2/oauth/token/', body, type)).toMatchObject({ error });
  });
});
