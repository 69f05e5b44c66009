import type { SandboxAccount } from '../../src/sandbox/account.js';
import type { Sql } from '../support/database.js';
import { living, SECOND_PAGE, userId } from './accounts.js';
import { as } from './catalog.js';

const FIRST_PAGE = living(1, 'facebook');
/** The first user's. */
export const PAGES: readonly SandboxAccount[] = [FIRST_PAGE, SECOND_PAGE];
const APPLICATION_TABLES = ['platform_connections', 'social_media_connections', 'analytics_snapshots'];
/** Whatever the duplicates, the same number. */
const COUNTED: Readonly<Record<string, string>> = {
  platform_connections: 'id',
  social_media_connections: 'id',
  analytics_snapshots: '(user_id, platform, source, metric, date, post_id)',
};

/** The tool's rows of a table, a line each as `trueRows` has them. */
export async function collected({ query }: Sql, table: string): Promise<string[]> {
  const rows = await query(
    `select concat_ws(' ', user_id, platform, metric, date, value::float8, metadata ->> 'settled', coalesce(post_id, 'null')) as line
     from ${table} where metadata ? 'settled' and source = 'social_media'`,
  );
  return rows.map(({ line }) => String(line)).sort();
}

/** The Page whose rows are in `analytics_snapshots`, and the other. */
export async function pagesByPlace({ query }: Sql): Promise<{ primary: SandboxAccount; other: SandboxAccount }> {
  const rows = await query(
    `select distinct metadata ->> 'account_id' as id from analytics_snapshots
     where user_id = $1 and platform = 'facebook' and metadata ? 'settled'`,
    [FIRST_PAGE.userId],
  );
  const inPlace = PAGES.filter(({ accountId }) => rows.some(({ id }) => id === accountId));
  const [primary, ...others] = inPlace;
  const other = PAGES.find((page) => page !== primary);
  if (!primary || !other || others.length > 0 || rows.length > 1) {
    throw new Error(`analytics_snapshots must hold one of the user's Pages, and holds ${JSON.stringify(rows)}`);
  }
  return { primary, other };
}

/** Everything that the tool did not write, in one word. */
export async function othersRows({ query }: Sql): Promise<unknown> {
  const [row] = await query(
    `select count(*)::int as rows, md5(string_agg(snapshots::text, E'\\n' order by id)) as checksum
     from analytics_snapshots snapshots where not coalesce(metadata ? 'settled', false)`,
  );
  return row;
}

/** All rows by their key. */
export async function rowsByKey({ query }: Sql): Promise<Map<string, unknown[]>> {
  const rows = await query(
    `select jsonb_build_array(user_id, platform, source, metric, date, post_id)::text as key,
       concat_ws(' ', id, value, metadata, created_at) as rest
     from analytics_snapshots`,
  );
  const byKey = new Map<string, unknown[]>();
  for (const { key, rest } of rows) byKey.set(String(key), [...(byKey.get(String(key)) ?? []), rest]);
  return byKey;
}

/** How many rows each role sees in each of the application's tables. */
export async function seen(database: Sql): Promise<Record<string, unknown>> {
  const counts: Record<string, unknown> = {};
  for (const reader of [{ role: 'anon' }, { role: 'authenticated', userId: userId(1) }, { role: 'service_role' }]) {
    for (const table of APPLICATION_TABLES) {
      const [row] = await as(database, reader, `select count(distinct ${COUNTED[table]})::int as rows from ${table}`);
      counts[`${reader.role} ${table}`] = row?.rows;
    }
  }
  return counts;
}
