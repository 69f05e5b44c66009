import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import type { HttpRequest, Judge } from '../../../src/http/http.js';
import { trueSplit } from '../../../src/sandbox/values.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { collecting } from '../../conformance/collecting.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { instagramAt } from './at.js';

const DAY = dayOf('2026-11-21', 'America/Los_Angeles');
const ACCOUNT = {
  accountId: '17841400000000001',
  accessToken: 'EAAtoken',
  refreshToken: null,
  tokenExpiresAt: null,
};
const UNKNOWN: Answer = [500, { error: { code: 1, message: 'An unknown error has occurred.' } }];
const SERVICE: Answer = [500, { error: { code: 2, message: 'Service temporarily unavailable' } }];

/** Every metric at 10, 6 of them of one kind. */
function answer(query: URLSearchParams): Answer {
  const names = query.get('metric')?.split(',');
  if (!names) return [200, { followers_count: 3, follows_count: 2, media_count: 1 }];
  if (query.get('period') !== 'day') return [200, { data: [{ name: 'reach', values: [{ value: 70 }] }] }];
  const type = { follow_type: 'FOLLOWER', media_product_type: 'REELS' }[query.get('breakdown') ?? ''];
  const breakdowns = type && [{ results: [{ dimension_values: [type], value: 6 }] }];
  return [200, { data: names.map((name) => ({ name, total_value: { value: 10, breakdowns } })) }];
}

async function collect(respond: (query: URLSearchParams) => Answer = answer, closingDate: string | null = null) {
  const api = await serveApi((url) => respond(url.searchParams));
  const { context, warnings } = lentContext(NOON, closingDate);
  const platform = instagramAt(api.url);
  const { days, closing } = await platform.collect(ACCOUNT, [DAY], context);
  const [result] = days;
  const values = [...(result !== undefined && 'values' in result ? result.values : []), ...closing];
  const found = (wanted: string) => values.find(({ metric }) => metric === wanted);
  return { result, found, warnings, requests: api.requests.map(({ searchParams }) => searchParams) };
}

it('stores the splits by content type and by follower with the values, also under the retired name', async () => {
  const { days } = await collecting(EXPECTED.instagram.account);
  const { accountId } = EXPECTED.instagram.account;
  for (const { date, metadata } of days.filter(({ ended }) => ended === 'settled')) {
    for (const metric of ['reach', 'views']) {
      const { UNKNOWN: _unknown, FOLLOWER, NON_FOLLOWER } = trueSplit(accountId, metric, date, 'follow_type');
      const split = { ...(FOLLOWER && { follower: FOLLOWER }), ...(NON_FOLLOWER && { non_follower: NON_FOLLOWER }) };
      expect(metadata[metric]?.follow_types ?? {}).toEqual(split);
    }
    expect(metadata.impressions?.follow_types).toEqual(metadata.views?.follow_types);
    expect(metadata.impressions?.post_types).toEqual(metadata.views?.post_types);
    expect(metadata.likes).not.toHaveProperty('follow_types');
  }
});

describe('the request by follow_type', () => {
  const byFollower = (query: URLSearchParams) => query.get('breakdown') === 'follow_type';
  const asksReach = (query: URLSearchParams) => query.get('metric')?.includes('reach') ?? false;

  it('returns new followers and the splits of reach and views', async () => {
    const { found, requests } = await collect();
    expect(requests.filter(byFollower).map((query) => query.get('metric'))).toEqual([
      'reach,views,follows_and_unfollows',
    ]);
    expect([found('follows')?.value, found('unfollows')?.value]).toEqual([6, 0]);
    expect(found('reach')).toMatchObject({ followTypes: { follower: 6 }, postTypes: { reel: 6 } });
  });

  it('is repeated without a metric that does not support the breakdown', async () => {
    const message = '(#100) Incompatible breakdowns (follow_type) for metric (reach)';
    const { result, found, warnings } = await collect((query) =>
      byFollower(query) && asksReach(query) ? [400, { error: { code: 100, message } }] : answer(query),
    );
    expect(result?.kind).toBe('collected');
    expect(found('reach')).not.toHaveProperty('followTypes');
    expect(found('views')).toMatchObject({ followTypes: { follower: 6 } });
    expect(warnings).toEqual([expect.stringContaining('reach')]);
  });

  it('only warns if the split by content type fails', async () => {
    const { result, found, warnings } = await collect((query) =>
      query.get('breakdown') === 'media_product_type' ? SERVICE : answer(query),
    );
    expect(result?.kind).toBe('collected');
    expect(found('reach')).toMatchObject({ followTypes: { follower: 6 } });
    expect(warnings).toEqual([expect.stringContaining('splits by content type')]);
  });

  it('is repeated for new followers only if the splits make it fail without a reason', async () => {
    const { result, found, warnings } = await collect((query) =>
      byFollower(query) && asksReach(query) ? UNKNOWN : answer(query),
    );
    expect(result?.kind).toBe('collected');
    expect(found('follows')?.value).toBe(6);
    expect(warnings).toEqual([expect.stringContaining('follow_type')]);
  });

  it('leaves the day open if new followers cannot be fetched', async () => {
    const { result } = await collect((query) => (byFollower(query) ? SERVICE : answer(query)));
    expect(result?.kind).toBe('failed');
  });

  it('loses only the split that cannot be read', async () => {
    const { result, found, warnings } = await collect((query) => {
      const [status, json] = answer(query);
      if (!byFollower(query)) return [status, json];
      const text = JSON.stringify(json).replace(
        '"name":"reach","total_value":{"value":10',
        '"name":"reach","total_value":{"value":"many"',
      );
      return [status, JSON.parse(text)];
    });
    expect(result?.kind).toBe('collected');
    expect(found('follows')?.value).toBe(6);
    expect(warnings).toEqual([expect.stringContaining('reach')]);
  });
});

describe('the undocumented metrics', () => {
  const UNDOCUMENTED = 'profile_views,website_clicks';
  const asked = (query: URLSearchParams) => query.get('metric') ?? '';

  it('are asked for with the totals', async () => {
    const { found, requests } = await collect();
    expect(requests.filter((query) => asked(query).endsWith(`,${UNDOCUMENTED}`))).toHaveLength(1);
    expect([found('profile_views')?.value, found('website_clicks')?.value]).toEqual([10, 10]);
  });

  it('are asked for on their own if they fail together with the totals', async () => {
    const { found, warnings } = await collect((query) =>
      asked(query).endsWith(`,${UNDOCUMENTED}`) ? UNKNOWN : answer(query),
    );
    expect([found('reach')?.value, found('profile_views')?.value]).toEqual([10, 10]);
    expect(warnings).toEqual([]);
  });

  it('are left out if they fail in any way', async () => {
    const { result, found, warnings } = await collect((query) =>
      asked(query).includes('website_clicks') ? SERVICE : answer(query),
    );
    expect(result?.kind).toBe('collected');
    expect(found('reach')?.value).toBe(10);
    expect(warnings).toEqual([expect.stringContaining('website_clicks')]);
  });

  it('leave the day as it is if they cannot be read', async () => {
    const { result, warnings } = await collect((query) => {
      const [status, json] = answer(query);
      return [
        status,
        JSON.parse(JSON.stringify(json).replace(/("website_clicks","total_value":{"value":)10/, '$1"x"')),
      ];
    });
    expect(result?.kind).toBe('collected');
    expect(warnings).toEqual([expect.stringContaining('website_clicks')]);
  });
});

it('collects one undocumented metric if the other is broken', async () => {
  const broken: Answer = [400, { error: { code: -1, message: 'Fatal' } }];
  const { result, found, warnings } = await collect((query) =>
    query.get('metric')?.includes('profile_views') ? broken : answer(query),
  );
  expect(result?.kind).toBe('collected');
  expect([found('website_clicks')?.value, found('profile_views')]).toEqual([10, undefined]);
  expect(warnings).toEqual([expect.stringContaining('profile_views could not be fetched')]);
});

it('pauses all accounts when the app is over its limit, whatever the headers say', async () => {
  const verdicts: unknown[] = [];
  const over = { status: 400, headers: {}, json: { error: { code: 4, message: 'Application request limit reached' } } };
  const http = {
    ask: async <T>(_request: HttpRequest, judge: Judge<T>): Promise<T> => {
      const verdict = judge(over);
      verdicts.push(verdict);
      throw verdict.kind === 'accept' ? new Error('accepted') : verdict.error;
    },
  };
  const { context } = lentContext(NOON);
  await expect(instagramAt('http://g').collect(ACCOUNT, [DAY], { ...context, http })).rejects.toThrow('limit reached');
  expect(verdicts).toMatchObject([{ kind: 'rest', ms: 300_000 }]);
});

describe('the last ended day', () => {
  const reaches = (query: URLSearchParams) => ['week', 'days_28'].includes(query.get('period') ?? '');

  it('has the profile totals and the reach of 7 and 28 days', async () => {
    const { found, requests } = await collect(answer, DAY.date);
    const names = ['followers_count', 'follows_count', 'media_count', 'reach_7d', 'reach_28d'];
    expect(names.map((name) => found(name)?.value)).toEqual([3, 2, 1, 70, 70]);
    const asked = requests.filter(reaches);
    expect(asked).toHaveLength(2);
    for (const query of asked) expect(query.has('metric_type')).toBe(false);
  });

  it('is collected without the profile totals if they fail', async () => {
    const { result, warnings } = await collect((query) => (query.has('metric') ? answer(query) : SERVICE), DAY.date);
    expect(result?.kind).toBe('collected');
    expect(warnings).toEqual([expect.stringContaining('profile totals')]);
  });

  it('is collected without the reach of several days if that fails', async () => {
    const { result, warnings } = await collect((query) => (reaches(query) ? SERVICE : answer(query)), DAY.date);
    expect(result?.kind).toBe('collected');
    expect(warnings.map((text) => /reach_(7|28)d/.exec(text)?.[0]).sort()).toEqual(['reach_28d', 'reach_7d']);
  });

  it.each([
    [10, undefined],
    [0, 0],
  ])('ignores a reach of 0 over 7 days if the day has %i', async (daily, stored) => {
    const zero = (name: string, value: number): Answer => [200, { data: [{ name, values: [{ value }] }] }];
    const { found } = await collect((query) => {
      if (reaches(query)) return zero('reach', 0);
      return query.get('metric')?.startsWith('reach') && !query.has('breakdown') ? zero('reach', daily) : answer(query);
    }, DAY.date);
    expect(found('reach_7d')?.value).toBe(stored);
  });
});

it('stays open if the limits of the run keep part of it from being requested', async () => {
  const api = await serveApi((url) => answer(url.searchParams));
  const { context } = lentContext(NOON, null, 2);
  const platform = instagramAt(api.url);
  const {
    days: [result],
  } = await platform.collect(ACCOUNT, [DAY], context);
  expect(api.requests).toHaveLength(2);
  expect(result).toMatchObject({ kind: 'failed', error: { reason: 'quota_exhausted' } });
});
