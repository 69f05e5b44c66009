import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { StaleToken } from '../../../src/errors.js';
import { tiktok } from '../../../src/platforms/tiktok/tiktok.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { checking, collecting } from '../../conformance/collecting.js';
import { sandboxOf } from '../../sandbox/ask.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { daysWithinReach, openedAccount } from '../asked.js';

const { account: connected } = EXPECTED.tiktok;
const LAST_ENDED = '2026-11-21';
const YESTERDAY = dayOf(LAST_ENDED, 'UTC');
const ACCOUNT = openedAccount(connected);

/** With an app for the Accounts API alone. */
const at = (url: string) =>
  tiktok({
    loginUrl: '',
    accounts: { url, clientId: 'app', clientSecret: 'secret' },
    display: { url: 'http://127.0.0.1:1', clientId: null, clientSecret: null },
  });
const ok = (data: object): Answer => [200, { code: 0, message: 'OK', data }];
const refused = (code: number, message = 'no'): Answer => [200, { code, message, data: {} }];

/** What is collected of yesterday from these answers. */
async function collected(answer: (fields: readonly string[]) => Answer, lastEnded: string | null = LAST_ENDED) {
  const { url, requests } = await serveApi(({ searchParams }) =>
    answer(JSON.parse(searchParams.get('fields') ?? '[]')),
  );
  const { context, warnings } = lentContext(NOON, lastEnded);
  const result = await at(url)
    .collect(ACCOUNT, [YESTERDAY], context)
    .catch((error: unknown) => ({ error }));
  return { result, warnings, requests: requests.length };
}

it('asks for all days that TikTok answers for in one request', async () => {
  const sandbox = await sandboxOf([connected]);
  const platform = at(sandbox.urls.TIKTOK_BUSINESS_URL);
  const days = daysWithinReach(platform, LAST_ENDED);
  const { days: results, closing } = await platform.collect(ACCOUNT, days, lentContext(NOON).context);
  expect(results.filter(({ kind }) => kind === 'collected')).toHaveLength(59);
  expect(closing).toEqual([]);
  expect(sandbox.requests.map(({ query }) => [query.get('start_date'), query.get('end_date')])).toEqual([
    ['2026-09-23', '2026-11-21'],
  ]);
});

it('keeps the followers of the day apart from the current ones of the same name', async () => {
  const { result } = await collected(() =>
    ok({
      followers_count: 42_083,
      following_count: 12,
      metrics: [{ date: `${LAST_ENDED}T00:00:00Z`, followers_count: 41_000, video_views: null }],
    }),
  );
  expect(result).toEqual({
    days: [{ date: LAST_ENDED, kind: 'collected', values: [{ metric: 'followers_count', value: 41_000 }] }],
    closing: [{ metric: 'following_count', value: 12 }],
  });
});

it.each([{}, { metrics: null }, { metrics: [] }])('has no data in %j', async (data) => {
  const { result } = await collected(() => ok(data));
  expect(result).toEqual({ days: [{ date: LAST_ENDED, kind: 'no_data' }], closing: [] });
});

it('fails only the day whose numbers cannot be read, and keeps its other values', async () => {
  const { result } = await collected(() => ok({ metrics: [{ date: LAST_ENDED, likes: 'many', shares: 3 }] }));
  expect(result).toMatchObject({
    days: [{ kind: 'failed', error: { reason: 'unexpected_response' }, values: [{ metric: 'shares', value: 3 }] }],
  });
});

it('collects the metrics that an account has if it is not a Business account', async () => {
  const { days, warnings } = await collecting({ ...connected, kind: 'personal' });
  expect(days.map(({ ended }) => ended).join(' ')).toBe(EXPECTED.tiktok.states);
  expect(Object.keys(days[0]?.values ?? {}).sort()).toEqual(
    ['comments', 'followers_count', 'likes', 'profile_views', 'shares', 'video_views'].sort(),
  );
  expect(warnings).toEqual([]);
});

it('names a checked account by its user name, if the token may read it', async () => {
  await expect((await checking(connected)).answer).resolves.toEqual({ accountName: 'oslocycles' });
  const { url } = await serveApi(({ searchParams }) =>
    searchParams.get('fields') === '["username"]' ? refused(40001) : ok({ metrics: [] }),
  );
  expect(await at(url).check(ACCOUNT, lentContext(NOON).context)).toEqual({ accountName: null });
});

describe('a request that is refused as invalid', () => {
  const invalid = refused(40002, 'Invalid parameter');
  const row = (fields: readonly string[]) =>
    ok({ metrics: [{ date: LAST_ENDED, ...Object.fromEntries(fields.map((field) => [field, 1])) }] });

  it.each([['video_views'], ['shares', 'lead_submissions'], ['videos_count']])(
    'because of %s is repeated without it',
    async (...gone) => {
      const { result, warnings } = await collected((fields) =>
        fields.some((field) => gone.includes(field)) ? invalid : row(fields),
      );
      expect(result).toMatchObject({ days: [{ kind: 'collected' }] });
      const [{ values } = { values: [] }] = 'days' in result ? result.days.filter((day) => 'values' in day) : [];
      const daily = EXPECTED.tiktok.daily;
      expect(values.map(({ metric }) => metric).sort()).toEqual(
        Object.keys(daily)
          .filter((name) => !gone.includes(name))
          .sort(),
      );
      expect(warnings).toHaveLength(gone.length);
    },
  );

  it('for another reason fails the account after few requests, and remembers no metric as refused', async () => {
    const { result, warnings, requests } = await collected(() => invalid);
    expect(result).toMatchObject({
      error: { reason: 'unexpected_response', message: 'Invalid parameter (HTTP 200 code 40002)' },
    });
    expect(requests).toBeLessThan(10);
    expect(warnings).toEqual([]);
  });
});

describe('what the Accounts API refuses', () => {
  async function refusal(answer: Answer, refreshToken: string | null = 'rft.one') {
    const { url, requests } = await serveApi(() => answer);
    const error: unknown = await at(url)
      .collect({ ...ACCOUNT, refreshToken }, [YESTERDAY], lentContext(NOON).context)
      .catch((thrown: unknown) => thrown);
    return { error, requests: requests.length };
  }

  it('may be a token to renew or, without a refresh token, an account to reconnect', async () => {
    const stale = refused(40105, 'Access token is incorrect or has been revoked.');
    expect((await refusal(stale)).error).toBeInstanceOf(StaleToken);
    const { error, requests } = await refusal(stale, null);
    expect(error).not.toBeInstanceOf(StaleToken);
    expect(error).toMatchObject({
      reason: 'needs_reconnect',
      message: 'Access token is incorrect or has been revoked. (HTTP 200 code 40105); connect the account again',
    });
    expect(requests).toBe(1);
  });

  it.each<[string, Answer, object, number]>([
    ['a missing permission', refused(40001), { reason: 'missing_permission', scope: 'connection' }, 1],
    ['a temporary failure', refused(50002), { reason: 'platform_error' }, 4],
    [
      'an unknown error',
      refused(40067, 'odd'),
      { reason: 'unexpected_response', message: 'odd (HTTP 200 code 40067)' },
      1,
    ],
    ['an answer without a code', [200, { message: 'hm' }], { reason: 'unexpected_response' }, 1],
    ['a status without a code', [503, 'no'], { reason: 'platform_error' }, 4],
    ['a status that its code contradicts', [500, { code: 0, data: {} }], { reason: 'platform_error' }, 4],
  ])('may be %s', async (_what, answer, expected, requests) => {
    const { error, requests: sent } = await refusal(answer);
    expect(error).toMatchObject(expected);
    expect(sent).toBe(requests);
  });

  it.each<[string, Answer]>([
    ['a code', refused(40100)],
    ['a status', [429, 'too many']],
  ])('may be too many requests, as %s shows: the app pauses', async (_what, answer) => {
    const { error, requests } = await refusal(answer);
    expect(error).toMatchObject({ reason: 'throttled' });
    // Twice as long each time, up to what a run waits.
    expect(requests).toBeLessThan(5);
  });
});
