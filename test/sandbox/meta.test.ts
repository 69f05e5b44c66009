import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/account.js';
import { ask, FACEBOOK, INSTAGRAM, sandboxOf } from './ask.js';

const SINCE = Date.parse('2026-11-19T08:00:00Z') / 1000;
const INSIGHTS = `/${FACEBOOK.accountId}/insights?metric=page_follows,page_views_total&period=day&since=${SINCE}&until=${SINCE + 2 * 86_400}`;
const page = (fault?: Fault) => ({ ...FACEBOOK, accessToken: 'EAApage', ...(fault && { fault }) });

async function askPage(fault?: Fault, version = 'v25.0', path = INSIGHTS) {
  const sandbox = await sandboxOf([page(fault), INSTAGRAM]);
  const answer = ask(`${sandbox.urls.META_GRAPH_URL}/${version}${path}`, 'EAApage');
  return { sandbox, answer };
}

describe('versions and addresses', () => {
  it.each([
    ['v25.0', 200, 'v25.0'],
    ['v27.0', 200, 'v27.0'],
    ['v19.0', 200, 'v21.0'],
    ['v99.0', 400, null],
  ])('%s', async (version, status, served) => {
    const answer = await (await askPage(undefined, version)).answer;
    expect([answer.status, answer.headers.get('facebook-api-version')]).toEqual([status, served]);
    if (status !== 200)
      expect(answer.json.error).toMatchObject({
        code: 2500,
        message: expect.stringContaining('Unknown path components'),
      });
  });

  it('counts addresses that the API does not have', async () => {
    const { sandbox, answer } = await askPage(undefined, 'v25.0', `/${FACEBOOK.accountId}/posts`);
    expect((await answer).status).toBe(404);
    expect((await ask(`${sandbox.urls.META_GRAPH_URL}/${FACEBOOK.accountId}`, 'EAApage')).json.error.code).toBe(2500);
    expect((await ask(new URL('/v25.0/me', sandbox.urls.META_GRAPH_URL).href, 'EAApage')).status).toBe(404);
    expect(sandbox.counters.unexpected).toBe(3);
  });
});

describe('tokens', () => {
  it('counts tokens in addresses and followed paging addresses', async () => {
    const { sandbox, answer } = await askPage();
    const next = (await answer).json.paging.next;
    expect(next).toContain('access_token=EAApage');
    expect(sandbox.counters).toMatchObject({ tokensInUrl: 0, pagingFollowed: 0 });
    await ask(next);
    expect(sandbox.counters).toMatchObject({ tokensInUrl: 1, pagingFollowed: 1 });
  });

  it('requires a proof when it has an app secret', async () => {
    const { urls } = await sandboxOf([page()], { metaAppSecret: 'secret' });
    const message = async (proof: string) =>
      (await ask(`${urls.META_GRAPH_URL}/v25.0${INSIGHTS}${proof}`, 'EAApage')).json.error?.message;
    expect(await message('')).toBe('API calls from the server require an appsecret_proof argument');
    expect(await message('&appsecret_proof=00')).toBe('Invalid appsecret_proof provided in the API argument');
    const proof = createHmac('sha256', 'secret').update('EAApage').digest('hex');
    expect(await message(`&appsecret_proof=${proof}`)).toBeUndefined();
  });
});

describe('faults', () => {
  it.each<[Fault, number, object]>([
    [{ kind: 'dead_token' }, 400, { code: 190, error_subcode: 463 }],
    [{ kind: 'dead_token', subcode: 460 }, 400, { code: 190, error_subcode: 460 }],
    [{ kind: 'missing_permission' }, 400, { code: 10 }],
    [{ kind: 'throttled' }, 400, { code: 80001 }],
    [{ kind: 'throttled', code: 17 }, 400, { code: 17, error_subcode: 2446079 }],
    [{ kind: 'server_error' }, 500, { code: 2, is_transient: true }],
    [{ kind: 'server_error', code: 1 }, 500, { code: 1 }],
    [{ kind: 'error_in_200' }, 200, { code: 2 }],
  ])('%j is an error of the API', async (fault, status, error) => {
    const { sandbox, answer } = await askPage(fault);
    expect((await answer).status).toBe(status);
    expect((await answer).json.error).toMatchObject(error);
    expect(sandbox.fired(FACEBOOK.accountId, fault.kind)).toBe(1);
  });

  it.each<['no_data' | 'permission_empty' | 'unknown_fields' | 'numbers_as_strings' | 'wrong_types', unknown]>([
    ['no_data', []],
    ['permission_empty', []],
    ['unknown_fields', expect.arrayContaining([expect.objectContaining({ sandbox_extra: expect.anything() })])],
    [
      'numbers_as_strings',
      expect.arrayContaining([
        expect.objectContaining({
          values: expect.arrayContaining([expect.objectContaining({ value: expect.stringMatching(/^\d+$/) })]),
        }),
      ]),
    ],
    [
      'wrong_types',
      expect.arrayContaining([
        expect.objectContaining({ values: expect.arrayContaining([expect.objectContaining({ value: 'many' })]) }),
      ]),
    ],
  ])('%s distorts the answer', async (kind, data) => {
    const { sandbox, answer } = await askPage({ kind });
    expect((await answer).json.data).toEqual(data);
    expect(sandbox.fired(FACEBOOK.accountId, kind)).toBe(1);
  });

  it('drops fields, truncates JSON, answers with HTML, or cuts the connection', async () => {
    const { json } = await (await askPage({ kind: 'missing_fields' })).answer;
    expect(json.data[0].values.map((value: object) => 'value' in value)).toEqual([true, false, true]);
    const truncated = await (await askPage({ kind: 'truncated_json' })).answer.catch((error: Error) => error);
    expect(truncated).toBeInstanceOf(SyntaxError);
    expect(await (await askPage({ kind: 'html' })).answer).toMatchObject({ status: 200, json: null });
    expect(await (await askPage({ kind: 'api_down' })).answer).toMatchObject({ status: 503, json: null });
    await expect((await askPage({ kind: 'reset' })).answer).rejects.toThrow('fetch failed');
  });

  it("stalls until the client's time limit", async () => {
    const sandbox = await sandboxOf([page({ kind: 'stall' })]);
    const request = fetch(`${sandbox.urls.META_GRAPH_URL}/v25.0${INSIGHTS}`, {
      headers: { authorization: 'Bearer EAApage' },
      signal: AbortSignal.timeout(100),
    });
    await expect(request).rejects.toThrow('timeout');
    expect(sandbox.fired(FACEBOOK.accountId, 'stall')).toBe(1);
  });

  it('stops a fault after the given number of requests', async () => {
    const { sandbox, answer } = await askPage({ kind: 'server_error', times: 1 });
    expect((await answer).status).toBe(500);
    expect((await ask(`${sandbox.urls.META_GRAPH_URL}/v25.0${INSIGHTS}`, 'EAApage')).status).toBe(200);
    expect(sandbox.fired(FACEBOOK.accountId, 'server_error')).toBe(1);
  });
});
