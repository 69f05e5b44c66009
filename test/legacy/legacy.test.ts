import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { trueValue } from '../../src/sandbox/values.js';
import { collectJson, runCli } from '../e2e/support/cli.js';
import { daysAgo, trueRows } from '../e2e/support/truth.js';
import { expectCountsAddUp } from '../support/summary.js';
import { DATES, DISCONNECTED, LIVING, living, PLATFORMS, userId } from './accounts.js';
import { access, as, everything } from './catalog.js';
import { DEAD_TOKEN, IGNORED, ONLY_ELSEWHERE, PERSONAL_PROFILES } from './connections.js';
import { LEGACY_DATABASES, type LegacyDatabase } from './legacy.js';
import { latestDate, orion, sumOf30Days } from './readers.js';
import { collected, othersRows, PAGES, pagesByPlace, rowsByKey, seen } from './rows.js';
import { IN_THE_WAY } from './snapshots.js';

const DAYS = ['--since', daysAgo(10), '--until', daysAgo(7)];
const COMMON_NAMES = [
  'impressions',
  'reach',
  'engagements',
  'profile_views',
  'followers',
  'follower_change',
  'video_views',
  'watch_minutes',
  'clicks',
  'likes',
  'comments',
  'shares',
  'saves',
];

/** A line of `trueRows` under a key that another writer's row holds. */
const isInTheWay = (line: string) => IN_THE_WAY.some((key) => line.startsWith(`${key.join(' ')} `));

describe.each(LEGACY_DATABASES)('the application’s database on $name', ({ name, open }) => {
  let database: LegacyDatabase;
  let sandbox: Sandbox;
  let env: Record<string, string>;

  beforeAll(async () => {
    [database, sandbox] = await Promise.all([open(), startSandbox({ accounts: [...LIVING, DISCONNECTED] })]);
    env = { ...database.env, ...sandbox.urls, ...SANDBOX_CREDENTIALS };
  });
  afterAll(() => Promise.all([database?.close(), sandbox?.close()]));

  describe('the schema', () => {
    let before: { access: unknown; seen: unknown; rows: Map<string, unknown[]> };
    let applied: string;

    beforeAll(async () => {
      before = { access: await access(database), seen: await seen(database), rows: await rowsByKey(database) };
      applied = await database.applySchema();
    });

    it('does not change row level security, grants and policies of the application’s tables', async () => {
      expect(await access(database)).toEqual(before.access);
    });

    it('lets every role read what it could read before', async () => {
      expect(before.seen).toMatchObject({ 'anon analytics_snapshots': 0, 'authenticated social_media_connections': 1 });
      expect(await seen(database)).toEqual(before.seen);
    });

    // Before the first request: the interface that stands for Supabase's grants everything to everyone with it.
    it('lets neither signed-in nor anonymous users read the tool’s own tables', async () => {
      const rows = await database.query(
        `select relname from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and relname like 'collection\\_%'`,
      );
      const tables = rows.map(({ relname }) => String(relname));
      expect(tables).toEqual(expect.arrayContaining(['collection_accounts', 'collection_outcomes', 'collection_runs']));
      for (const reader of [{ role: 'anon' }, { role: 'authenticated', userId: userId(1) }]) {
        for (const table of tables) {
          await expect(as(database, reader, `select from ${table}`), table).rejects.toThrow(/permission denied/);
        }
      }
    });

    it('keeps every row that is not a duplicate, and one of each set of duplicates', async () => {
      const after = await rowsByKey(database);
      const copies = [...before.rows.values()].reduce((sum, rows) => sum + rows.length - 1, 0);
      expect(copies).toBe(1_199 + 149 + 120);
      expect([...after.keys()].sort()).toEqual([...before.rows.keys()].sort());
      const strange = [...after].filter(([key, rows]) => rows.length !== 1 || !before.rows.get(key)?.includes(rows[0]));
      expect(strange).toEqual([]);
    });

    it('then refuses a second row with the same key', async () => {
      const copy = `insert into analytics_snapshots (user_id, platform, source, metric, value, date)
        select user_id, platform, source, metric, value, date from analytics_snapshots where post_id is null limit 1`;
      await expect(database.query(copy)).rejects.toThrow(/unique constraint/);
    });

    it('changes nothing when it is applied again', async () => {
      const [objects, rows] = [await everything(database), await othersRows(database)];
      const again = await database.applySchema();
      expect(await everything(database)).toEqual(objects);
      expect(await othersRows(database)).toEqual(rows);
      if (name !== 'PostgreSQL') return;
      expect(applied).toMatch(/1[,. ]?468 duplicate/i);
      expect(again).toMatch(/nothing/i);
    });
  });

  describe('a run over named days', () => {
    let before: unknown;
    let summary: Awaited<ReturnType<typeof collectJson>>;

    beforeAll(async () => {
      before = await othersRows(database);
      summary = await collectJson(DAYS, { env, code: 0 });
    });

    it('stores the platforms’ values for every working account, and for no others', async () => {
      const { primary, other } = await pagesByPlace(database);
      const accounts = LIVING.filter((account) => account !== other);
      const stored = await collected(database, 'analytics_snapshots');
      expect(stored).toEqual(trueRows(accounts, DATES).filter((line) => !isInTheWay(line)));
      expect(await collected(database, 'analytics_account_snapshots')).toEqual(trueRows([other], DATES));
      expect(primary.userId).toBe(other.userId);
    });

    it('writes rows under the source that readers filter by, without a post id', async () => {
      const sources = await database.query(
        `select distinct source, post_id from analytics_snapshots where metadata ? 'settled'`,
      );
      expect(sources).toEqual([{ source: 'social_media', post_id: null }]);
    });

    it('counts each account once, skips personal profiles and ignores other services', () => {
      expectCountsAddUp(summary);
      expect(summary).toMatchObject({
        status: 'completed',
        users: { total: 5, succeeded: 5, failed: 0 },
        connections: { total: LIVING.length + PERSONAL_PROFILES, succeeded: LIVING.length, failed: 0, skipped: 2 },
        days: { settled: LIVING.length * DATES.length, failed: 0 },
        failures: [],
        platforms: {
          instagram: { connections: 5, succeeded: 5 },
          facebook: { connections: 6, succeeded: 6 },
          youtube: { connections: 5, succeeded: 5 },
          linkedin: { connections: 6, succeeded: 4, skipped: 2, reasons: { personal_profile: 2 } },
        },
      });
      expect(Object.keys(summary.platforms).sort()).toEqual([...PLATFORMS].sort());
    });

    it('collects an account that only social_media_connections has, unless it is inactive there', async () => {
      const days = (account: SandboxAccount) =>
        database.query(
          `select distinct date::text from analytics_snapshots
           where user_id = $1 and platform = $2 and metadata ? 'settled' order by date`,
          [account.userId, account.platform],
        );
      expect(await days(ONLY_ELSEWHERE)).toEqual(DATES.map((date) => ({ date })));
      expect(await days(DISCONNECTED)).toEqual([]);
    });

    it('renews expired tokens', () => {
      const ranOut = LIVING.filter(({ fault }) => fault);
      const met = ranOut.map(({ accountId }) => sandbox.fired(accountId, 'expired_token'));
      expect(met).toEqual([expect.toSatisfy((times) => times > 0), expect.toSatisfy((times) => times > 0)]);
    });

    it('keeps the rows of other writers, and says how many values were not written and what to do', async () => {
      expect(await othersRows(database)).toEqual(before);
      expect(summary).toMatchObject({ metrics: { foreign: IN_THE_WAY.length } });
      expect(summary.warnings).toEqual([expect.stringMatching(new RegExp(`\\b${IN_THE_WAY.length}\\b.*--adopt`, 's'))]);
    });

    it('changes nothing when it is run again', async () => {
      const again = await collectJson(DAYS, { env, code: 0 });
      expect(again).toMatchObject({ metrics: { inserted: 0, updated: 0 } });
      expect(await othersRows(database)).toEqual(before);
    });
  });

  describe('status', () => {
    it('lists the ignored services, and does not count other writers’ dates', async () => {
      const run = await runCli(['status', '--json'], { env });
      expect(run, run.stderr).toMatchObject({ code: 0 });
      const status = JSON.parse(run.stdout);
      expect(status.ignored).toEqual(IGNORED);
      expect(status.platforms.map(({ platform }: { platform: string }) => platform).sort()).toEqual(
        [...PLATFORMS].sort(),
      );
      for (const { newest_day } of status.platforms) expect([null, ...DATES]).toContain(newest_day);
      expect(JSON.stringify(status.platforms)).not.toContain(daysAgo(0));
    });
  });

  describe('a run with --adopt', () => {
    it('overwrites only the rows with the key of a collected value', async () => {
      const { other } = await pagesByPlace(database);
      const before = await database.query('select count(*)::int as rows from analytics_snapshots');
      const summary = await collectJson([...DAYS, '--adopt', '--refresh'], { env, code: 0 });
      expect(summary).toMatchObject({ metrics: { inserted: 0, foreign: 0 }, warnings: [] });
      const accounts = LIVING.filter((account) => account !== other);
      expect(await collected(database, 'analytics_snapshots')).toEqual(trueRows(accounts, DATES));
      expect(await database.query('select count(*)::int as rows from analytics_snapshots')).toEqual(before);
    });
  });

  describe('readers', () => {
    it.each([
      [2, 'instagram', ['reach', 'views', 'profile_views', 'total_interactions']],
      [3, 'facebook', ['page_media_view', 'page_post_engagements', 'page_follows']],
      [3, 'youtube', ['views', 'estimatedMinutesWatched', 'subscribersGained']],
      [5, 'linkedin', ['impressionCount', 'clickCount', 'likeCount']],
    ] as const)('answer Orion’s question for user %i on %s', async (user, platform, metrics) => {
      const { userId, accountId } = living(user, platform);
      const [since, until] = [daysAgo(12), daysAgo(6)];
      const answer = await orion(database, { userId, platform, metrics, since, until });
      const truth = metrics.map((metric) => [
        metric,
        Object.fromEntries(DATES.map((date) => [date, trueValue(accountId, metric, date)])),
      ]);
      expect(answer).toEqual(Object.fromEntries(truth));
    });

    it('find the newest day of a user and platform', async () => {
      for (const platform of PLATFORMS) {
        expect(await latestDate(database, userId(5), platform)).toBe(daysAgo(7));
      }
    });

    it('can sum 30 days from one answer of 1,000 rows', async () => {
      const { userId, accountId } = living(4, 'instagram');
      const sum = await sumOf30Days(database, { userId, platform: 'instagram', metric: 'views', until: daysAgo(0) });
      expect(sum).toBe(DATES.reduce((total, date) => total + (trueValue(accountId, 'views', date) ?? 0), 0));
    });

    it('find all accounts of a user in analytics_by_account', async () => {
      const rows = await database.query(
        `select account_id, date::text, value::float8 as value from analytics_by_account
         where user_id = $1 and platform = 'facebook' and metric = 'page_media_view' order by account_id, date`,
        [userId(1)],
      );
      const truth = PAGES.flatMap(({ accountId: account_id }) =>
        DATES.map((date) => ({ account_id, date, value: trueValue(account_id, 'page_media_view', date) })),
      );
      expect(rows).toEqual(truth.sort((a, b) => a.account_id.localeCompare(b.account_id)));
    });

    it('find one row per account and day under the common names in analytics_daily', async () => {
      const columns = await database.query(
        `select column_name from information_schema.columns where table_name = 'analytics_daily'`,
      );
      const names = columns.map(({ column_name }) => column_name);
      expect(names).toEqual(expect.arrayContaining(['user_id', 'platform', 'account_id', 'date', ...COMMON_NAMES]));
      const days = await database.query(
        `select user_id::text, platform, date::text, count(*)::int as rows, count(distinct account_id)::int as accounts
         from analytics_daily where account_id is not null group by user_id, platform, date`,
      );
      expect(days).toHaveLength((LIVING.length - 1) * DATES.length);
      expect(days.filter(({ rows, accounts }) => rows !== accounts)).toEqual([]);
      expect(days.reduce((sum, { rows }) => sum + Number(rows), 0)).toBe(LIVING.length * DATES.length);
    });

    it.each([
      ['instagram', { reach: 'reach', likes: 'likes', comments: 'comments', shares: 'shares', saves: 'saves' }],
      [
        'facebook',
        { impressions: 'page_media_view', reach: 'page_total_media_view_unique', followers: 'page_follows' },
      ],
      ['youtube', { video_views: 'views', watch_minutes: 'estimatedMinutesWatched', likes: 'likes' }],
      ['linkedin', { impressions: 'impressionCount', clicks: 'clickCount', shares: 'shareCount' }],
    ] as const)('find %s’s values under the common names', async (platform, common) => {
      const { userId, accountId } = living(2, platform);
      const [day] = await database.query(
        `select to_jsonb(daily) as row from analytics_daily daily
         where user_id = $1 and platform = $2 and date = $3 and account_id is not null`,
        [userId, platform, daysAgo(8)],
      );
      const truth = Object.entries(common).map(([name, metric]) => [name, trueValue(accountId, metric, daysAgo(8))]);
      expect(day?.row).toMatchObject(Object.fromEntries(truth));
    });
  });

  describe('roles', () => {
    const user = { role: 'authenticated', userId: userId(1) };

    it.each(['analytics_snapshots', 'analytics_account_snapshots', 'analytics_by_account', 'analytics_daily'])(
      'a signed-in user can read their own rows of %s, and nobody else’s',
      async (table) => {
        const [row] = await database.query(
          `select count(*)::int as own from ${table} where user_id = '${user.userId}'`,
        );
        expect(row?.own).toBeGreaterThan(0);
        const text = `select user_id::text, count(*)::int as own from ${table} group by user_id`;
        expect(await as(database, user, text)).toEqual([{ user_id: user.userId, own: row?.own }]);
        const stranger = await as(database, { role: 'anon' }, text).catch(() => []);
        expect(stranger).toEqual([]);
      },
    );
  });

  describe('a user deleted from auth.users', () => {
    const gone = userId(1);
    const mentions = async () => {
      const tables = await database.query(
        `select relname from pg_class
         where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~ '^(analytics|collection|platform)_'
         order by relname`,
      );
      const found: Record<string, unknown> = {};
      for (const { relname } of tables) {
        const [row] = await database.query(
          `select count(*)::int as rows from ${relname} stored where to_jsonb(stored)::text like '%${gone}%'`,
        );
        if (row?.rows !== 0) found[String(relname)] = row?.rows;
      }
      return found;
    };

    it('leaves nothing in any table of the tool', async () => {
      await database.query(
        `update platform_connections set access_token_encrypted = $1 where user_id = $2 and platform = 'facebook'`,
        [DEAD_TOKEN, gone],
      );
      const failing = await collectJson([...DAYS, '--refresh', '--user', gone], { env, code: 3 });
      expect(failing.failures).toEqual(
        expect.arrayContaining([expect.objectContaining({ user_id: gone, reason: 'needs_reconnect' })]),
      );
      expect(Object.keys(await mentions())).toEqual(
        expect.arrayContaining([
          ...['analytics_account_snapshots', 'analytics_snapshots', 'collection_accounts', 'collection_runs'],
          'platform_connections',
        ]),
      );

      await database.query('delete from auth.users where id = $1', [gone]);
      expect(await mentions()).toEqual({});
    });

    it('does not delete another user’s outcomes', async () => {
      const [row] = await database.query(
        `select count(*)::int as days from collection_outcomes stored where to_jsonb(stored)::text like '%"settled"%'`,
      );
      const others = LIVING.filter((account) => account.userId !== gone);
      expect(row?.days).toBe(others.length * DATES.length);
    });
  });
});
