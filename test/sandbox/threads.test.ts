import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/account.js';
import { trueValue } from '../../src/sandbox/values.js';
import { ask, sandboxOf, THREADS } from './ask.js';

const SINCE = Date.parse('2026-11-19T08:00:00Z') / 1_000;
const DAY = 86_400;

interface Asked {
  readonly metric?: string;
  readonly since?: number;
  readonly until?: number;
  readonly path?: string;
  readonly fault?: Fault;
  readonly token?: string;
}

async function get({ metric = 'views', since = SINCE, until = SINCE + 2 * DAY, path, fault, token }: Asked) {
  const sandbox = await sandboxOf([{ ...THREADS, ...(fault && { fault }) }]);
  const address = path ?? `/v1.0/me/threads_insights?metric=${metric}&since=${since}&until=${until}`;
  return { sandbox, ...(await ask(`${sandbox.urls.THREADS_GRAPH_URL}${address}`, token ?? THREADS.accessToken)) };
}

const truth = (metric: string, ...dates: string[]) =>
  dates.reduce((sum, date) => sum + (trueValue(THREADS.accountId, metric, date) ?? 0), 0);

describe('what Threads refuses', () => {
  it.each<[string, Asked, unknown]>([
    ['an unknown metric, without saying so', { metric: 'likes,profile_views' }, 1],
    ['days before 13 April 2024', { since: 1_712_991_599 }, 100],
    ['a window that ends before it begins', { until: SINCE - 1 }, 100],
    ['no metric', { metric: '' }, 100],
    ['an unknown token', { token: 'THAAother' }, 190],
    ['a dead token', { fault: { kind: 'dead_token' } }, 190],
    ['an account without the permission', { fault: { kind: 'missing_permission' } }, 10],
    ['too many requests', { fault: { kind: 'throttled' } }, 613],
    ['another account', { path: '/v1.0/2/threads_insights?metric=views' }, 100],
    ['an address it does not have', { path: '/v1.0/me/insights?metric=views' }, 2500],
    ['another way of renewing', { path: '/refresh_access_token?grant_type=ig_refresh_token' }, 100],
    [
      'followers of a profile without Instagram, with the whole request',
      { metric: 'likes,followers_count', fault: { kind: 'refused_metric', metric: 'followers_count' } },
      'THREADS_API__FEATURE_NOT_AVAILABLE',
    ],
  ])('%s', async (_what, asked, code) => {
    const { status, json } = await get(asked);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(json.error).toMatchObject({ code, message: expect.any(String) });
  });
});

it('labels each day of the series with its end', async () => {
  const { json } = await get({});
  expect(json.data[0].values).toEqual(
    [19, 20, 21].map((day) => ({
      value: truth('views', `2026-11-${day}`),
      end_time: `2026-11-${day + 1}T08:00:00+0000`,
    })),
  );
});

it('gives one total for all days that begin in the window, both ends included', async () => {
  const dates = ['2026-11-19', '2026-11-20', '2026-11-21'];
  const total = async (until: number) => (await get({ metric: 'likes', until })).json.data[0].total_value.value;
  expect(await total(SINCE + 2 * DAY)).toBe(truth('likes', ...dates));
  expect(await total(SINCE + 2 * DAY - 1)).toBe(truth('likes', ...dates.slice(0, 2)));
});

it('gives clicks by link', async () => {
  const { json } = await get({ metric: 'clicks', until: SINCE });
  const links: { value: number; link_url: string }[] = json.data[0].link_total_values;
  expect(links.reduce((sum, { value }) => sum + value, 0)).toBe(truth('clicks', '2026-11-19'));
  expect(links.map(({ link_url }) => link_url)).toEqual([expect.any(String), expect.any(String)]);
});

it('gives the followers of now, whatever the window', async () => {
  const { json } = await get({ metric: 'followers_count' });
  expect(json.data[0].total_value).toEqual({ value: THREADS.followers });
});

it('puts the token into paging addresses, and counts those that are followed', async () => {
  const { json, sandbox } = await get({});
  expect(json.paging.next).toContain('access_token=THAAone');
  await ask(json.paging.next);
  expect(sandbox.counters).toMatchObject({ tokensInUrl: 1, pagingFollowed: 1 });
});
