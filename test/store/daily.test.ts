import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { freshPglite, type Sql } from '../support/database.js';

/** The columns of `analytics_daily` that show metrics with breaks. */
const COLUMNS: Readonly<Record<string, string>> = {
  'instagram impressions': 'impressions',
  'facebook page_impressions': 'impressions',
  'facebook page_total_media_view_unique': 'reach',
  'youtube views': 'video_views',
};

let sql: Sql;
beforeAll(async () => {
  sql = await freshPglite();
});
afterAll(() => sql.close());

it('analytics_daily tells of every break in its series, on the days about it', async () => {
  const broken = [...createPlatforms(loadConfig({}))].flatMap(([platform, { metrics }]) =>
    metrics
      .filter(({ period }) => period === undefined)
      .flatMap(({ name, breaks = [] }) => breaks.map((each) => ({ platform, name, ...each }))),
  );
  expect(new Set(broken.map(({ platform, name }) => `${platform} ${name}`))).toEqual(new Set(Object.keys(COLUMNS)));
  for (const { platform, name, from, until = null, change } of broken) {
    for (const date of new Set([from, until ?? from])) {
      await sql.query(
        `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
         select 'me', $1, 'social_media', $2, 1, day, '{"settled": true, "account_id": "1"}'
         from unnest(array[$3::date, $3::date - 1]) day
         on conflict do nothing`,
        [platform, name, date],
      );
      const rows = await sql.query(
        'select breaks from analytics_daily where platform = $1 and date between $2::date - 1 and $2 order by date',
        [platform, date],
      );
      const told = { column: COLUMNS[`${platform} ${name}`], from, until, change };
      expect(rows.at(-1)?.breaks).toContainEqual(told);
      if (date === from) expect(rows[0]?.breaks).toBeNull();
    }
  }
});

it.each([
  ['tiktok', 'follower_count'],
  ['tiktok', 'followers_count'],
  ['pinterest', 'follower_count'],
  ['threads', 'followers_count'],
])('analytics_daily shows the followers of %s that are named %s', async (platform, metric) => {
  await sql.query(
    `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
     values ($1, $2, 'social_media', $1, 7, '2026-11-21', '{"settled": true, "account_id": "1"}')`,
    [metric, platform],
  );
  expect(
    await sql.query('select followers::int as followers from analytics_daily where user_id = $1 and platform = $2', [
      metric,
      platform,
    ]),
  ).toEqual([{ followers: 7 }]);
});
