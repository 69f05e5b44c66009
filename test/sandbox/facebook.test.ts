import { describe, expect, it } from 'vitest';
import { trueReach, trueReactions, trueValue } from '../../src/sandbox/values.js';
import { ask, FACEBOOK, INSTAGRAM, sandboxOf } from './ask.js';

const ID = FACEBOOK.accountId;
const GOOD = 'metric=page_media_view,page_follows&period=day';

async function insights(query: string, token = 'EAApage', options = {}) {
  const sandbox = await sandboxOf([FACEBOOK, INSTAGRAM], options);
  return { sandbox, ...(await ask(`${sandbox.urls.META_GRAPH_URL}/v25.0/${ID}/insights?${query}`, token)) };
}

describe('what Facebook refuses', () => {
  it.each([
    ["a user's token", GOOD, 'EAAuser', 190, '(#190) This method must be called with a Page Access Token'],
    [
      'a retired metric, unnamed',
      'metric=page_follows,page_fans',
      'EAApage',
      100,
      '(#100) The value must be a valid insights metric',
    ],
    ['more than 90 days', `${GOOD}&since=2026-08-01&until=2026-11-01`, 'EAApage', 100, 'Invalid parameter'],
    ['a date that is none', `${GOOD}&since=2026-02-30&until=2026-03-02`, 'EAApage', 100, 'Invalid parameter'],
    [
      'money, from those who are no admins',
      'metric=content_monetization_earnings',
      'EAApage',
      200,
      '(#200) Monetization metrics are only visible for Page admins',
    ],
    [
      'no metric',
      'period=day',
      'EAApage',
      3001,
      'No metric was specified to be fetched. Please specify one or more metrics to be fetched and try again.',
    ],
  ])('%s', async (_what, query, token, code, message) => {
    const { status, json } = await insights(query, token);
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ code, message });
  });

  it('a metric that the platform has retired', async () => {
    const { json } = await insights(GOOD, 'EAApage', { refusedMetrics: ['page_follows'] });
    expect(json.error.message).toBe('(#100) The value must be a valid insights metric');
  });
});

describe('Facebook answers with', () => {
  it("the Page's own token in exchange for a user's", async () => {
    const { urls } = await sandboxOf([FACEBOOK]);
    const { json } = await ask(`${urls.META_GRAPH_URL}/v25.0/${ID}?fields=access_token,followers_count`, 'EAAuser');
    expect(json).toEqual({ id: ID, access_token: 'EAApage', followers_count: 1_000 });
  });

  it.each([
    ['dates', 'since=2026-10-31&until=2026-11-01'],
    [
      'seconds',
      `since=${Date.parse('2026-10-31T07:00:00Z') / 1000}&until=${Date.parse('2026-11-02T08:00:00Z') / 1000 - 1}`,
    ],
  ])('days labelled with their end, across a clock change, requested by %s', async (_what, window) => {
    const { json } = await insights(`metric=page_media_view&period=day&${window}`);
    expect(json.data[0].values).toEqual([
      { value: trueValue(ID, 'page_media_view', '2026-10-31'), end_time: '2026-11-01T07:00:00+0000' },
      { value: trueValue(ID, 'page_media_view', '2026-11-01'), end_time: '2026-11-02T08:00:00+0000' },
    ]);
  });

  it('several periods unless one is requested, objects for some metrics, and only ended days', async () => {
    const { json } = await insights('metric=page_actions_post_reactions_total&since=2026-11-21&until=2026-11-23');
    expect(json.data.map((entry: { period: string }) => entry.period)).toEqual(['day', 'week', 'days_28']);
    expect(json.data[0].values).toHaveLength(1);
    expect(typeof json.data[0].values[0].value).toBe('object');
  });

  it('unique viewers of 7 and 28 days, labelled with their end', async () => {
    for (const [period, days] of [['week', 7] as const, ['days_28', 28] as const]) {
      const query = `metric=page_total_media_view_unique&period=${period}&since=2026-11-20&until=2026-11-20`;
      const { json } = await insights(query);
      const value = trueReach(ID, 'page_total_media_view_unique', '2026-11-20', days);
      expect(json.data).toMatchObject([{ period, values: [{ value, end_time: '2026-11-21T08:00:00+0000' }] }]);
      expect(value).toBeGreaterThan(trueValue(ID, 'page_total_media_view_unique', '2026-11-20') ?? 0);
    }
  });

  it('reactions by kind, without zeros, and video time only for single days', async () => {
    const day = 'since=2026-11-20&until=2026-11-20';
    const { json } = await insights(`metric=page_actions_post_reactions_total&period=day&${day}`);
    const kinds = json.data[0].values[0].value;
    expect(kinds).toEqual(trueReactions(ID, '2026-11-20'));
    expect(Object.values(kinds)).not.toContain(0);
    expect((await insights(`metric=page_video_view_time&period=week&${day}`)).status).toBe(400);
  });
});
