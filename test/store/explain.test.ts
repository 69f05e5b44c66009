import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { FIXES } from '../../src/report/fixes.js';
import { platformRow } from '../../src/report/platform-row.js';
import type { StoredAccount } from '../../src/store/accounts.js';
import type { ExplainRequest } from '../../src/store/explanation.js';
import { accountRow } from '../support/accounts.js';
import { ENGINES, type Engine } from './engines.js';
import {
  allAccounts,
  as,
  beginRun,
  connected,
  connection,
  FAILED,
  outcome,
  readAll,
  readBy,
  record,
  snapshot,
  USER,
} from './rows.js';

const DAY = '2026-11-21';
/** The day ended at 08:00, and settles two days later. */
const NOW = new Date('2026-11-22T09:00:00Z');
const LATER = new Date('2026-11-24T09:00:00Z');
const PLATFORMS = [...createPlatforms(loadConfig({})).values()].map(platformRow);
const PROVISIONAL = { state: 'provisional', reason: null, message: null } as const;

describe.each(ENGINES)('in a $name store, a day is explained', ({ open }) => {
  let engine: Engine;
  let account: StoredAccount;
  let runId: string;

  beforeAll(async () => {
    engine = await open();
  });

  afterAll(() => engine.close());

  beforeEach(async () => {
    await engine.sql.query(`truncate public.platform_connections, public.analytics_snapshots, public.analytics_account_snapshots,
      public.collection_runs, public.collection_accounts, public.collection_platforms cascade`);
    account = await connected(engine.store);
    await readAll(engine.store, { ...readBy(), platforms: PLATFORMS });
    runId = await beginRun(engine.store);
  });

  const explain = (differing: Partial<ExplainRequest> = {}, at = NOW) =>
    engine.store.explainDay(
      { userId: USER, platform: 'instagram', date: DAY, accountId: null, metric: null, ...differing },
      at,
    );

  const HAD = { reach: ['2026-11-01', DAY], views: ['2026-11-01', DAY] } as const;
  /** The account's state, with what it had before. */
  const state = (differing = {}) => [accountRow({ id: account.id, metrics: HAD, ...differing })];

  test('with its final, corrected and missing values', async () => {
    const at = (hour: number) => `2026-11-22T0${hour}:00:00.000Z`;
    const given = (value: number, hour: number) =>
      record(engine.store, runId, {
        accounts: state(),
        snapshots: [
          snapshot(account, { value, metadata: { fetched_at: at(hour), period: 'day' } }),
          snapshot(account, { metric: 'likes', value: 1234.5, metadata: { fetched_at: at(hour), period: 'day' } }),
        ],
        outcomes: [{ ...outcome(account), missing: ['views'] }],
      });
    await given(809, 1);
    await given(852, 2);
    const day = await explain({}, LATER);
    expect(day).toMatchObject({
      user_id: USER,
      platform: 'instagram',
      account_id: account.accountId,
      date: DAY,
      state: 'corrected',
      sentence: '2 values: 1 corrected, 1 final; 1 missing.',
    });
    expect(day.metrics.reach).toMatchObject({
      state: 'corrected',
      sentence: 'The value of 852 is final; it was 809 until instagram corrected it on 2026-11-22.',
      value: 852,
      first: { value: 809, fetched_at: at(1) },
      revised_at: at(2),
    });
    expect(day.metrics.likes).toMatchObject({
      state: 'final',
      sentence: 'The value of 1,234.5 is final.',
      first: null,
    });
    expect(day.metrics.views).toMatchObject({ state: 'missing', reason: 'not_given', value: null });
  });

  test('with its provisional values, and when they settle', async () => {
    await record(engine.store, runId, {
      accounts: state(),
      snapshots: [
        snapshot(account, { metadata: { settled: false } }),
        snapshot(account, { metric: 'followers_count', value: 70, metadata: { settled: false, period: 'lifetime' } }),
      ],
      outcomes: [outcome(account, DAY, PROVISIONAL)],
    });
    const day = await explain();
    expect(day.sentence).toBe('All 2 values are provisional; 1 not due. The day settles on 2026-11-24 08:00 UTC.');
    expect(day.metrics.reach).toMatchObject({
      state: 'provisional',
      sentence: 'The value of 1 is provisional until 2026-11-24 08:00 UTC.',
      due_at: '2026-11-24T08:00:00+00:00',
    });
    expect(day.metrics.views).toMatchObject({ state: 'not_due', due_at: '2026-11-24T08:00:00+00:00' });
    expect(day.metrics.followers_count?.sentence).toBe(
      'The value of 70 is provisional: no later answer has confirmed it yet.',
    );
  });

  test('that failed, with the reason, since when, and what to do', async () => {
    await record(engine.store, runId, {
      accounts: state({ reason: 'timeout', message: 'no answer' }),
      outcomes: [outcome(account, DAY, FAILED)],
    });
    expect(await explain()).toMatchObject({
      state: 'missing',
      sentence: 'The day could not be collected: timeout (no answer).',
      reason: 'timeout',
      since: '2026-11-22T09:00:00+00:00',
      fix: FIXES.timeout,
      metrics: { reach: { state: 'missing', reason: 'timeout' }, views: { state: 'missing' } },
    });
  });

  test('of an account that fails as a whole', async () => {
    await engine.sql.query(`update public.collection_accounts set reason = 'needs_reconnect', message = 'the token has expired',
      failing_since = '2026-11-20T02:00:00Z', first_day = '2026-11-01', metrics = '{"reach": ["2026-11-01", "2026-11-19"]}'`);
    expect((await explain()).metrics.reach).toMatchObject({
      state: 'missing',
      sentence: 'The account has not been collected since 2026-11-20: needs_reconnect (the token has expired).',
      fix: FIXES.needs_reconnect,
    });
  });

  test.each([
    ['that has not ended', '2026-11-22', { state: 'not_due', due_at: '2026-11-23T08:00:00+00:00' }],
    ['that lies in the future', '2026-12-24', { state: 'not_due', due_at: '2026-12-25T08:00:00+00:00' }],
    ['that no run has asked for yet', '2026-11-20', { state: 'missing', reason: 'not_collected_yet' }],
    ['that was deleted', '2026-11-09', { state: 'missing', reason: 'deleted' }],
    ['before the account was first collected', '2026-10-31', { state: 'missing', reason: 'before_first_day' }],
    ['out of reach', '2024-01-01', { state: 'lost', reason: 'out_of_reach' }],
  ] as const)('%s', async (_, date, expected) => {
    await engine.sql.query("update public.collection_accounts set first_day = '2026-11-01', done_to = '2026-11-10'");
    const day = await explain({ date });
    expect(day).toMatchObject(expected);
    if (expected.state === 'missing' && expected.reason === 'before_first_day')
      expect(day).toMatchObject({
        sentence:
          'No run has asked for the day. The account is collected from 2026-11-01 on; earlier days only when they are named.',
        fix: `To collect it: analytics-collect collect --user ${USER} --platform instagram --since 2026-10-31 --until 2026-10-31`,
      });
  });

  test.each([
    [as('pending'), { state: 'missing', reason: 'pending', due_at: '2026-11-24T08:00:00+00:00' }],
    [as('no_data'), { state: 'missing', reason: 'no_data' }],
    [
      { ...as('no_data'), reason: 'for_good' },
      { state: 'missing', reason: 'no_data', sentence: 'instagram says that it will never have data for the day.' },
    ],
    [
      { state: 'skipped', reason: 'missing_permission', message: 'grant more' } as const,
      { state: 'missing', reason: 'missing_permission', fix: FIXES.missing_permission },
    ],
    [
      { state: 'skipped', reason: 'out_of_reach', message: 'the API has no past' } as const,
      {
        state: 'lost',
        reason: 'out_of_reach',
        sentence: 'The day can no longer be collected: the API has no past.',
      },
    ],
  ])('that ended as %j', async (ended, expected) => {
    await record(engine.store, runId, {
      accounts: state(),
      outcomes: [{ ...outcome(account, DAY, ended as never), metrics: 0, figures: 'nothing' }],
    });
    expect(await explain()).toMatchObject(expected);
  });

  describe('of a platform with closing figures alone:', () => {
    const BLUESKY = { platform: 'bluesky', accountId: 'a.example' };
    const CANNOT = 'The day can no longer be collected: ';
    const AS_OF_NOW = 'bluesky gives only current figures.';
    let closing: StoredAccount | undefined;

    beforeEach(async () => {
      await engine.store.saveConnection(connection(BLUESKY));
      [closing] = await readAll(engine.store, { ...readBy({ platforms: ['bluesky'] }), collected: ['bluesky'] });
    });

    const explained = (date: string, at = LATER) => explain({ platform: 'bluesky', date }, at);

    test.each([
      ['before the first run', '2026-11-22', `${CANNOT}no run asked for it then, and ${AS_OF_NOW}`],
      [
        'between runs',
        '2026-11-23',
        `${CANNOT}no run asked for it then, or its values were deleted (prune), and ${AS_OF_NOW}`,
      ],
    ])('a day %s cannot be had later', async (_, date, sentence) => {
      await engine.sql.query(
        "update public.collection_accounts set first_day = '2026-11-23', done_to = '2026-11-23' where platform = 'bluesky'",
      );
      expect(await explained(date, new Date('2026-11-24T13:00:00Z'))).toMatchObject({
        state: 'lost',
        reason: 'out_of_reach',
        sentence,
        fix: null,
      });
    });

    test('one that failed cannot be had later either', async () => {
      const failed = {
        ...outcome(closing as StoredAccount, '2026-11-22', FAILED),
        metrics: 0,
        figures: 'nothing' as const,
      };
      await record(engine.store, runId, { accounts: [], outcomes: [failed] });
      expect(await explained('2026-11-22')).toMatchObject({ state: 'lost', sentence: `${CANNOT}${AS_OF_NOW}` });
    });

    test('the day whose end is nearest is asked for by the next run', async () => {
      expect(await explained('2026-11-23')).toMatchObject({ state: 'missing', reason: 'not_collected_yet' });
    });
  });

  test.each([
    ['platform_anomaly', /^The zero is doubtful. Most accounts of instagram had zeros/],
    ['fell_to_zero', /^The zero is doubtful. All figures of the account fell to zero/],
  ] as const)('that is doubted: %s', async (reason, sentence) => {
    await record(engine.store, runId, {
      accounts: state(),
      snapshots: [snapshot(account, { value: 0, metadata: { settled: false } })],
      outcomes: [outcome(account, DAY, { state: 'provisional', reason, message: null } as never)],
    });
    const day = await explain();
    expect(day).toMatchObject({ state: 'doubtful', reason });
    expect(day.metrics.reach).toMatchObject({ state: 'doubtful', value: 0, sentence: expect.stringMatching(sentence) });
    expect(day.metrics.views).toMatchObject({ state: 'doubtful', value: null });
    // A missing value is not doubtful.
    expect(day.sentence).toMatch(/^The only value is doubtful; 1 missing\. /);
  });

  test('with the values of other writers', async () => {
    await engine.sql.query(
      `insert into public.analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
       values ($1, 'instagram', 'social_media', 'reach', 500, $2, '{}')`,
      [USER, DAY],
    );
    const day = await explain();
    expect(day.metrics.reach).toMatchObject({
      state: 'missing',
      reason: 'foreign',
      value: 500,
      fix: `To replace it: analytics-collect collect --adopt --date ${DAY}`,
    });
    expect(day).toMatchObject({ state: 'missing', reason: 'not_collected_yet' });
  });

  test('with the series breaks of the week before', async () => {
    const breaking = async (date: string) => {
      await record(engine.store, runId, {
        accounts: state(),
        snapshots: [snapshot(account, { metric: 'impressions', date })],
        outcomes: [outcome(account, date)],
      });
      return (await explain({ date, metric: 'impressions' })).metrics.impressions;
    };
    expect(await breaking('2025-04-27')).toMatchObject({
      breaks: [{ from: '2025-04-21', until: '2025-04-21' }],
      sentence: expect.stringContaining('Series break on 2025-04-21: Instagram retired impressions'),
    });
    expect(await breaking('2025-04-28')).toMatchObject({ breaks: [] });
  });

  test('with retired names, metrics never given, and totals not asked for in time', async () => {
    await record(engine.store, runId, {
      accounts: state(),
      snapshots: [
        snapshot(account, { metric: 'impressions', metadata: { alias_of: 'views' } }),
        snapshot(account, { metric: 'followers_count', date: '2026-11-18', metadata: { period: 'lifetime' } }),
      ],
      outcomes: [outcome(account)],
    });
    const { metrics } = await explain({}, LATER);
    expect(metrics.impressions).toMatchObject({
      alias_of: 'views',
      sentence: 'A retired name for views. The value of 1 is final.',
    });
    expect(metrics.followers_count).toMatchObject({ state: 'lost', value: null });
    expect(metrics).not.toHaveProperty('comments');
    const comments = await explain({ metric: 'comments' }, LATER);
    expect(comments.metrics).toMatchObject({ comments: { state: 'missing', reason: 'never_given' } });
    expect(await explain({ metric: 'nonsense' })).toMatchObject({
      unknown: 'metric',
      known: expect.arrayContaining(['reach']),
    });
  });

  test('of the account that analytics_snapshots holds, and since when', async () => {
    const other = await connected(engine.store, { accountId: '178', accountName: 'another' });
    await record(engine.store, runId, {
      snapshots: [snapshot(account), snapshot(other, { value: 3 })],
      outcomes: [outcome(account), outcome(other)],
    });
    expect(await explain({}, LATER)).toMatchObject({
      account_id: account.accountId,
      is_primary: true,
      notes: [
        `analytics_snapshots holds account ${account.accountId}.`,
        'The values of account 178 are in analytics_account_snapshots.',
      ],
    });
    await engine.store.makePrimary({ account: other.id, former: null as never });
    const moved = await explain({}, LATER);
    expect(moved).toMatchObject({ account_id: '178', metrics: { reach: { value: 3 } } });
    expect(moved.notes[0]).toMatch(
      /^analytics_snapshots has held account 178 since .* UTC; before that, it held another account\.$/,
    );
    const former = await explain({ accountId: account.accountId }, LATER);
    expect(former).toMatchObject({ is_primary: false, metrics: { reach: { value: 1, state: 'final' } } });
  });

  test('unless there is no such user, platform or account', async () => {
    expect(await explain({ userId: 'nobody' })).toMatchObject({ unknown: 'user', state: 'missing', metrics: {} });
    expect(await explain({ platform: 'instagrm' })).toMatchObject({ unknown: 'platform', known: ['instagram'] });
    expect(await explain({ accountId: '5' })).toMatchObject({ unknown: 'account', known: [account.accountId] });
    await engine.store.saveConnection(connection({ platform: 'facebook' }));
    expect(await explain({ platform: 'facebook' })).toMatchObject({ unknown: null, reason: 'not_collected_yet' });
  });

  test('as far as possible before a run has stored the platform', async () => {
    await engine.sql.query('truncate public.collection_platforms');
    expect(await explain({ date: '2026-11-22' })).toMatchObject({ state: 'not_due', due_at: null });
    await record(engine.store, runId, {
      snapshots: [snapshot(account, { metadata: { settled: false } })],
      outcomes: [outcome(account, DAY, PROVISIONAL)],
    });
    expect((await explain()).metrics.reach).toMatchObject({ state: 'provisional', due_at: null, breaks: [] });
  });

  test('to readers in SQL by explain_day', async () => {
    await record(engine.store, runId, { snapshots: [snapshot(account)], outcomes: [outcome(account)] });
    const [row] = await engine.sql.query("select public.explain_day($1, 'instagram', '2026-11-21') as day", [USER]);
    expect(row?.day).toMatchObject({ date: DAY, metrics: { reach: { state: 'final', value: 1 } } });
  });

  test('with the platforms that the last run stored, written only when they differ', async () => {
    const versions = () => engine.sql.query('select platform, xmin::text from public.collection_platforms order by 1');
    const before = await versions();
    expect(before).toHaveLength(PLATFORMS.length);
    await readAll(engine.store, { ...readBy(), platforms: PLATFORMS });
    expect(await versions()).toEqual(before);
    await readAll(engine.store, {
      ...readBy(),
      platforms: PLATFORMS.map((row) => (row.platform === 'youtube' ? { ...row, reachDays: 1 } : row)),
    });
    const after = await versions();
    expect(after.filter((row, index) => row.xmin !== before[index]?.xmin)).toMatchObject([{ platform: 'youtube' }]);
    expect(await allAccounts(engine.store)).toHaveLength(1);
  });
});
