import { describe, expect, it } from 'vitest';
import { trueReach, trueSplit, trueValue } from '../../src/sandbox/values.js';
import { ask, INSTAGRAM, sandboxOf } from './ask.js';

const TOKEN = INSTAGRAM.accessToken;
const ID = INSTAGRAM.accountId;
const seconds = (iso: string) => Date.parse(iso) / 1000;
/** 2026-11-20 in Los Angeles (standard time), to its last second. */
const DAY = `since=${seconds('2026-11-20T08:00:00Z')}&until=${seconds('2026-11-21T08:00:00Z') - 1}`;
const TOTAL = 'period=day&metric_type=total_value';

const ENUMERATION =
  'reach, follower_count, website_clicks, profile_views, online_followers, accounts_engaged, total_interactions, likes, comments, shares, saves, replies, engaged_audience_demographics, reached_audience_demographics, follower_demographics, follows_and_unfollows, profile_links_taps, views, threads_likes, threads_replies, reposts, quotes, threads_followers, threads_follower_demographics, content_views, threads_views, threads_clicks, threads_reposts';

async function insights(query: string, account = INSTAGRAM, options = {}) {
  const sandbox = await sandboxOf([account], options);
  const { META_GRAPH_URL, INSTAGRAM_GRAPH_URL } = sandbox.urls;
  const base = account.accessToken.startsWith('IG') ? INSTAGRAM_GRAPH_URL : META_GRAPH_URL;
  return { sandbox, ...(await ask(`${base}/v25.0/${account.accountId}/insights?${query}`, account.accessToken)) };
}

describe('what Instagram refuses', () => {
  const since = (iso: string, until: string) => `since=${seconds(iso)}&until=${seconds(until)}`;
  it.each([
    ['no period', `metric=reach&${DAY}`, '(#100) the parameter period is required'],
    [
      'an unknown metric, by position',
      `metric=reach,nonsense&${TOTAL}&${DAY}`,
      `(#100) metric[1] must be one of the following values: ${ENUMERATION}`,
    ],
    [
      'the retired impressions',
      `metric=impressions&${TOTAL}&${DAY}`,
      '(#100) Starting from version 22 and above, the impressions metric is no longer supported for the queried user. Please refer to the documentation at https://developers.facebook.com/docs/instagram-api/reference/ig-user/insights for a list of supported metrics.',
    ],
    [
      'a total without its metric_type',
      `metric=reach,views,profile_views&period=day&${DAY}`,
      '(#100) The following metrics (views,profile_views) should be specified with parameter metric_type=total_value',
    ],
    [
      'the documented, wrong name of a breakdown',
      `metric=views&${TOTAL}&breakdown=follower_type&${DAY}`,
      '(#100) breakdown[0] must be one of the following values: media_product_type, follow_type, contact_button_type, age, city, country, gender',
    ],
    [
      'a breakdown that the metric lacks',
      `metric=views,replies&${TOTAL}&breakdown=media_product_type&${DAY}`,
      '(#100) Incompatible breakdowns (media_product_type) for metric (replies)',
    ],
    [
      'a period that the metric lacks',
      `metric=reach&period=days_28&metric_type=total_value&${DAY}`,
      '(#100) The following periods (days_28) are incompatible with the metric (reach)',
    ],
    [
      'more than 30 days, by the second: an hour more when the clocks went back',
      `metric=reach&period=day&${since('2026-10-20T07:00:00Z', '2026-11-19T07:00:01Z')}`,
      '(#100) There cannot be more than 30 days (2592000 s) between since and until',
    ],
    [
      'the future',
      `metric=reach&period=day&${since('2026-11-22T13:00:00Z', '2026-11-22T14:00:00Z')}`,
      '(#100) since param is not valid. Metrics data is available for the last 2 years',
    ],
    [
      'what is older than 2 years',
      `metric=reach&period=day&${since('2024-11-22T08:00:00Z', '2024-11-23T07:59:59Z')}`,
      '(#100) since param is not valid. Metrics data is available for the last 2 years',
    ],
    [
      'dates for times',
      'metric=reach&period=day&since=2026-11-20&until=2026-11-20',
      '(#100) since param is not valid. Metrics data is available for the last 2 years',
    ],
  ])('%s', async (_what, query, message) => {
    const answer = await insights(query);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ message, type: 'OAuthException', code: 100 });
  });

  it('a retired metric, which is then missing from the list of valid ones', async () => {
    const { json } = await insights(`metric=likes,replies&${TOTAL}&${DAY}`, INSTAGRAM, { refusedMetrics: ['replies'] });
    expect(json.error.message).toBe(
      `(#100) metric[1] must be one of the following values: ${ENUMERATION.replace('replies, ', '')}`,
    );
  });

  it("a field, an id or a host that is not the account's own", async () => {
    const { urls } = await sandboxOf([INSTAGRAM]);
    const message = async (path: string) =>
      (await ask(`${urls.META_GRAPH_URL}/v25.0${path}`, TOKEN)).json.error.message;
    expect(await message(`/${ID}?fields=id,fan_count`)).toBe(
      '(#100) Tried accessing nonexisting field (fan_count) on node type (IGUser)',
    );
    expect(await message(`/${INSTAGRAM.pageId}/insights?metric=reach&period=day`)).toBe(
      '(#100) The value must be a valid insights metric',
    );
    expect(await message('/17841400000000002?fields=id')).toContain('Unsupported get request.');
    const otherHost = await ask(`${urls.INSTAGRAM_GRAPH_URL}/v25.0/${ID}?fields=id`, TOKEN);
    expect(otherHost.json.error).toMatchObject({ code: 190 });
  });
});

describe('Instagram answers with', () => {
  it('one Los Angeles day for a window that ends a second before midnight, two for one that ends at midnight', async () => {
    const midnight = `since=${seconds('2026-11-20T08:00:00Z')}&until=${seconds('2026-11-21T08:00:00Z')}`;
    const value = (date: string) => trueValue(ID, 'likes', date) ?? Number.NaN;
    const one = await insights(`metric=likes&${TOTAL}&${DAY}`);
    expect(one.json.data[0].total_value).toEqual({ value: value('2026-11-20') });
    const two = await insights(`metric=likes&${TOTAL}&${midnight}`);
    expect(two.json.data[0].total_value).toEqual({ value: value('2026-11-20') + value('2026-11-21') });
    const series = await insights(`metric=reach,follower_count&period=day&${midnight}`);
    expect(
      series.json.data.map((entry: { values: { end_time: string }[] }) => entry.values.map((v) => v.end_time)),
    ).toEqual(Array(2).fill(['2026-11-20T08:00:00+0000', '2026-11-21T08:00:00+0000']));
  });

  it.each([
    ['2026-03-08', '2026-03-08T08:00:00Z', 23],
    ['2025-11-02', '2025-11-02T07:00:00Z', 25],
  ])('%s, a day of %s + %i hours', async (date, start, hours) => {
    const window = `since=${seconds(start)}&until=${seconds(start) + hours * 3600 - 1}`;
    const { json } = await insights(`metric=views&${TOTAL}&${window}`);
    expect(json.data[0].total_value.value).toBe(trueValue(ID, 'views', date));
  });

  it('nothing for a day that has not begun, and a partial value for the current day', async () => {
    const today = `since=${seconds('2026-11-22T08:00:00Z')}&until=${seconds('2026-11-23T08:00:00Z')}`;
    const { json } = await insights(`metric=reach&period=day&${today}`);
    expect(json.data[0].values).toHaveLength(1);
    expect(json.data[0].values[0].value).toBeLessThan((trueValue(ID, 'reach', '2026-11-22') ?? 0) / 100);
    const noon = seconds('2026-11-20T20:00:00Z');
    expect((await insights(`metric=reach&period=day&since=${noon}&until=${noon}`)).json.data).toEqual([]);
  });

  it('breakdowns that add up, except for reach, and follows only by follow_type', async () => {
    const media = await insights(`metric=views,reach&${TOTAL}&breakdown=media_product_type&${DAY}`);
    for (const entry of media.json.data) {
      const { value, breakdowns } = entry.total_value;
      const results: { dimension_values: string[]; value: number }[] = breakdowns[0].results;
      expect(Object.fromEntries(results.map((r) => [r.dimension_values[0], r.value]))).toEqual(
        trueSplit(ID, entry.name, '2026-11-20', 'media_product_type'),
      );
      const sum = results.reduce((total, result) => total + result.value, 0);
      if (entry.name === 'views') expect(sum).toBe(value);
      else expect(sum).toBeGreaterThan(value);
      expect(results.every((result) => result.value > 0)).toBe(true);
    }
    const bare = await insights(`metric=follows_and_unfollows&${TOTAL}&${DAY}`);
    expect(bare.json.data[0]).not.toHaveProperty('total_value');
    const split = await insights(`metric=follows_and_unfollows&${TOTAL}&breakdown=follow_type&${DAY}`);
    expect(split.json.data[0].total_value).not.toHaveProperty('value');
    expect(split.json.data[0].total_value.breakdowns[0].results).toContainEqual({
      dimension_values: ['FOLLOWER'],
      value: trueValue(ID, 'follows', '2026-11-20'),
    });
  });

  it('reach of 7 and 28 days as a series, each day labelled with its start', async () => {
    const days = `since=${seconds('2026-11-19T08:00:00Z')}&until=${seconds('2026-11-20T08:00:00Z')}`;
    for (const [period, length] of [['week', 7] as const, ['days_28', 28] as const]) {
      const { json } = await insights(`metric=reach&period=${period}&${days}`);
      expect(json.data).toMatchObject([
        {
          period,
          values: [
            { value: trueReach(ID, 'reach', '2026-11-19', length), end_time: '2026-11-19T08:00:00+0000' },
            { value: trueReach(ID, 'reach', '2026-11-20', length), end_time: '2026-11-20T08:00:00+0000' },
          ],
        },
      ]);
    }
    expect((await insights(`metric=views&period=week&${DAY}`)).status).toBe(400);
  });

  it('reach and views by follow_type together with new followers', async () => {
    const query = `metric=reach,views,follows_and_unfollows&${TOTAL}&breakdown=follow_type&${DAY}`;
    const { json } = await insights(query);
    expect(json.data.map((entry: { name: string }) => entry.name)).toEqual(['reach', 'views', 'follows_and_unfollows']);
    const [, views] = json.data;
    const split = trueSplit(ID, 'views', '2026-11-20', 'follow_type');
    expect(views.total_value.value).toBe(trueValue(ID, 'views', '2026-11-20'));
    expect(views.total_value.breakdowns[0].results).toEqual(
      Object.entries(split).map(([type, value]) => ({ dimension_values: [type], value })),
    );
  });

  it('everything but follows for an account below 100 followers', async () => {
    const small = { ...INSTAGRAM, followers: 36 };
    const { json } = await insights(
      `metric=reach,views,follows_and_unfollows&${TOTAL}&breakdown=follow_type&${DAY}`,
      small,
    );
    expect(json.data.map((entry: { name: string }) => entry.name)).toEqual(['reach', 'views']);
  });

  it('a late day once its hours have passed', async () => {
    const account = { ...INSTAGRAM, fault: { kind: 'late', hours: 30 } } as const;
    const before = await insights(`metric=likes&${TOTAL}&${DAY}`, account);
    expect(before.json.data).toEqual([]);
    expect(before.sandbox.fired(ID, 'late')).toBe(1);
    const after = await insights(`metric=likes&${TOTAL}&${DAY}`, account, {
      now: () => new Date('2026-11-22T14:00:00Z'),
    });
    expect(after.json.data).toHaveLength(1);
  });

  it('profile fields, and the account behind a Page', async () => {
    const { urls } = await sandboxOf([INSTAGRAM]);
    const profile = await ask(`${urls.META_GRAPH_URL}/v25.0/${ID}?fields=followers_count,username`, TOKEN);
    expect(profile.json).toEqual({ id: ID, followers_count: 1_000, username: 'oslo.cycles' });
    const page = await ask(`${urls.META_GRAPH_URL}/v25.0/${INSTAGRAM.pageId}?fields=instagram_business_account`, TOKEN);
    expect(page.json.instagram_business_account.id).toBe(ID);
  });

  it('data at graph.instagram.com only for tokens of the Instagram login', async () => {
    const account = { ...INSTAGRAM, accessToken: 'IGAAtoken' };
    const { status, sandbox } = await insights(`metric=likes&${TOTAL}&${DAY}`, account);
    expect(status).toBe(200);
    const wrongHost = await ask(`${sandbox.urls.META_GRAPH_URL}/v25.0/${ID}?fields=id`, 'IGAAtoken');
    expect(wrongHost.json.error.code).toBe(190);
  });
});
