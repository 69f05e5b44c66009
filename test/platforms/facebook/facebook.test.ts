import { expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { facebook } from '../../../src/platforms/facebook/facebook.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const account = {
  ...{ userId: 'u', connectionId: 'c', accountId: '104500000000001', accountName: null },
  ...{ accessToken: 'user-token', refreshToken: null, tokenExpiresAt: null },
};
const days = ['2026-10-31', '2026-11-01', '2026-11-02'].map((date) => dayOf(date, 'America/Los_Angeles'));

async function collecting(answer: (path: string, token: string) => Answer) {
  const api = await serveApi((url, token) => answer(url.pathname, token));
  const { context, warnings } = lentContext(NOW);
  const platform = facebook({ graphUrl: api.url, instagramUrl: api.url, version: 'v25.0', appSecret: null });
  return { results: await platform.collect(account, days, context), warnings, requests: api.requests };
}

const insight = (name: string, values: object[]) => ({ name, period: 'day', values });

it('files a value under the day that its end_time ends, over the end of daylight-saving time', async () => {
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

it('writes successors under the retired names as well', async () => {
  const end = '2026-11-03T08:00:00+0000';
  const { results } = await collecting(() => [
    200,
    { data: [insight('page_media_view', [{ value: 5, end_time: end }])] },
  ]);
  expect(results[2]).toMatchObject({
    values: [
      { metric: 'page_media_view', value: 5 },
      { metric: 'page_impressions', value: 5, apiMetric: 'page_media_view' },
    ],
  });
});

it.each<[string, Answer]>([
  [
    'is refused',
    [400, { error: { code: 190, message: '(#190) This method must be called with a Page Access Token' } }],
  ],
  ['is answered with an empty list', [200, { data: [] }]],
])("asks for the Page's own token where another %s, and for the insights once more", async (_how, refusal) => {
  const end = '2026-11-03T08:00:00+0000';
  const { results, requests } = await collecting((path, token) => {
    if (!path.endsWith('/insights')) return [200, { access_token: 'page-token', id: '1' }];
    return token === 'page-token' ? [200, { data: [insight('page_follows', [{ value: 5, end_time: end }])] }] : refusal;
  });
  expect(results[2]).toMatchObject({ kind: 'collected', values: [{ metric: 'page_follows', value: 5 }] });
  expect(requests).toHaveLength(3);
});

it('says so when the API lists nothing at all, for it refuses nothing without read_insights', async () => {
  const { results, warnings } = await collecting((path) =>
    path.endsWith('/insights') ? [200, { data: [] }] : [200, { access_token: 'user-token', id: '1' }],
  );
  expect(results).toEqual(days.map(({ date }) => ({ date, kind: 'collected', values: [] })));
  expect(warnings).toEqual([expect.stringContaining('read_insights')]);
});
