import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { schemaSql } from '../../src/store/schema.js';
import type { SnapshotRow, Store, StoredConnection } from '../../src/store/store.js';
import { freshPglite, type Sql } from '../support/database.js';
import { SUPABASE_ROLES } from './engines.js';

const USER = 'a6e0b6f0-0000-4000-8000-000000000001';
const OTHER = 'a6e0b6f0-0000-4000-8000-000000000002';
const KEY = 'user_id, platform, source, metric, date, post_id';

let sql: Sql & { readonly store: Store };

beforeAll(async () => {
  sql = await freshPglite();
});

afterAll(() => sql.close());

beforeEach(() => bringOver(''));

/** The schema, over a database as others left it. */
async function bringOver(older: string): Promise<void> {
  await sql.query(`reset role; drop schema if exists public, auth cascade; create schema public; ${older}`);
  await sql.query(await schemaSql());
}

async function connections(): Promise<StoredConnection[]> {
  const read: StoredConnection[] = [];
  for await (const page of sql.store.connections({}, { since: '2026-11-15', until: '2026-11-21' })) read.push(...page);
  return read;
}

function snapshot(value: number): SnapshotRow {
  const key = { user_id: USER, platform: 'instagram', source: 'instagram_graph', metric: 'reach', date: '2026-11-21' };
  return { ...key, value, metadata: { settled: true } };
}

async function record(...snapshots: SnapshotRow[]) {
  const lease = await sql.store.beginRun({ scope: 'all', trigger: 'cli' });
  if (!lease.held) throw new Error('the lease is held');
  const counts = await sql.store.record({ runId: lease.runId, snapshots, outcomes: [], refresh: false });
  await sql.store.finishRun(lease.runId, 'completed', null);
  return counts;
}

test('applied again, it changes no object and no row', async () => {
  await sql.store.saveConnection(newConnection);
  await record(snapshot(1));
  const everything = () =>
    sql.query(`select
      (select json_agg(snapshots) from public.analytics_snapshots snapshots) as snapshots,
      (select json_agg(connections) from public.platform_connections connections) as connections,
      (select json_agg(indexdef order by indexname) from pg_indexes where schemaname = 'public') as indexes,
      (select json_agg(columns order by table_name, ordinal_position) from information_schema.columns columns
        where table_schema = 'public') as columns`);
  const before = await everything();
  await sql.store.applySchema();
  expect(await everything()).toEqual(before);
  expect(await record(snapshot(1))).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
});

describe('an older platform_connections', () => {
  const usual = { userId: USER, platform: 'instagram', accountId: '111', accessToken: 'cipher', secondAccount: false };

  test.each([
    {
      spelling: 'uuid user, encrypted names, page_id and instagram_id, connection_status',
      table: `id bigserial primary key, user_id uuid not null, platform varchar(20) not null, page_id text, instagram_id text,
        access_token_encrypted text, refresh_token_encrypted text, connection_status text default 'connected'`,
      rows: `(user_id, platform, page_id, instagram_id, access_token_encrypted, refresh_token_encrypted) values
        ('${USER}', 'Instagram', '222', '111', 'cipher', 'renewal')`,
      read: [{ ...usual, refreshToken: 'renewal', accountName: null, tokenExpiresAt: null }],
    },
    {
      spelling: 'text id, is_active, no column but those needed',
      table:
        'id text primary key, user_id text not null, platform text not null, account_id text, access_token text, is_active boolean',
      rows: `values ('one', '${USER}', 'instagram', '111', 'cipher', true), ('two', '${USER}', 'facebook', '222', 'cipher', false)`,
      read: [{ ...usual, id: 'one' }],
    },
    {
      spelling: 'numeric ids without a date: 9 is older than 10',
      table: 'id bigint primary key, user_id text, platform text, account_id text, access_token text',
      rows: `values (10, '${USER}', 'instagram', '222', 'cipher'), (9, '${USER}', 'instagram', '111', 'cipher')`,
      read: [usual, { ...usual, accountId: '222', secondAccount: true }],
    },
    {
      spelling: 'a status and a flag that must agree, and account columns by platform',
      table: `id uuid primary key default gen_random_uuid(), user_id uuid, platform text, account_id text, page_id text,
        organization_id bigint, access_token text, status text, is_active boolean, created_at timestamptz`,
      rows: `(user_id, platform, account_id, page_id, organization_id, access_token, status, is_active, created_at) values
        ('${USER}', 'instagram', '111', '5', null, 'cipher', 'ACTIVE', true, '2026-01-01'),
        ('${USER}', 'facebook', null, '222', 5, 'cipher', 'active', null, '2026-01-02'),
        ('${USER}', 'linkedin', '', '5', 9007199254740993, 'cipher', 'connected', true, '2026-01-03'),
        ('${OTHER}', 'instagram', '333', null, null, 'cipher', 'active', false, '2026-01-04'),
        ('${OTHER}', 'facebook', '444', null, null, 'cipher', 'expired', true, '2026-01-05'),
        ('${OTHER}', 'linkedin', '555', null, null, 'cipher', null, null, '2026-01-06')`,
      read: [
        usual,
        { ...usual, platform: 'facebook', accountId: '222' },
        { ...usual, platform: 'linkedin', accountId: '9007199254740993' },
      ],
    },
    {
      spelling: 'plain and encrypted tokens side by side, expiry without a zone',
      table: `id serial, user_id text, platform text, account_id text, access_token text, access_token_encrypted text,
        token_expires_at timestamp`,
      rows: `values (1, '${USER}', 'instagram', '111', 'plain', 'cipher', '2027-01-01 12:00')`,
      read: [{ ...usual, tokenExpiresAt: '2027-01-01T12:00:00+00:00' }],
    },
  ])('is read, renewed and added to: $spelling', async ({ table, rows, read }) => {
    await bringOver(
      `create table public.platform_connections (${table}); insert into public.platform_connections ${rows}`,
    );
    expect(await connections()).toMatchObject(read);

    const renewed = await sql.store.saveConnection({ ...newConnection, accountId: '111', accessToken: 'renewed' });
    expect(renewed.created).toBe(false);
    expect((await connections())[0]).toMatchObject({ accountId: '111', accessToken: 'renewed' });
  });

  test('takes a new connection in its own columns, and keeps its openness', async () => {
    await bringOver(`create table public.platform_connections (id uuid primary key, user_id uuid not null, platform text not null,
      page_id text, access_token_encrypted text not null, is_active boolean not null)`);
    const { id } = await sql.store.saveConnection({ ...newConnection, platform: 'facebook', accountId: '5' });
    expect(await connections()).toMatchObject([{ id, platform: 'facebook', accountId: '5', accessToken: 'gAAAA' }]);
    const security = await sql.query(
      `select relrowsecurity from pg_class where oid = 'public.platform_connections'::regclass`,
    );
    expect(security).toEqual([{ relrowsecurity: false }]);
  });
});

describe('an older analytics_snapshots', () => {
  const columns = `platform text not null, source text not null, metric text not null, value numeric not null,
    date date not null, post_id text, metadata jsonb default '{}', created_at timestamptz default now()`;
  const duplicates = `insert into public.analytics_snapshots (user_id, platform, source, metric, value, date, post_id, created_at) values
    ('${USER}', 'instagram', 'instagram_graph', 'reach', 2, '2026-11-21', null, '2026-11-22 03:00'),
    ('${USER}', 'instagram', 'instagram_graph', 'reach', 1, '2026-11-21', null, '2026-11-22 02:00'),
    ('${USER}', 'instagram', 'instagram_graph', 'reach', 3, '2026-11-21', null, '2026-11-22 03:00'),
    ('${USER}', 'instagram', 'instagram_graph', 'reach', 4, '2026-11-21', 'a post', '2026-11-22 03:00'),
    ('${OTHER}', 'instagram', 'instagram_graph', 'reach', 5, '2026-11-21', null, '2026-11-22 03:00')`;

  test.each([
    {
      key: 'constraint',
      table: `id uuid primary key default gen_random_uuid(), user_id uuid not null, ${columns}, unique (${KEY})`,
    },
    {
      key: 'named constraint',
      table: `id bigserial primary key, user_id text not null, ${columns}, constraint old_key unique (${KEY})`,
    },
    {
      key: 'unique index',
      table: `id bigserial primary key, user_id text not null, ${columns}`,
      index: `create unique index old_index on public.analytics_snapshots (${KEY});`,
    },
    { key: 'none', table: `id text primary key default gen_random_uuid()::text, user_id text not null, ${columns}` },
  ])('with duplicates keeps the oldest of each key, and all else ($key)', async ({ table, index = '' }) => {
    await bringOver(`create table public.analytics_snapshots (${table}); ${index} ${duplicates}`);
    const left = await sql.query('select value::int from public.analytics_snapshots order by value');
    expect(left).toEqual([{ value: 1 }, { value: 4 }, { value: 5 }]);
    await expect(sql.store.check()).resolves.toBeUndefined();
    expect(await record(snapshot(9))).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
    const indexes = await sql.query(
      `select 1 from pg_index where indrelid = 'public.analytics_snapshots'::regclass and indisunique`,
    );
    expect(indexes).toHaveLength(2);
  });

  test('gets the columns it lacks, defaults, and a value that takes fractions', async () => {
    await bringOver(`create table public.analytics_snapshots (id uuid primary key, user_id uuid not null, platform text not null,
      metric text not null, value bigint not null, date date not null);
      insert into public.analytics_snapshots values (gen_random_uuid(), '${USER}', 'instagram', 'likes', 7, '2026-11-21')`);
    await record(snapshot(0.5));
    const rows = await sql.query(
      'select value::float8, created_at is not null as dated from public.analytics_snapshots order by value',
    );
    expect(rows).toEqual([
      { value: 0.5, dated: true },
      { value: 7, dated: true },
    ]);
  });

  test('with the right key under another name is left as it is', async () => {
    await bringOver(`create table public.analytics_snapshots (id bigserial primary key, user_id uuid not null, ${columns});
      create unique index own_name on public.analytics_snapshots (post_id, ${KEY.replace(', post_id', '')}) nulls not distinct`);
    const indexes = await sql.query(
      `select indexname from pg_indexes where tablename = 'analytics_snapshots' order by 1`,
    );
    expect(indexes.map(({ indexname }) => indexname)).toEqual([
      'analytics_snapshots_pkey',
      'analytics_snapshots_platform_date',
      'own_name',
    ]);
    expect(await record(snapshot(1))).toEqual({ inserted: 1, updated: 0, unchanged: 0 });
  });
});

test('a table that lost its unique key is refused, and so is a database without the schema', async () => {
  await sql.query('alter table public.analytics_snapshots drop constraint analytics_snapshots_one_per_key');
  await expect(sql.store.check()).rejects.toMatchObject({ code: 'schema_outdated' });
  await sql.query('drop schema public cascade; create schema public');
  await expect(sql.store.check()).rejects.toMatchObject({ code: 'schema_missing' });
});

test('an owner who is no superuser can apply it and collect', async () => {
  await bringOver(`drop schema public; create role plain_owner nosuperuser; create schema public authorization plain_owner;
    set role plain_owner`);
  await sql.store.applySchema();
  await sql.store.saveConnection(newConnection);
  expect(await connections()).toHaveLength(1);
  expect(await record(snapshot(1))).toEqual({ inserted: 1, updated: 0, unchanged: 0 });
});

describe('with the roles of Supabase', () => {
  beforeEach(async () => {
    await bringOver(`${SUPABASE_ROLES};
      grant usage on schema public to anon, authenticated, service_role;
      alter default privileges in schema public grant all on tables to anon, authenticated;
      alter default privileges in schema public grant all on functions to anon, authenticated;
      create schema auth; grant usage on schema auth to public;
      create function auth.uid() returns uuid language sql as $$ select current_setting('test.reader')::uuid $$`);
    const theirs = { ...snapshot(2), user_id: OTHER };
    await record(snapshot(1), theirs);
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
    const { id } = await sql.store.saveConnection(newConnection);
    expect(await connections()).toHaveLength(1);
    expect(await record(snapshot(1))).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
    expect(await sql.store.removeConnection(id)).toBe(true);
  });
});

const newConnection = {
  userId: USER,
  platform: 'instagram',
  accountId: '111',
  accountName: 'an account',
  accessToken: 'gAAAA',
  refreshToken: null,
  tokenExpiresAt: null,
};
