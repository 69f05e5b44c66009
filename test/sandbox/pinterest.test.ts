import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/account.js';
import { trueValue } from '../../src/sandbox/values.js';
import { ask, PINTEREST, sandboxOf } from './ask.js';

interface Asked {
  path?: string;
  query?: string;
  fault?: Fault;
  token?: string;
}

async function get({ path = '/v5/user_account/analytics', query = WEEK, fault, token = PINTEREST.accessToken }: Asked) {
  const sandbox = await sandboxOf([{ ...PINTEREST, ...(fault && { fault }) }]);
  return { sandbox, ...(await ask(`${sandbox.urls.PINTEREST_API_URL}${path}?${query}`, token)) };
}

const between = (since: string, until: string) => `start_date=${since}&end_date=${until}`;
const WEEK = between('2026-11-16', '2026-11-22');

describe('what Pinterest refuses', () => {
  const invalid = [400, 'Invalid user accounts analytics parameters.'];
  it.each<[string, Asked, unknown[]]>([
    ['no dates', { query: '' }, invalid],
    ['a date that is none', { query: between('2026-11-31', '2026-12-01') }, invalid],
    ['an end before the start', { query: between('2026-11-20', '2026-11-19') }, invalid],
    ['more than 90 days at once', { query: between('2026-08-25', '2026-11-24') }, invalid],
    ['an unknown metric', { query: `${WEEK}&metric_types=SAVE,LIKE` }, invalid],
    [
      'a range of which one day is too old',
      { query: between('2026-08-24', '2026-08-30') },
      [400, 'You can only get data from the last 90 days.'],
    ],
    ['an unknown token', { token: 'pina_other' }, [401, 'Authentication failed.']],
    ['a dead token', { fault: { kind: 'dead_token' } }, [401, 'Authentication failed.']],
    ['an expired token', { fault: { kind: 'expired_token' } }, [401, 'Authentication failed.']],
    [
      'an account without the permission',
      { fault: { kind: 'missing_permission' } },
      [403, 'Not authorized to access the user account analytics.'],
    ],
    ['too many requests', { fault: { kind: 'throttled' } }, [429, 'You have exceeded your rate limit.']],
    ['an address it does not have', { path: '/v5/pins' }, [404, 'Not found.']],
  ])('%s', async (_what, asked, expected) => {
    const { status, json } = await get(asked);
    expect([status, json.message]).toEqual(expected);
    expect(json).toMatchObject({ code: expect.any(Number), status: 'failure' });
  });
});

it('says of each day whether it is final, and gives more metrics than it was asked for', async () => {
  const { json } = await get({ query: `${WEEK}&metric_types=SAVE` });
  const days: { data_status: string; metrics: Record<string, number> }[] = json.all.daily_metrics;
  expect(days.map(({ data_status }) => data_status).join(' ')).toBe(
    'READY READY READY READY ESTIMATE PROCESSING PROCESSING',
  );
  expect(days.map(({ metrics }) => metrics.SAVE)).toEqual([
    ...['16', '17', '18', '19', '20'].map((day) => trueValue(PINTEREST.accountId, 'SAVE', `2026-11-${day}`)),
    undefined,
    undefined,
  ]);
  expect(Object.keys(days[0]?.metrics ?? {})).toEqual(['SAVE', 'CLOSEUP', 'PROFILE_VISIT']);
  expect(days[6]?.metrics).toEqual({});
});

it('gives rates, and sums of the whole range, which must not be added up', async () => {
  const { json } = await get({});
  const [{ metrics }] = json.all.daily_metrics;
  expect(metrics.SAVE_RATE).toBeCloseTo(metrics.SAVE / metrics.IMPRESSION);
  expect(metrics.ENGAGEMENT).toBe(metrics.SAVE + metrics.PIN_CLICK + metrics.OUTBOUND_CLICK);
  expect(json.all.summary_metrics.SAVE).toBeGreaterThan(metrics.SAVE);
});

it.each([
  ['another app', { authorization: `Basic ${btoa('other:secret')}` }, 'continuous_refresh=true', 401, 'invalid_client'],
  ['credentials in the form', {}, 'client_id=sandbox-pinterest&client_secret=x', 401, 'invalid_client'],
  ['a refresh token that ends for good', undefined, '', 400, 'invalid_request'],
])('does not renew a token for %s', async (_what, headers, form, status, error) => {
  const sandbox = await sandboxOf([PINTEREST]);
  const response = await fetch(`${sandbox.urls.PINTEREST_API_URL}/v5/oauth/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(headers ?? { authorization: `Basic ${btoa('sandbox-pinterest:sandbox-pinterest-secret')}` }),
    },
    body: `grant_type=refresh_token&refresh_token=${PINTEREST.refreshToken}&${form}`,
  });
  expect([response.status, await response.json()]).toMatchObject([status, { error }]);
});
