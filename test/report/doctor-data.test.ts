import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createPlatforms } from '../../src/platforms/registry.js';
import { checkData } from '../../src/report/doctor-data.js';
import { freshPglite } from '../support/database.js';

const NOW = new Date('2026-11-29T12:00:00Z');
const platforms = createPlatforms(loadConfig({}));
let sql: Awaited<ReturnType<typeof freshPglite>>;
beforeAll(async () => {
  sql = await freshPglite();
  await sql.query(`insert into platform_connections (user_id, platform, account_id, access_token)
    values ('me', 'facebook', '104', 'gAAAA')`);
  await sql.store.syncAccounts({ collected: ['facebook'], userId: null });
  await sql.query(`update collection_accounts set last_day = '2026-11-25', first_day = '2026-11-01'`);
  await write('2026-11-23', 'page_follows', 100);
  await write('2026-11-24', 'page_follows', 105);
  await write('2026-11-24', 'page_daily_follows_unique', 7);
  await write('2026-11-24', 'page_daily_unfollows_unique', 2);
});
afterAll(() => sql.close());

async function write(date: string, metric: string, value: number): Promise<void> {
  await sql.query(
    `insert into analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
     values ('me', 'facebook', 'social_media', $1, $2, $3, '{"settled": true, "account_id": "104"}')
     on conflict (user_id, platform, source, metric, date, post_id) do update set value = excluded.value`,
    [metric, value, date],
  );
}

it('passes while figures add up', async () => {
  expect(await checkData({ store: sql.store, platforms }, NOW)).toMatchObject([{ ok: true }]);
});

it('lists each day whose figures do not add up, as warnings', async () => {
  await write('2026-11-24', 'page_daily_unfollows_unique', 1);
  expect(await checkData({ store: sql.store, platforms }, NOW)).toMatchObject([
    { level: 'warning', message: '1 figure of the last 7 days does not add up:' },
    {
      level: 'warning',
      message: '2026-11-24 facebook 104 of user me: page_follows gives 5, the other figures add up to 6.',
    },
  ]);
});

it('lists a hundred, and counts the others', async () => {
  const day = {
    userId: 'me',
    platform: 'facebook',
    accountId: '1',
    date: '2026-11-24',
    metric: 'm',
    stated: 1,
    computed: 2,
  };
  const store = {
    ...sql.store,
    async *listDiscrepancies() {
      yield Array(90).fill(day);
      yield Array(90).fill(day);
    },
  };
  const checks = await checkData({ store, platforms }, NOW);
  expect(checks).toHaveLength(102);
  expect(checks.at(-1)?.message).toBe('80 more.');
});
