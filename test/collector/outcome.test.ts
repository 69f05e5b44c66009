import { describe, expect, it } from 'vitest';
import { dayOf } from '../../src/collector/day.js';
import { type RecordInput, recordDay } from '../../src/collector/outcome.js';
import { closingRows } from '../../src/collector/snapshots.js';
import { type DayResult, dayResult, type MetricInfo, type MetricValue } from '../../src/platforms/contract.js';
import type { OutcomeState } from '../../src/store/accounts.js';
import { ledgerEntry, storedAccount } from '../support/accounts.js';

const DATE = '2026-11-18';
const SETTLED = new Date('2026-11-22T00:00:00Z');
const EARLY = new Date('2026-11-19T04:00:00Z');
const EMPTY: DayResult = { date: DATE, kind: 'no_data' };

const METRICS: readonly MetricInfo[] = [
  { name: 'views', apiName: 'views', unit: 'count', aggregate: 'sum', meaning: 'Times shown' },
  { name: 'impressions', apiName: 'views', unit: 'count', aggregate: 'sum', aliasOf: 'views', meaning: 'Retired' },
  {
    name: 'engaged_users',
    apiName: 'views',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'views',
    approximate: true,
    meaning: 'Retired without a successor',
  },
  { name: 'reach', apiName: 'reach', unit: 'accounts', aggregate: 'none', meaning: 'Accounts' },
  { name: 'reach_7d', apiName: 'reach', unit: 'accounts', aggregate: 'none', period: 'week', meaning: 'Of 7 days' },
  { name: 'total', apiName: 'total', unit: 'accounts', aggregate: 'last', period: 'lifetime', meaning: 'As of now' },
];

const ACCOUNT = storedAccount();
const PLATFORM: RecordInput['platform'] = {
  name: 'any',
  api: 'any_api',
  metrics: METRICS,
  day: { timeZone: 'UTC', settlesAfterHours: 48, reachDays: 30, asks: 'day' },
};

function recorded(result: DayResult, { askedAt = SETTLED, known }: { askedAt?: Date; known?: OutcomeState } = {}) {
  const warnings: string[] = [];
  const record = recordDay({
    account: storedAccount({
      ledger:
        known === undefined ? [] : [ledgerEntry(DATE, known, { figures: known === 'pending' ? 'nothing' : 'values' })],
    }),
    platform: PLATFORM,
    day: dayOf(DATE, 'UTC'),
    result,
    answers: [],
    askedAt,
    clean: (text: string) => text,
    warn: (message) => warnings.push(message),
  });
  return { ...record, warnings };
}

const collected = (...values: MetricValue[]): DayResult => dayResult(DATE, values);
const metadata = (value: MetricValue) => recorded(collected(value)).snapshots[0]?.metadata;

it.each<[DayResult, OutcomeState | undefined, OutcomeState]>([
  [EMPTY, undefined, 'no_data'],
  [EMPTY, 'pending', 'no_data'],
  [EMPTY, 'provisional', 'provisional'],
  [EMPTY, 'settled', 'settled'],
])('an answer without values for a day written %j in state %s leaves it %s', (result, known, state) => {
  expect(recorded(result, known === undefined ? {} : { known }).outcome.state).toBe(state);
});

describe('the metadata of a row', () => {
  it('says what the value is and how its days combine', () => {
    expect(metadata({ metric: 'views', value: 5 })).toEqual({
      api: 'any_api',
      period: 'day',
      account_id: '1',
      fetched_at: SETTLED.toISOString(),
      settled: true,
      unit: 'count',
      aggregate: 'sum',
    });
  });

  it('names the metric whose value a retired name repeats, and whether that is an approximation', () => {
    expect(metadata({ metric: 'impressions', value: 5 })).toMatchObject({ alias_of: 'views' });
    expect(metadata({ metric: 'impressions', value: 5 })).not.toHaveProperty('approximate');
    expect(metadata({ metric: 'engaged_users', value: 5 })).toMatchObject({ alias_of: 'views', approximate: true });
  });

  it.each<[string, MetricValue, string | undefined]>([
    ['one type is all of it', { metric: 'views', value: 5, postTypes: { reel: 5 } }, 'reel'],
    ['one type is less than the value', { metric: 'views', value: 5, postTypes: { reel: 3 } }, undefined],
    ['another type has a part', { metric: 'reach', value: 5, postTypes: { reel: 5, post: 2 } }, undefined],
    ['there is no split', { metric: 'views', value: 0, postTypes: {} }, undefined],
  ])('names a post type only if it accounts for the whole value: %s', (_case, value, type) => {
    expect(metadata(value)?.post_type).toBe(type);
    expect(metadata(value)?.post_types).toEqual(
      Object.keys(value.postTypes ?? {}).length > 0 ? value.postTypes : undefined,
    );
  });

  it('holds the splits by follower and by reaction', () => {
    expect(metadata({ metric: 'reach', value: 5, followTypes: { follower: 4 }, reactions: { like: 1 } })).toMatchObject(
      { follow_types: { follower: 4 }, reactions: { like: 1 } },
    );
    expect(metadata({ metric: 'reach', value: 5, followTypes: {}, reactions: {} })).not.toHaveProperty('follow_types');
  });
});

describe('figures of several days', () => {
  const figures = collected({ metric: 'reach_7d', value: 7 });

  it('are settled at once, and leave a day with nothing else pending', () => {
    const { outcome, snapshots } = recorded(figures, { askedAt: EARLY });
    expect(outcome.state).toBe('pending');
    expect(snapshots.map((row) => [row.metric, row.metadata.period, row.metadata.settled])).toEqual([
      ['reach_7d', 'week', true],
    ]);
  });

  it("do not affect the day's own values", () => {
    const both = collected({ metric: 'views', value: 1 }, { metric: 'reach_7d', value: 9 });
    const { outcome, snapshots } = recorded(both, { askedAt: EARLY });
    expect(outcome.state).toBe('provisional');
    expect(snapshots.map((row) => row.metadata.settled)).toEqual([false, true]);
  });
});

it.each([
  ['before its end, provisional', '2026-11-18T20:00:00Z', false],
  ['from its end on, settled', '2026-11-19T00:00:00Z', true],
])('a closing figure of a day is, asked for %s', (_when, askedAt, settled) => {
  const asked = { account: ACCOUNT, platform: PLATFORM, day: dayOf(DATE, 'UTC'), warn: () => undefined };
  const rows = closingRows({ ...asked, askedAt: new Date(askedAt) }, [{ metric: 'total', value: 9 }]);
  expect(rows).toMatchObject([{ date: DATE, metric: 'total', value: 9, metadata: { period: 'lifetime', settled } }]);
});

it("warns about a metric that is not in the platform's table, and does not store it", () => {
  const { outcome, snapshots, warnings } = recorded(collected({ metric: 'novelty', value: 1 }), { askedAt: EARLY });
  expect(snapshots).toEqual([]);
  expect(outcome.state).toBe('pending');
  expect(warnings).toEqual([expect.stringContaining('novelty')]);
});
