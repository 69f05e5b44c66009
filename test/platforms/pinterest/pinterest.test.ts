import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import { StaleToken } from '../../../src/errors.js';
import type { PinterestSettings } from '../../../src/platforms/pinterest/api.js';
import { pinterest } from '../../../src/platforms/pinterest/pinterest.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { checking, collecting } from '../../conformance/collecting.js';
import { sandboxOf } from '../../sandbox/ask.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { daysWithinReach, openedAccount } from '../asked.js';

const { account: connected } = EXPECTED.pinterest;
const LAST_ENDED = '2026-11-21';
const YESTERDAY = dayOf(LAST_ENDED, 'UTC');
const ACCOUNT = openedAccount(connected);
const EMPTY = { all: { daily_metrics: [] } };

const at = (apiUrl: string, settings: Partial<PinterestSettings> = {}) =>
  pinterest({ apiUrl, loginUrl: '', clientId: null, clientSecret: null, dailyRequests: 1_000, ...settings });

it('asks for all days that Pinterest answers for in one request', async () => {
  const sandbox = await sandboxOf([connected]);
  const platform = at(sandbox.urls.PINTEREST_API_URL);
  const days = daysWithinReach(platform, LAST_ENDED);
  const { days: results, closing } = await platform.collect(ACCOUNT, days, lentContext(NOON).context);
  expect(results.filter(({ kind }) => kind === 'collected')).toHaveLength(88);
  expect(closing).toEqual([]);
  expect(sandbox.requests.map(({ path, query }) => `${path} ${query}`)).toEqual([
    '/v5/user_account/analytics start_date=2026-08-25&end_date=2026-11-21',
  ]);
});

it('asks for the profile only if closing figures are wanted', async () => {
  const sandbox = await sandboxOf([connected]);
  const collect = (lastEnded: string | null) =>
    at(sandbox.urls.PINTEREST_API_URL).collect(ACCOUNT, [YESTERDAY], lentContext(NOON, lastEnded).context);
  expect((await collect(null)).closing).toEqual([]);
  expect((await collect(LAST_ENDED)).closing).toHaveLength(3);
  expect(sandbox.requests.map(({ path }) => path)).toEqual([
    '/v5/user_account/analytics',
    '/v5/user_account/analytics',
    '/v5/user_account',
  ]);
});

it('keeps an estimate provisional long after other days have settled', async () => {
  const courses = [{ dates: ['2026-11-16'], steps: [{ fromHours: 0, share: 0.9 }] }];
  const { days } = await collecting({ ...connected, courses });
  expect(days.slice(0, 3).map(({ date, ended }) => `${date} ${ended}`)).toEqual([
    '2026-11-15 settled',
    '2026-11-16 provisional',
    '2026-11-17 settled',
  ]);
});

it('stores no figures that the profile does not give, and collects the days all the same', async () => {
  const profiles: Answer[] = [
    [200, { id: connected.accountId, follower_count: 5, following_count: null }],
    [500, { code: 0, message: 'down' }],
  ];
  const closing = [];
  for (const profile of profiles) {
    const { url } = await serveApi(({ pathname }) => (pathname.endsWith('analytics') ? [200, EMPTY] : profile));
    const { context, warnings } = lentContext(NOON, LAST_ENDED);
    const collected = await at(url).collect(ACCOUNT, [YESTERDAY], context);
    expect(collected.days).toEqual([{ date: LAST_ENDED, kind: 'no_data' }]);
    closing.push({ values: collected.closing, warnings: warnings.length });
  }
  expect(closing).toEqual([
    { values: [{ metric: 'follower_count', value: 5 }], warnings: 0 },
    { values: [], warnings: 1 },
  ]);
});

describe('an account that its token does not open', () => {
  const other = { ...connected, connectedAs: '1' };

  it('is refused, so that no figures are filed under the wrong account', async () => {
    const { days } = await collecting(other);
    expect(new Set(days.map(({ ended }) => ended))).toEqual(new Set(['failed configuration']));
    expect(days[0]?.message).toContain('opens the Pinterest account oslocycles, not this one');
    expect(days.flatMap(({ values }) => Object.keys(values))).toEqual([]);
  });

  it('may be named by its user name instead of its id', async () => {
    const { days } = await collecting({ ...connected, connectedAs: 'OsloCycles' });
    expect(days.map(({ ended }) => ended).join(' ')).toBe(EXPECTED.pinterest.states);
  });

  it('is not added', async () => {
    const { url } = await serveApi(() => [200, { id: '1', username: 'other' }]);
    await expect(at(url).check(ACCOUNT, lentContext(NOON).context)).rejects.toMatchObject({ reason: 'configuration' });
  });
});

it("knows a checked account by Pinterest's id and user name", async () => {
  await expect((await checking(connected)).answer).resolves.toEqual({
    accountId: connected.accountId,
    accountName: 'oslocycles',
  });
});

describe('what Pinterest refuses', () => {
  async function refusal(answer: Answer, refreshToken: string | null = 'pinr_one') {
    const { url, requests } = await serveApi(() => answer);
    const { context } = lentContext(NOON);
    const error: unknown = await at(url)
      .collect({ ...ACCOUNT, refreshToken }, [YESTERDAY], context)
      .catch((thrown) => thrown);
    return { error, requests: requests.length };
  }
  const AUTHENTICATION: Answer = [401, { code: 2, message: 'Authentication failed.' }];

  it('may be a token to renew, if there is a refresh token', async () => {
    const { error, requests } = await refusal(AUTHENTICATION);
    expect(error).toBeInstanceOf(StaleToken);
    expect(error).toMatchObject({ reason: 'needs_reconnect' });
    expect(requests).toBe(1);
  });

  it('may be an account to reconnect, if there is none', async () => {
    const { error } = await refusal(AUTHENTICATION, null);
    expect(error).not.toBeInstanceOf(StaleToken);
    expect(error).toMatchObject({
      reason: 'needs_reconnect',
      message: 'Authentication failed. (HTTP 401 code 2); connect the account again',
    });
  });

  it.each<[string, Answer, object, number]>([
    [
      'a missing permission',
      [403, { code: 7, message: 'Not authorized' }],
      { reason: 'missing_permission', scope: 'connection' },
      1,
    ],
    [
      'days that are too old',
      [400, { code: 1, message: 'You can only get data from the last 90 days.' }],
      { reason: 'unexpected_response', message: expect.stringContaining('clock') },
      1,
    ],
    [
      'invalid parameters',
      [400, { code: 1, message: 'Invalid user accounts analytics parameters.' }],
      { reason: 'unexpected_response', message: 'Invalid user accounts analytics parameters. (HTTP 400 code 1)' },
      1,
    ],
    ['an error in no form of its own', [403, 'no'], { reason: 'unexpected_response' }, 4],
    ['a temporary failure', [500, { code: 0, message: 'Sorry' }], { reason: 'platform_error', scope: 'day' }, 4],
  ])('may be %s', async (_what, answer, expected, requests) => {
    const refused = await refusal(answer);
    expect(refused.error).toMatchObject(expected);
    expect(refused.requests).toBe(requests);
  });

  it.each<[string, unknown]>([
    ['an error', { code: 8, message: 'Too many' }],
    ['anything', 'too many'],
  ])('may be too many requests, with %s as the answer: the app pauses', async (_what, body) => {
    const { error, requests } = await refusal([429, body]);
    expect(error).toMatchObject({ reason: 'throttled' });
    // Twice as long each time, up to what a run waits.
    expect(requests).toBeLessThan(5);
  });
});

it('counts every request of the app against its daily budget', () => {
  expect(at('https://x', { dailyRequests: 7 }).pace).toEqual({ Pinterest: { perDay: 7 } });
});
