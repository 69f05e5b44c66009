import { describe, expect, it } from 'vitest';
import { addDays, datesBetween, dayOf } from '../../../src/collector/day.js';
import { createRefusals } from '../../../src/collector/refusals.js';
import { type Account, isNonEmpty } from '../../../src/platforms/contract.js';
import { threads } from '../../../src/platforms/threads/threads.js';
import type { Fault } from '../../../src/sandbox/account.js';
import { trueValue } from '../../../src/sandbox/values.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { checking, collecting } from '../../conformance/collecting.js';
import { sandboxOf } from '../../sandbox/ask.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { createWorld } from '../../support/world.js';
import { settingsOf } from './settings.js';

const { account: connected } = EXPECTED.threads;
const LAST_ENDED = '2026-11-21';
const ACCOUNT: Account = {
  accountId: connected.accountId,
  accessToken: connected.accessToken,
  refreshToken: null,
  tokenExpiresAt: null,
};
const NOT_AVAILABLE = 'THREADS_API__FEATURE_NOT_AVAILABLE';
const UNKNOWN: Answer = [500, { error: { code: 1, message: 'An unknown error has occurred.' } }];

function daysBetween(since: string, until = LAST_ENDED) {
  const days = datesBetween(since, until).map((date) => dayOf(date, 'America/Los_Angeles'));
  if (!isNonEmpty(days)) throw new Error('no days');
  return days;
}

/** Collects the last ended day from an API that answers as given, by the metrics asked for. */
async function collected(answer: (metric: string, url: URL) => Answer, account = ACCOUNT) {
  const { url, requests } = await serveApi((asked) => answer(asked.searchParams.get('metric') ?? '', asked));
  const { context, warnings } = lentContext(NOON, LAST_ENDED);
  const { days, closing } = await threads(settingsOf(url)).collect(account, daysBetween(LAST_ENDED), context);
  const [day] = days;
  return { day, values: day !== undefined && 'values' in day ? day.values : [], closing, warnings, requests };
}

const views = (...values: object[]): Answer => [200, { data: [{ name: 'views', period: 'day', values }] }];
const totals = (metric: string, value = 7): Answer => [
  200,
  { data: metric.split(',').map((name) => ({ name, total_value: { value } })) },
];
const healthy = (metric: string): Answer =>
  metric === 'views' ? views({ value: 5, end_time: '2026-11-22T08:00:00+0000' }) : totals(metric);

describe('the requests', () => {
  const asked = async (since: string, until: string, lastEnded: string | null = null) => {
    const sandbox = await sandboxOf([connected]);
    await threads(settingsOf(sandbox.urls.THREADS_GRAPH_URL)).collect(
      ACCOUNT,
      daysBetween(since, until),
      lentContext(NOON, lastEnded).context,
    );
    expect(new Set(sandbox.requests.map(({ path }) => path))).toEqual(
      new Set([`/v1.0/${connected.accountId}/threads_insights`]),
    );
    return sandbox.requests.map(({ query }) => Object.fromEntries(query));
  };
  const at = (instant: string) => Date.parse(instant) / 1_000;

  it('ask for a day up to its last second, and for the series a second further', async () => {
    const requests = await asked('2026-10-31', '2026-11-01');
    const metric = 'likes,replies,reposts,quotes,clicks';
    expect(requests).toHaveLength(3);
    expect(requests).toEqual(
      expect.arrayContaining([
        { metric, since: `${at('2026-10-31T07:00:00Z')}`, until: `${at('2026-11-01T06:59:59Z')}` },
        // Of 25 hours.
        { metric, since: `${at('2026-11-01T07:00:00Z')}`, until: `${at('2026-11-02T07:59:59Z')}` },
        { metric: 'views', since: `${at('2026-10-31T07:00:00Z')}`, until: `${at('2026-11-02T08:00:01Z')}` },
      ]),
    );
  });

  it('ask for followers separately, and without a window', async () => {
    const requests = await asked(LAST_ENDED, LAST_ENDED, LAST_ENDED);
    expect(requests).toHaveLength(3);
    expect(requests).toContainEqual({ metric: 'followers_count' });
  });

  it('ask for the series of at most a week at once', async () => {
    const requests = await asked('2026-11-08', LAST_ENDED);
    expect(requests.filter(({ metric }) => metric === 'views')).toHaveLength(2);
    expect(requests).toHaveLength(14 + 2);
  });
});

it('asks for no day before Threads guarantees its figures, whenever it is run', () => {
  const { reachDays } = threads(settingsOf('https://x')).day;
  expect(addDays('2026-11-20', 1 - reachDays) >= '2024-06-01').toBe(true);
});

describe('the series', () => {
  it.each([
    ['in winter', '2026-11-22T08:00:00+0000'],
    ['in summer time', '2026-11-22T07:00:00+0000'],
  ])('has the value of the day that ends with its label, %s', async (_when, label) => {
    const { values } = await collected((metric) =>
      metric === 'views'
        ? views({ value: 1, end_time: '2026-11-21T08:00:00+0000' }, { value: 5, end_time: label }, { value: 9 })
        : healthy(metric),
    );
    expect(values.filter(({ metric }) => metric === 'views')).toEqual([{ metric: 'views', value: 5 }]);
  });

  it('has no value, not zero, for a day that it leaves out', async () => {
    const { day, values } = await collected((metric) =>
      metric === 'views' ? views({ value: 1, end_time: '2026-11-21T08:00:00+0000' }) : healthy(metric),
    );
    expect(day?.kind).toBe('collected');
    expect(values.map(({ metric }) => metric)).toEqual(['likes', 'replies', 'reposts', 'quotes', 'clicks']);
  });

  it('may fail: the day keeps its totals and remains due', async () => {
    const { day, values } = await collected((metric) => (metric === 'views' ? UNKNOWN : healthy(metric)));
    expect(day).toMatchObject({ kind: 'failed', error: { reason: 'platform_error' } });
    expect(values).toHaveLength(5);
  });
});

describe('clicks', () => {
  const clicks = async (insight: object) => {
    const { values } = await collected((metric) =>
      metric.endsWith('clicks') ? [200, { data: [{ name: 'clicks', ...insight }] }] : healthy(metric),
    );
    return values.find(({ metric }) => metric === 'clicks');
  };

  it('are the sum over the links, whose addresses are not kept', async () => {
    const links = [
      { value: 11, link_url: 'https://example.com/' },
      { value: 4, link_url: 'https://example.com/shop' },
    ];
    expect(await clicks({ link_total_values: links })).toEqual({ metric: 'clicks', value: 15 });
  });

  it.each([
    ['no link is listed', { link_total_values: [] }],
    ['the clicks of a link are not given', { link_total_values: [{ value: 3 }, { link_url: 'https://x' }] }],
    ['the insight has none of the known forms', { title: 'clicks' }],
  ])('have no value if %s', async (_case, insight) => {
    expect(await clicks(insight)).toBeUndefined();
  });
});

describe('followers of a profile without a linked Instagram account', () => {
  it.each([
    ['as the code', { code: NOT_AVAILABLE, message: 'Not available' }],
    ['in the message', { code: 10, message: `ErrorCode::${NOT_AVAILABLE}` }],
  ])('are left out if they are refused %s, and everything else is collected', async (_where, error) => {
    const { day, closing, warnings } = await collected((metric) =>
      metric === 'followers_count' ? [400, { error }] : healthy(metric),
    );
    expect(day?.kind).toBe('collected');
    expect(closing).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining('refuses the metric "followers_count" for an account; it is collected without it'),
    ]);
  });

  it('are not given up for other profiles', async () => {
    const warnings: string[] = [];
    const refusals = createRefusals((message) => warnings.push(message));
    const { url } = await serveApi(({ searchParams }, token) =>
      searchParams.get('metric') === 'followers_count' && token !== 'THAA4'
        ? [400, { error: { code: NOT_AVAILABLE } }]
        : healthy(searchParams.get('metric') ?? ''),
    );
    const closing = [];
    for (const number of [1, 2, 3, 4]) {
      const account = { ...ACCOUNT, accessToken: `THAA${number}` };
      const context = { ...lentContext(NOON, LAST_ENDED).context, refused: refusals.of(number, (text) => text) };
      closing.push((await threads(settingsOf(url)).collect(account, daysBetween(LAST_ENDED), context)).closing);
    }
    refusals.end();
    expect(closing.map((values) => values.length)).toEqual([0, 0, 0, 1]);
    expect(warnings).toEqual([expect.stringContaining('for 3 accounts; they are collected without it')]);
  });

  it('are missing in the sandbox, too', async () => {
    const { days, warnings } = await collecting({
      ...connected,
      fault: { kind: 'refused_metric', metric: 'followers_count' },
    });
    expect(days.map(({ ended }) => ended).join(' ')).toBe(EXPECTED.threads.states);
    expect(days.flatMap(({ values }) => Object.keys(values))).not.toContain('followers_count');
    expect(warnings).toHaveLength(1);
  });

  it('are asked for once a day, and make no day due', async () => {
    const fault = { kind: 'refused_metric', metric: 'followers_count' } as const;
    const world = await createWorld({
      now: new Date('2026-11-22T02:00:00Z'),
      accounts: [{ ...connected, fault }],
    });
    const asked = async (time: string) => {
      world.now = new Date(`2026-11-${time}:00:00Z`);
      const before = world.sandbox.requests.length;
      await world.collect();
      const sent = world.sandbox.requests.slice(before);
      return [sent.length > 0, sent.some(({ query }) => query.get('metric') === 'followers_count')];
    };
    expect(await asked('22T02')).toEqual([true, true]);
    expect(await asked('22T09')).toEqual([true, false]);
    expect(await asked('22T10')).toEqual([false, false]);
    expect(await asked('23T09')).toEqual([true, true]);
    await world.close();
  });
});

describe('an unknown error', () => {
  it('for several metrics has each asked for on its own, and is forgotten if it passes', async () => {
    const { day, values, warnings, requests } = await collected((metric) =>
      metric.includes(',') ? UNKNOWN : healthy(metric),
    );
    expect(day?.kind).toBe('collected');
    expect(values).toHaveLength(6);
    expect(warnings).toEqual([]);
    // Tried twice, then one by one.
    expect(requests.filter(({ searchParams }) => searchParams.get('metric')?.includes(','))).toHaveLength(2);
  });

  it('for every metric fails the day, and is not blamed on the metrics', async () => {
    const { day, warnings } = await collected((metric) =>
      ['views', 'followers_count'].includes(metric) ? healthy(metric) : UNKNOWN,
    );
    expect(day).toMatchObject({ kind: 'failed', error: { reason: 'platform_error' } });
    expect(warnings).toEqual([]);
  });

  it('for one metric loses only that one, and is met on only one of several days', async () => {
    const sandbox = await sandboxOf([connected], { refusedMetrics: ['quotes'] });
    const { context } = lentContext(NOON);
    const { days } = await threads(settingsOf(sandbox.urls.THREADS_GRAPH_URL)).collect(
      ACCOUNT,
      daysBetween('2026-11-15'),
      context,
    );
    expect(days.map(({ kind }) => kind)).toEqual(Array(7).fill('collected'));
    expect(sandbox.requests.filter(({ query }) => query.get('metric')?.includes('quotes'))).toHaveLength(2 + 2);
  });
});

describe('a missing permission', () => {
  const fault: Fault = { kind: 'missing_permission' };

  it('may be one that Meta has not reviewed', async () => {
    const { days } = await collecting({ ...connected, fault });
    expect(days[0]).toMatchObject({
      ended: 'skipped missing_permission',
      message: expect.stringMatching(/grant threads_basic and threads_manage_insights, which need App Review/),
    });
  });

  it('is noticed by the check, even if the profile can be read', async () => {
    const { url } = await serveApi(({ pathname }) =>
      pathname.endsWith('threads_insights')
        ? [400, { error: { code: 10, message: 'Application does not have permission for this action' } }]
        : [200, { id: '1', username: 'oslo' }],
    );
    await expect(threads(settingsOf(url)).check(ACCOUNT, lentContext(NOON).context)).rejects.toMatchObject({
      reason: 'missing_permission',
    });
  });
});

it("names a checked account by its profile's user name", async () => {
  await expect((await checking(connected)).answer).resolves.toEqual({ accountName: 'oslo.cycles' });
});

it('names no variables of other platforms when it is refused', async () => {
  const words = await Promise.all(
    [
      { code: 2500, message: 'Unknown path' },
      { code: 100, message: 'Invalid appsecret_proof provided' },
    ].map((error) => collected(() => [400, { error }]).catch((thrown) => String(thrown))),
  );
  expect(words.join(' ')).not.toContain('META_');
});

it("stores the sandbox's figures for the first day of winter time", async () => {
  const sandbox = await sandboxOf([connected]);
  const days = daysBetween('2026-11-01', '2026-11-01');
  const { days: results } = await threads(settingsOf(sandbox.urls.THREADS_GRAPH_URL)).collect(
    ACCOUNT,
    days,
    lentContext(NOON).context,
  );
  const truth = ['views', 'likes', 'replies', 'reposts', 'quotes', 'clicks'].map((metric) => ({
    metric,
    value: trueValue(connected.accountId, metric, '2026-11-01'),
  }));
  expect(results).toEqual([{ date: '2026-11-01', kind: 'collected', values: truth }]);
});
