import { expect, test } from 'vitest';
import { LINKEDIN } from '../../src/platforms/linkedin/definition.js';
import { showUser } from '../../src/report/show.js';
import type { StoredValue } from '../../src/store/values.js';

const NOW = new Date('2026-11-22T09:00:00Z');
const ACCOUNT = { id: 1, userId: 'u', platform: 'linkedin', accountId: '7', accountName: null, isPrimary: true };
const DAY = { timeZone: 'UTC', settlesAfterHours: 72, reachDays: 364, asks: 'range' } as const;

function value(metric: string, date: string, value: number, differing: Partial<StoredValue> = {}): StoredValue {
  const aggregate = { likes: 'sum', views: 'sum', followers: 'last' }[metric] ?? 'none';
  const kind = { unit: 'count', aggregate, period: 'day', settled: true, aliasOf: null, first: null, revisedAt: null };
  return { account: ACCOUNT, date, metric, value, exactValue: String(value), ...kind, ...differing };
}

function show(
  values: readonly StoredValue[],
  userId: string | null = 'u',
  users: readonly string[] = ['u'],
  platform: string | null = null,
) {
  const store = {
    description: 'a store',
    check: async () => undefined,
    async *readValues() {
      yield values;
    },
    listUsers: async (most: number) => users.slice(0, most),
    countConnections: async (asked: string | null) => ({
      services: users.some((user) => user === asked) ? [{ service: 'linkedin', active: 1, inactive: 0 }] : [],
      encrypted: 0,
      neighbours: users,
    }),
  };
  const metrics = [
    { name: 'likes', unit: 'count', aggregate: 'sum', meaning: '' },
    {
      name: 'views',
      unit: 'count',
      aggregate: 'sum',
      meaning: '',
      breaks: [{ from: '2026-11-10', change: 'Counted otherwise.' }],
    },
    {
      name: 'reach',
      unit: 'count',
      aggregate: 'none',
      meaning: '',
      breaks: [{ from: '2026-11-08', change: 'Too old.' }],
    },
  ] as const;
  const platforms = new Map([[LINKEDIN.name, { day: DAY, metrics }]]);
  return showUser({ store, platforms }, { userId, platform, days: 7 }, NOW);
}

async function metricOf(name: string, values: readonly StoredValue[]) {
  const { accounts } = await show(values);
  return accounts[0]?.metrics.find(({ metric }) => metric === name);
}

test('adds up counts, and compares them over the days that both weeks have', async () => {
  const likes = await metricOf('likes', [
    value('likes', '2026-11-08', 100),
    value('likes', '2026-11-09', 10),
    value('likes', '2026-11-16', 15),
    value('likes', '2026-11-21', 5, { settled: false }),
    value('likes', '2026-11-22', 1000),
  ]);
  expect(likes).toMatchObject({
    value: 20,
    provisional: true,
    before: 10,
    change: 5,
    change_percent: 50,
    days_compared: 1,
  });
  expect(likes?.values).toHaveLength(7);
  expect(likes?.values[0]).toEqual({ date: '2026-11-15', value: null, provisional: false });
});

test('adds up decimals without floating-point errors', async () => {
  const days = ['2026-11-11', '2026-11-12', '2026-11-18', '2026-11-19'];
  const likes = await metricOf(
    'likes',
    days.map((date, index) => value('likes', date, [0.1, 0.7, 0.1, 0.2][index] ?? 0)),
  );
  expect(likes).toMatchObject({ value: 0.3, before: 0.8, change: -0.5 });
});

test('compares levels, and shows only the newest day of what must not be added up', async () => {
  const week = (metric: string) => [
    value(metric, '2026-11-13', 40),
    value(metric, '2026-11-19', 44, { settled: false }),
    value(metric, '2026-11-20', 50),
  ];
  expect(await metricOf('followers', week('followers'))).toMatchObject({
    value: 50,
    date: '2026-11-20',
    change: 10,
    provisional: false,
    days_compared: null,
  });
  expect(await metricOf('reach', week('reach'))).toMatchObject({ value: 50, before: 40, change_percent: 25 });
});

test('names the series breaks that lie within the days that are compared', async () => {
  const views = await metricOf('views', [value('views', '2026-11-20', 1)]);
  expect(views?.breaks).toEqual([{ from: '2026-11-10', until: '2026-11-10', change: 'Counted otherwise.' }]);
  expect((await metricOf('reach', [value('reach', '2026-11-20', 1)]))?.breaks).toEqual([]);
});

test('compares nothing across a series break', async () => {
  const views = await metricOf('views', [value('views', '2026-11-09', 10), value('views', '2026-11-16', 900)]);
  expect(views).toMatchObject({ value: 900, before: null, change: null, change_percent: null, days_compared: 0 });
});

test('has no change where there is nothing to compare with', async () => {
  const likes = await metricOf('likes', [value('likes', '2026-11-20', 0)]);
  expect(likes).toMatchObject({ value: 0, before: null, change: null, change_percent: null });
});

test('shows the only user, or says that there are several', async () => {
  expect(await show([value('likes', '2026-11-20', 1)], null)).toMatchObject({ user_id: 'u' });
  await expect(show([], null, ['u', 'v'])).rejects.toMatchObject({
    code: 'usage',
    message: 'There are several users; show needs one.',
  });
  await expect(show([], null, [])).rejects.toMatchObject({ message: 'There are no users; show needs one.' });
});

test('suggests a user with a similar id', async () => {
  await expect(show([], 'user-2', ['user-1'])).rejects.toMatchObject({ code: 'usage', fix: 'Did you mean "user-1"?' });
  expect(await show([], 'u')).toMatchObject({ accounts: [] });
});

test('says that a user has no account on a platform', async () => {
  await expect(show([], 'u', ['u'], 'youtube')).rejects.toMatchObject({
    code: 'usage',
    message: 'User "u" has no account on "youtube".',
    fix: 'Known: linkedin.',
  });
  expect(await show([], 'u', ['u'], 'linkedin')).toMatchObject({ accounts: [] });
});
