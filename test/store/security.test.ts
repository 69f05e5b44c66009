import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SUPABASE_ROLES } from './engines.js';
import { type OlderDatabase, openOlderDatabase } from './older-database.js';
import { allConnections, connection, OTHER_USER, recordAll, snapshot, USER } from './rows.js';

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
  const theirs = snapshot({ value: 2, user_id: OTHER_USER });
  await recordAll(sql.store, snapshot(), theirs);
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
  `select public.record_collection(gen_random_uuid(), '[]', '[]', true)`,
  `select public.read_connections(null, null, now()::date, now()::date, null, 500)`,
  'select public.list_connections()',
  'select public.tokens_ending(null, null, now())',
  `select public.prune_collection('instagram', now()::date, false)`,
];

test.each(['anon', 'authenticated'])('%s can neither write nor see connections', async (role) => {
  await sql.query(`set role ${role}`);
  for (const statement of refused) await expect(sql.query(statement)).rejects.toThrow(/permission denied/);
});

test('a user reads own snapshots, and nobody else’s', async () => {
  await sql.query('set role authenticated');
  expect(await sql.query('select value::int from public.analytics_snapshots')).toEqual([{ value: 1 }]);
});

test('the service role collects', async () => {
  await sql.query('set role service_role');
  await sql.store.check();
  const { id } = await sql.store.saveConnection(connection());
  expect(await allConnections(sql.store)).toHaveLength(1);
  expect(await recordAll(sql.store, snapshot({ value: 1 }))).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
  expect(await sql.store.tokensEnding({}, '2026-12-02T00:00:00Z')).toEqual([]);
  const old = { platform: 'instagram', before: '2026-11-22', dryRun: false };
  expect(await sql.store.prune(old)).toMatchObject({ snapshots: 2 });
  expect(await sql.store.removeConnection(id)).toBe(true);
});
