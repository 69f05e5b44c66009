import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { facebook } from '../../../src/platforms/facebook/facebook.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { nonEmpty } from '../../support/non-empty.js';
import { settingsOf } from '../meta/settings.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const account = {
  accountId: '104500000000001',
  accessToken: 'user-token',
  refreshToken: null,
  tokenExpiresAt: null,
};
const days = ['2026-10-31', '2026-11-01', '2026-11-02'].map((date) => dayOf(date, 'America/Los_Angeles'));

type Respond = (path: string, token: string, query: URLSearchParams) => Answer;

async function collecting(answer: Respond, closingDate: string | null = null) {
  const api = await serveApi((url, token) => answer(url.pathname, token, url.searchParams));
  const { context, warnings } = lentContext(NOW, closingDate);
  const platform = facebook(settingsOf(api.url));
  const { days: results } = await platform.collect(account, nonEmpty(days), context);
  return { results, warnings, requests: api.requests };
}

const insight = (name: string, values: object[]) => ({ name, period: 'day', values });

it('files a value under the day that its end_time ends, across the end of daylight-saving time', async () => {
  const { results } = await collecting(() => [
    200,
    {
      data: [
        insight('page_follows', [
          { value: 1, end_time: '2026-11-01T07:00:00+0000' },
          { value: 2, end_time: '2026-11-02T08:00:00+0000' },
          { value: 3, end_time: '2026-11-03T08:00:00+0000' },
          { value: 4, end_time: '2026-11-04T08:00:00+0000' },
          { end_time: '2026-11-03T08:00:00+0000' },
          { value: 9 },
        ]),
        { ...insight('page_follows', [{ value: 99, end_time: '2026-11-02T08:00:00+0000' }]), period: 'week' },
      ],
    },
  ]);
  expect(results.map((result) => [result.date, 'values' in result && result.values])).toEqual([
    ['2026-10-31', [{ metric: 'page_follows', value: 1 }]],
    ['2026-11-01', [{ metric: 'page_follows', value: 2 }]],
    ['2026-11-02', [{ metric: 'page_follows', value: 3 }]],
  ]);
});

const END = '2026-11-03T08:00:00+0000';
const onLastDay = (name: string, value: unknown) => insight(name, [{ value, end_time: END }]);

it('repeats values under the retired names', async () => {
  const { results } = await collecting(() => [200, { data: [onLastDay('page_media_view', 5)] }]);
  expect(results[2]).toMatchObject({
    values: [
      { metric: 'page_media_view', value: 5 },
      { metric: 'page_impressions', value: 5 },
    ],
  });
});

describe('reactions', () => {
  const NAME = 'page_actions_post_reactions_total';
  const valuesFor = async (kinds: unknown) => {
    const { results, warnings } = await collecting(() => [
      200,
      { data: [onLastDay('page_follows', 9), onLastDay(NAME, kinds)] },
    ]);
    expect(results[2]).toMatchObject({
      kind: 'collected',
      values: expect.arrayContaining([{ metric: 'page_follows', value: 9 }]),
    });
    return { value: results[2] && 'values' in results[2] ? results[2].values[1] : undefined, warnings };
  };

  it('are the sum of their kinds, stored with the split', async () => {
    const { value } = await valuesFor({ like: 5, love: 2, wow: 0, novelty: 1 });
    expect(value).toEqual({ metric: NAME, value: 8, reactions: { like: 5, love: 2, novelty: 1 } });
  });

  it('are absent, not zero, if the API lists no kind', async () => {
    expect(await valuesFor({})).toEqual({ value: undefined, warnings: [] });
  });

  it('affect nothing else if they cannot be read', async () => {
    const { value, warnings } = await valuesFor({ like: 'many' });
    expect(value).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(NAME)]);
  });
});

it('rejects an object as the value of a metric without kinds', async () => {
  const { results } = await collecting(() => [200, { data: [onLastDay('page_follows', { total: 5 })] }]);
  expect(results[2]).toMatchObject({ kind: 'failed', error: { reason: 'unexpected_response' }, values: [] });
});

describe('a request that fails because of an optional metric', () => {
  const ALL = 'page_messages_new_conversations_unique';
  it.each<[string, Answer, string]>([
    ['messages want a permission', [403, { error: { code: 200, message: '(#200) Requires pages_messaging' } }], ALL],
    ['the API does not say why', [500, { error: { code: 1, message: 'An unknown error occurred' } }], ALL],
    ['it is another one', [400, { error: { code: 100, message: '(#100) Invalid period' } }], 'page_video_view_time'],
  ])('is repeated without it: %s', async (_case, refusal, culprit) => {
    const { results, warnings } = await collecting((path, _token, query) => {
      if (!path.endsWith('/insights')) return [200, {}];
      return query.get('metric')?.includes(culprit) ? refusal : [200, { data: [onLastDay('page_follows', 5)] }];
    });
    expect(results[2]).toMatchObject({ kind: 'collected', values: [{ metric: 'page_follows', value: 5 }] });
    expect(warnings).toEqual([expect.stringContaining(culprit)]);
  });

  it('loses no metric to an error that is over when the others are answered', async () => {
    let failures = 4;
    const { results, warnings } = await collecting((path, _token, query) => {
      if (!path.endsWith('/insights')) return [200, {}];
      if (failures-- > 0) return [500, { error: { code: 1, message: 'An unknown error occurred' } }];
      const asked = query.get('metric')?.split(',') ?? [];
      return [
        200,
        { data: asked.filter((name) => [ALL, 'page_follows'].includes(name)).map((name) => onLastDay(name, 5)) },
      ];
    });
    expect(failures).toBeLessThan(0);
    const values = results[2] && 'values' in results[2] ? results[2].values : [];
    expect(values.map(({ metric }) => metric).sort()).toEqual(['page_follows', ALL]);
    expect(warnings).toEqual([]);
  });

  it('fails the Page with the first refusal if it fails without them too', async () => {
    const denied: Answer = [400, { error: { code: 10, message: '(#10) Application does not have permission' } }];
    await expect(collecting(() => denied)).rejects.toMatchObject({ reason: 'missing_permission' });
  });
});

describe('unique viewers of 7 and 28 days', () => {
  const NAME = 'page_total_media_view_unique';
  const series = (period: string, last: number) => ({
    name: NAME,
    period,
    values: [
      { value: 7, end_time: '2026-11-02T08:00:00+0000' },
      { value: last, end_time: END },
    ],
  });
  const answer = (query: URLSearchParams): Answer => {
    const rolling = query.has('period') ? [] : [series('week', 70), series('days_28', 280)];
    return [200, { data: [series('day', 1), ...rolling, { ...series('week', 9), name: 'page_follows' }] }];
  };

  it('are in the answer for the days, and filed only under the last ended day, with which their period ends', async () => {
    const { results, requests } = await collecting((_path, _token, query) => answer(query), '2026-11-02');
    const values = results.map((result) => ('values' in result ? result.values : []));
    expect(values[2]).toEqual([
      { metric: NAME, value: 1 },
      { metric: 'reach_7d', value: 70 },
      { metric: 'reach_28d', value: 280 },
    ]);
    expect(values[1]?.map(({ metric }) => metric)).toEqual([NAME]);
    expect(requests).toHaveLength(1);
  });

  it('are not requested in a run without the last ended day', async () => {
    const { requests } = await collecting((_path, _token, query) => answer(query));
    expect(requests.map(({ searchParams }) => searchParams.get('period'))).toEqual(['day']);
  });

  it.each([1, 2, 100])('do not affect the days when they fail with code %i', async (code) => {
    const { results, warnings } = await collecting(
      (_path, _token, query) =>
        query.has('period') ? answer(query) : [500, { error: { code, message: 'An unknown error occurred' } }],
      '2026-11-02',
    );
    expect(results[2]).toMatchObject({ kind: 'collected', values: [{ metric: NAME, value: 1 }] });
    expect(warnings).toEqual([expect.stringContaining('reach_7d and reach_28d could not be fetched')]);
  });
});

it.each<[string, Answer]>([
  [
    'is refused',
    [400, { error: { code: 190, message: '(#190) This method must be called with a Page Access Token' } }],
  ],
  ['is answered with an empty list', [200, { data: [] }]],
])("requests the Page's own token if another one %s, and then the insights again", async (_how, refusal) => {
  const end = '2026-11-03T08:00:00+0000';
  const { results, requests } = await collecting((path, token) => {
    if (!path.endsWith('/insights')) return [200, { access_token: 'page-token', id: '1' }];
    return token === 'page-token' ? [200, { data: [insight('page_follows', [{ value: 5, end_time: end }])] }] : refusal;
  });
  expect(results[2]).toMatchObject({ kind: 'collected', values: [{ metric: 'page_follows', value: 5 }] });
  expect(requests).toHaveLength(3);
});

it('warns when the API returns nothing at all, as it does without read_insights', async () => {
  const { results, warnings } = await collecting((path) =>
    path.endsWith('/insights') ? [200, { data: [] }] : [200, { access_token: 'user-token', id: '1' }],
  );
  expect(results).toEqual(days.map(({ date }) => ({ date, kind: 'no_data' })));
  expect(warnings).toEqual([expect.stringContaining('read_insights')]);
});

describe('a value that cannot be filed', () => {
  it('is ignored if it was not requested', async () => {
    const unasked = { name: 'page_novelty', values: 'many' };
    const { results, warnings } = await collecting(() => [200, { data: [unasked, onLastDay('page_follows', 5)] }]);
    expect(results[2]).toEqual({
      date: '2026-11-02',
      kind: 'collected',
      values: [{ metric: 'page_follows', value: 5 }],
    });
    expect(warnings).toEqual([]);
  });

  it.each<[string, object]>([
    ['a total of several days', { total_value: { value: 28 } }],
    ['a value without a date', { values: [{ value: 9 }] }],
  ])('is reported: %s', async (_what, given) => {
    const lost = { name: 'page_views_total', period: 'day', ...given };
    const { results, warnings } = await collecting(() => [200, { data: [lost, onLastDay('page_follows', 5)] }]);
    expect(results[2]).toMatchObject({ kind: 'collected', values: [{ metric: 'page_follows', value: 5 }] });
    expect(warnings).toEqual([expect.stringContaining('page_views_total')]);
  });
});
