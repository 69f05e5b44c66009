import { daysAgo } from '../e2e/support/truth.js';
import type { Sql } from '../support/database.js';
import { userId } from './accounts.js';

/** Rows of other writers under keys that the tool is about to write: user, platform, metric and date. */
export const IN_THE_WAY = [
  [userId(1), 'instagram', 'reach', daysAgo(10)],
  [userId(1), 'instagram', 'reach', daysAgo(9)],
  [userId(2), 'instagram', 'reach', daysAgo(8)],
  [userId(3), 'youtube', 'views', daysAgo(7)],
] as const;

/** Keys of many copies. The first are more than a reader gets in one answer; the last are in the tool's way as well. */
const DUPLICATED = [
  [userId(4), 'instagram', 'engagement', daysAgo(3), 1_200],
  [userId(2), 'facebook', 'engagement', daysAgo(0), 150],
  [userId(1), 'instagram', 'reach', daysAgo(9), 120],
] as const;

export async function seedSnapshots({ query }: Sql): Promise<void> {
  // Pages of a blog, as totals and by post.
  await query(
    `insert into analytics_snapshots (user_id, platform, source, metric, value, date, post_id, metadata)
     select given.user_id::uuid, 'wordpress', 'blog', metric, 3 * age + length(metric), $2::date - age, post_id, '{"site": "blog"}'
     from jsonb_array_elements_text($1::text::jsonb) as given (user_id),
       unnest(array['page_views', 'sessions']) as metric,
       unnest(array[null, 'hello-world', 'second-post']) as post_id,
       generate_series(0, 29) as age`,
    [JSON.stringify([userId(1), userId(2)]), daysAgo(0)],
  );
  // Single posts, under the metrics and dates that the tool writes for whole accounts.
  await query(
    `insert into analytics_snapshots (user_id, platform, source, metric, value, date, post_id)
     select $1::text::uuid, 'instagram', 'social_media', metric, 5 * age, $2::date - age, post_id
     from unnest(array['reach', 'likes']) as metric, unnest(array['18010', '18011']) as post_id, generate_series(0, 13) as age`,
    [userId(1), daysAgo(0)],
  );
  // Figures of accounts by other writers, up to today.
  await query(
    `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
     select given.user_id::uuid, platform, 'social_media', metric, 100 + age, $2::date - age, metadata::jsonb
     from jsonb_array_elements_text($1::text::jsonb) as given (user_id),
       (values
         ('instagram', 'follower_count', '{}'),
         ('facebook', 'fans', '{"fetch_method": "api"}'),
         ('youtube', 'watch_time', '{"fetch_method": "api"}'),
         ('linkedin', 'clicks', '{}')
       ) as written (platform, metric, metadata),
       generate_series(0, 20) as age`,
    [JSON.stringify([userId(1), userId(2), userId(3), userId(4)]), daysAgo(0)],
  );
  for (const [user, platform, metric, date] of IN_THE_WAY)
    await addForeign({ query }, [user, platform, metric, date, 1]);
  for (const duplicated of DUPLICATED) await addForeign({ query }, duplicated);
}

/** The copies differ in value and age. */
function addForeign({ query }: Pick<Sql, 'query'>, row: readonly unknown[]) {
  return query(
    `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata, created_at)
     select $1::text::uuid, $2::text, 'social_media', $3::text, -copy, $4::text::date, '{"fetch_method": "api"}',
       now() - copy * interval '1 hour'
     from generate_series(1, $5::int) as copy`,
    [...row],
  );
}
