import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OlderDatabase, openOlderDatabase } from './older-database.js';
import { allConnections, connection, OTHER_USER, recordAll, snapshot, USER } from './rows.js';

const KEY = 'user_id, platform, source, metric, date, post_id';

let sql: OlderDatabase;

beforeAll(async () => {
  sql = await openOlderDatabase();
});

afterAll(() => sql.close());

beforeEach(() => sql.bringOver(''));

test('applied again, it changes no object and no row', async () => {
  await sql.store.saveConnection(connection());
  await recordAll(sql.store, snapshot({ value: 1 }));
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
  expect(await recordAll(sql.store, snapshot({ value: 1 }))).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
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
        ('${OTHER_USER}', 'instagram', '333', null, null, 'cipher', 'active', false, '2026-01-04'),
        ('${OTHER_USER}', 'facebook', '444', null, null, 'cipher', 'expired', true, '2026-01-05'),
        ('${OTHER_USER}', 'linkedin', '555', null, null, 'cipher', null, null, '2026-01-06')`,
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
    await sql.bringOver(
      `create table public.platform_connections (${table}); insert into public.platform_connections ${rows}`,
    );
    expect(await allConnections(sql.store)).toMatchObject(read);

    const renewed = await sql.store.saveConnection(connection({ accountId: '111', accessToken: 'renewed' }));
    expect(renewed.created).toBe(false);
    expect((await allConnections(sql.store))[0]).toMatchObject({ accountId: '111', accessToken: 'renewed' });
  });

  test('takes a new connection in its own columns, and keeps its openness', async () => {
    await sql.bringOver(`create table public.platform_connections (id uuid primary key, user_id uuid not null, platform text not null,
      page_id text, access_token_encrypted text not null, is_active boolean not null)`);
    const { id } = await sql.store.saveConnection(connection({ platform: 'facebook', accountId: '5' }));
    expect(await allConnections(sql.store)).toMatchObject([
      { id, platform: 'facebook', accountId: '5', accessToken: 'gAAAA-first' },
    ]);
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
    ('${OTHER_USER}', 'instagram', 'instagram_graph', 'reach', 5, '2026-11-21', null, '2026-11-22 03:00')`;

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
    await sql.bringOver(`create table public.analytics_snapshots (${table}); ${index} ${duplicates}`);
    const left = await sql.query('select value::int from public.analytics_snapshots order by value');
    expect(left).toEqual([{ value: 1 }, { value: 4 }, { value: 5 }]);
    await expect(sql.store.check()).resolves.toBeUndefined();
    expect(await recordAll(sql.store, snapshot({ value: 9 }))).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
    const indexes = await sql.query(
      `select 1 from pg_index where indrelid = 'public.analytics_snapshots'::regclass and indisunique`,
    );
    expect(indexes).toHaveLength(2);
  });

  test('gets the columns it lacks, defaults, and a value that takes fractions', async () => {
    await sql.bringOver(`create table public.analytics_snapshots (id uuid primary key, user_id uuid not null, platform text not null,
      metric text not null, value bigint not null, date date not null);
      insert into public.analytics_snapshots values (gen_random_uuid(), '${USER}', 'instagram', 'likes', 7, '2026-11-21')`);
    await recordAll(sql.store, snapshot({ value: 0.5 }));
    const rows = await sql.query(
      'select value::float8, created_at is not null as dated from public.analytics_snapshots order by value',
    );
    expect(rows).toEqual([
      { value: 0.5, dated: true },
      { value: 7, dated: true },
    ]);
  });

  test('with the right key under another name is left as it is', async () => {
    await sql.bringOver(`create table public.analytics_snapshots (id bigserial primary key, user_id uuid not null, ${columns});
      create unique index own_name on public.analytics_snapshots (post_id, ${KEY.replace(', post_id', '')}) nulls not distinct`);
    const indexes = await sql.query(
      `select indexname from pg_indexes where tablename = 'analytics_snapshots' order by 1`,
    );
    expect(indexes.map(({ indexname }) => indexname)).toEqual([
      'analytics_snapshots_pkey',
      'analytics_snapshots_platform_date',
      'own_name',
    ]);
    expect(await recordAll(sql.store, snapshot({ value: 1 }))).toEqual({ inserted: 1, updated: 0, unchanged: 0 });
  });
});

test('a table that lost its unique key is refused, and so is a database without the schema', async () => {
  await sql.query('alter table public.analytics_snapshots drop constraint analytics_snapshots_one_per_key');
  await expect(sql.store.check()).rejects.toMatchObject({ code: 'schema_outdated' });
  await sql.query('drop schema public cascade; create schema public');
  await expect(sql.store.check()).rejects.toMatchObject({ code: 'schema_missing' });
});

test('an owner who is no superuser can apply it and collect', async () => {
  await sql.bringOver(`drop schema public; create role plain_owner nosuperuser; create schema public authorization plain_owner;
    set role plain_owner`);
  await sql.store.applySchema();
  await sql.store.saveConnection(connection());
  expect(await allConnections(sql.store)).toHaveLength(1);
  expect(await recordAll(sql.store, snapshot({ value: 1 }))).toEqual({ inserted: 1, updated: 0, unchanged: 0 });
});
