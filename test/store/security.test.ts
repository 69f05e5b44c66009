import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordSql, schemaParts } from '../../src/store/schema.js';
import { ALL } from '../../src/store/selection.js';
import { SUPABASE_ROLES } from '../support/supabase-roles.js';
import { type OlderDatabase, openOlderDatabase } from './older-database.js';
import { allAccounts, connected, connection, OTHER_USER, recordAll, snapshot, USER } from './rows.js';

let sql: OlderDatabase;

beforeAll(async () => {
  sql = await openOlderDatabase();
});

afterAll(() => sql.close());

beforeEach(async () => {
  await sql.bringOver(`${SUPABASE_ROLES};
      grant usage on schema public to anon, authenticated, service_role;
      alter default privileges in schema public grant all on tables to anon, authenticated;
      alter default privileges in schema public grant all on functions to anon, authenticated;
      create schema auth; grant usage on schema auth to public;
      create function auth.uid() returns uuid language sql as $$ select current_setting('test.reader')::uuid $$`);
  const own = await connected(sql.store);
  const second = await connected(sql.store, { accountId: '178', accountName: 'a second one' });
  const theirs = await connected(sql.store, { userId: OTHER_USER });
  await recordAll(sql.store, snapshot(own), snapshot(second, { value: 3 }), snapshot(theirs, { value: 2 }));
  await sql.query(`set test.reader = '${USER}'`);
});

const refused = [
  `insert into public.analytics_snapshots (user_id, platform, source, metric, value, date) values ('${USER}', 'a', 'b', 'c', 1, now())`,
  'update public.analytics_snapshots set value = 9',
  'delete from public.analytics_snapshots',
  'select * from public.collection_runs',
  'select * from public.collection_outcomes',
  'select * from public.collection_connections',
  'select * from public.platform_connections',
  'select * from public.collection_accounts',
  'select * from public.collection_migrations',
  'select * from public.collection_platforms',
  'delete from public.analytics_account_snapshots',
  `select public.record_collection(gen_random_uuid(), now(), '[]', '[]', '[]', true, true)`,
  `select public.read_collection_accounts(null, null, null, null, null, now()::date, now()::date, null, null, 500)`,
  `select public.sync_collection_accounts('[]', null, 0, 1)`,
  `select public.count_collection_values(gen_random_uuid(), 'facebook', now()::date, 0, 10)`,
  'select public.find_collection_successions(null, now(), 7)',
  'select public.make_collection_primary(1)',
  'select public.list_collection_connections(null, 1)',
  'select public.collection_tokens_ending(null, null, null, now(), 0, 1)',
  `select public.prune_collection('[]', now()::date, 1)`,
  `select public.partition_collection(array[now()::date])`,
  `select public.explain_day('${USER}', 'instagram', now()::date)`,
  `select public.drop_collection_months('analytics_snapshots', '{}', '{}')`,
];

test.each(['anon', 'authenticated'])('%s can neither write to nor read connections', async (role) => {
  await sql.query(`set role ${role}`);
  for (const statement of refused) await expect(sql.query(statement)).rejects.toThrow(/permission denied/);
});

test('a user can read the rows of all their own accounts, and of nobody else', async () => {
  await sql.query('set role authenticated');
  expect(await sql.query('select value::int from public.analytics_snapshots')).toEqual([{ value: 1 }]);
  expect(await sql.query('select value::int from public.analytics_account_snapshots')).toEqual([{ value: 3 }]);
  expect(await sql.query('select value::int from public.analytics_by_account order by 1')).toEqual([
    { value: 1 },
    { value: 3 },
  ]);
  expect(await sql.query('select reach::int from public.analytics_daily order by 1')).toEqual([
    { reach: 1 },
    { reach: 3 },
  ]);
});

test('interrupted after any of its parts, the script leaves no new table without protection', async () => {
  await sql.leave(`grant usage on schema public to anon, authenticated;
    alter default privileges in schema public grant all on tables to public, anon, authenticated`);
  for (const part of await schemaParts()) {
    await sql.query(`begin; ${part.sql}\n${recordSql(part)}; commit`);
    const open = await sql.query(`select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
        and (relkind = 'r' and not relrowsecurity
          or has_table_privilege('public', oid, 'select, insert, update, delete')
          or has_table_privilege('anon', oid, 'select, insert, update, delete'))`);
    expect(open, part.name).toEqual([]);
  }
});

test('every function has an empty search path, but for the one that becomes part of the statements of those that call it', async () => {
  const open = await sql.query(`select proname from pg_proc
    where pronamespace = 'public'::regnamespace and prosrc like '%public.%' and proconfig is null`);
  expect(open).toEqual([{ proname: 'selected_collection_accounts' }]);
});

test('the service role can collect', async () => {
  await sql.query('set role service_role');
  await sql.store.check();
  const { id } = await sql.store.saveConnection(connection());
  const accounts = await allAccounts(sql.store);
  expect(accounts).toHaveLength(3);
  expect(await recordAll(sql.store, ...accounts.map((account) => snapshot(account)))).toMatchObject({ inserted: 0 });
  expect(await sql.store.choosePrimary(id, ['instagram'])).toMatchObject({
    result: 'unchanged',
  });
  expect(await sql.store.writtenSince(new Date(0))).toHaveLength(1);
  expect(
    await sql.query(`select public.explain_day('${USER}', 'instagram', '2026-11-21') ->> 'state' as state`),
  ).toEqual([{ state: 'final' }]);
  expect(await sql.store.readStatus({})).toMatchObject({ ignored: { instagram: 3 } });
  expect(await sql.store.tokensEnding({ selection: ALL, platforms: ['instagram'] }, '2026-12-02T00:00:00Z')).toEqual({
    tokens: [],
    omitted: { token: 0, access: 0 },
  });
  const old = { platforms: ['instagram'], before: '2026-11-22', dryRun: false };
  expect(await sql.store.prune(old)).toMatchObject({ snapshots: 3 });
  expect(await sql.store.removeConnection(id)).toBe(true);
});
