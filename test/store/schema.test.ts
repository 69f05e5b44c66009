import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { applySchema } from '../../src/store/apply-schema.js';
import { schemaScript } from '../../src/store/schema.js';
import { ALL } from '../../src/store/selection.js';
import { type OlderDatabase, openOlderDatabase } from './older-database.js';
import {
  allAccounts,
  beginRun,
  connected,
  connection,
  NOTHING_FOREIGN,
  OTHER_USER,
  record,
  recordAll,
  snapshot,
  successions,
  sync,
  USER,
} from './rows.js';

const KEY = 'user_id, platform, source, metric, date, post_id';

let sql: OlderDatabase;

beforeAll(async () => {
  sql = await openOlderDatabase();
});

afterAll(() => sql.close());

beforeEach(() => sql.bringOver(''));

test('applied again, it changes no object or row, and says so', async () => {
  const account = await connected(sql.store);
  await recordAll(sql.store, snapshot(account));
  const everything = () =>
    sql.query(`select
      (select json_agg(snapshots) from public.analytics_snapshots snapshots) as snapshots,
      (select json_agg(connections) from public.platform_connections connections) as connections,
      (select json_agg(accounts) from public.collection_accounts accounts) as accounts,
      (select json_agg(indexdef order by indexname) from pg_indexes where schemaname = 'public') as indexes,
      (select json_agg(columns order by table_name, ordinal_position) from information_schema.columns columns
        where table_schema = 'public') as columns`);
  const before = await everything();
  expect(await sql.store.applySchema()).toEqual({ done: [], findings: [] });
  await sql.query(await schemaScript());
  expect(await everything()).toEqual(before);
  expect(await recordAll(sql.store, snapshot(account))).toMatchObject({ inserted: 0, updated: 0, unchanged: 1 });
});

test('an older schema gets the new parts, and each is reported once', async () => {
  await sql.query(`delete from public.collection_migrations where name in ('009_indexes', '015_date_indexes');
    drop index public.analytics_snapshots_fetched_at, public.analytics_snapshots_date;
    create index analytics_snapshots_platform_date on public.analytics_snapshots (platform, date);
    update public.collection_migrations set checksum = 'of an earlier version' where name = 'functions'`);
  const { done } = await sql.store.applySchema();
  expect(done.map((step) => step.split(':')[0])).toEqual([
    'applied 009_indexes',
    'applied 015_date_indexes',
    'applied functions',
  ]);
  const indexes = await sql.query(`select indexrelid::regclass::text as name from pg_index
    where indrelid = 'public.analytics_snapshots'::regclass and not indisunique order by 1`);
  expect(indexes.map(({ name }) => name)).toEqual(['analytics_snapshots_date', 'analytics_snapshots_fetched_at']);
});

test('older accounts get a date since when no connection opens them', async () => {
  await sql.query(`alter table public.collection_accounts drop column inactive_since;
    delete from public.collection_migrations where name >= '010'`);
  await sql.store.applySchema();
  await sync(sql.store);
  expect(await sql.query('select inactive_since from public.collection_accounts')).toEqual([]);
});

test('functions of the application stay, whatever earlier versions called their own', async () => {
  const former = readFileSync(new URL('../../src/store/former-functions.sql', import.meta.url), 'utf8');
  const names = [...new Set([...former.matchAll(/^ +\('(\w+)',/gm)].map(([, name]) => name))];
  expect(names.length).toBeGreaterThan(20);
  const theirs = names.flatMap((name) => [`public.${name}()`, `public.${name}(text)`]);
  await sql.leave(theirs.map((name) => `create function ${name} returns text language sql as 'select user'`).join(';'));
  await sql.store.applySchema();
  await sql.query(await schemaScript());
  const gone = 'select name from unnest($1::text[]) name where to_regprocedure(name) is null';
  expect(await sql.query(gone, [theirs])).toEqual([]);
});

test('explain_day replaces its own earlier signatures, and no function of the application', async () => {
  await sql.leave(`create function public.explain_day() returns text language sql as 'select user';
    create function public.explain_day(text, date) returns jsonb language sql
      as $$ select null::jsonb -- collection_accounts $$`);
  await sql.store.applySchema();
  await sql.query(await schemaScript());
  const left = await sql.query(
    "select oid::regprocedure::text as name from pg_proc where proname = 'explain_day' order by 1",
  );
  expect(left.map(({ name }) => name)).toEqual(['explain_day()', 'explain_day(text,text,date)']);
});

describe('an older platform_connections', () => {
  const token = { accessToken: 'cipher', refreshToken: null, tokenExpiresAt: null };
  const usual = { userId: USER, platform: 'instagram', accountId: '111', connections: [token] };

  test.each([
    {
      spelling: 'uuid user, encrypted names, page_id and instagram_id, connection_status',
      table: `id bigserial primary key, user_id uuid not null, platform varchar(20) not null, page_id text, instagram_id text,
        access_token_encrypted text, refresh_token_encrypted text, connection_status text default 'connected'`,
      rows: `(user_id, platform, page_id, instagram_id, access_token_encrypted, refresh_token_encrypted) values
        ('${USER}', 'Instagram', '222', '111', 'cipher', 'renewal')`,
      read: [{ ...usual, accountName: null, connections: [{ ...token, refreshToken: 'renewal' }] }],
    },
    {
      spelling: 'text id, is_active, no column but those needed',
      table:
        'id text primary key, user_id text not null, platform text not null, account_id text, access_token text, is_active boolean',
      rows: `values ('one', '${USER}', 'instagram', '111', 'cipher', true), ('two', '${USER}', 'facebook', '222', 'cipher', false)`,
      read: [{ ...usual, connections: [{ ...token, id: 'one' }] }],
    },
    {
      spelling: 'numeric ids without a date: 9 is older than 10',
      table: 'id bigint primary key, user_id text, platform text, account_id text, access_token text',
      rows: `values (10, '${USER}', 'instagram', '222', 'cipher'), (9, '${USER}', 'instagram', '111', 'cipher')`,
      read: [usual, { ...usual, accountId: '222' }],
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
        { ...usual, platform: 'facebook', accountId: '222' },
        usual,
        { ...usual, platform: 'linkedin', accountId: '9007199254740993' },
      ],
    },
    {
      spelling: 'plain and encrypted tokens side by side, expiry without a zone',
      table: `id serial, user_id text, platform text, account_id text, access_token text, access_token_encrypted text,
        token_expires_at timestamp`,
      rows: `values (1, '${USER}', 'instagram', '111', 'plain', 'cipher', '2027-01-01 12:00')`,
      read: [{ ...usual, connections: [{ ...token, tokenExpiresAt: '2027-01-01T12:00:00+00:00' }] }],
    },
  ])('is read, renewed and added to: $spelling', async ({ table, rows, read }) => {
    await sql.bringOver(
      `create table public.platform_connections (${table}); insert into public.platform_connections ${rows}`,
    );
    expect(await allAccounts(sql.store)).toMatchObject(read);

    const renewed = await sql.store.saveConnection(connection({ accountId: '111', accessToken: 'renewed' }));
    expect(renewed.created).toBe(false);
    const account = (await allAccounts(sql.store)).find(({ accountId }) => accountId === '111');
    expect(account?.connections).toMatchObject([{ accessToken: 'renewed' }]);
  });

  test('whose platform is an enum can be read, renewed and added to, like social_media_connections', async () => {
    const columns = `id uuid primary key default gen_random_uuid(), user_id uuid not null, platform public.platform not null,
      account_id text, access_token text, is_active boolean default true`;
    await sql.bringOver(`create type public.platform as enum ('instagram', 'facebook', 'wordpress');
      create table public.platform_connections (${columns});
      create table public.social_media_connections (${columns});
      insert into public.platform_connections (user_id, platform, account_id, access_token) values
        ('${USER}', 'instagram', '111', 'cipher'), ('${USER}', 'wordpress', '5', 'cipher');
      insert into public.social_media_connections (user_id, platform, account_id, access_token) values
        ('${OTHER_USER}', 'facebook', '222', 'cipher')`);
    await sql.store.saveConnection(connection({ accountId: '111', accessToken: 'renewed' }));
    await sql.store.saveConnection(connection({ platform: 'facebook', accountId: '333' }));
    const accounts = await allAccounts(sql.store);
    expect(accounts).toMatchObject([
      { userId: USER, platform: 'facebook', accountId: '333' },
      { userId: USER, platform: 'instagram', accountId: '111', connections: [{ accessToken: 'renewed' }] },
      { userId: OTHER_USER, platform: 'facebook', accountId: '222' },
    ]);
    expect(await recordAll(sql.store, ...accounts.map((account) => snapshot(account)))).toMatchObject({ inserted: 3 });
  });

  test('with invalid dates stored as text can be read, and those dates count as unknown', async () => {
    const dates = [
      '2026-02-30',
      '2026-02-30T10:00:00',
      '2026-13-01T25:61:00+00:00',
      'unknown',
      '',
      '2026-01-01 Nowhere',
    ];
    await sql.bringOver(`create table public.platform_connections (id serial, user_id text, platform text, account_id text,
      access_token text, token_expires_at text, created_at text, connected_at text, last_token_refresh text)`);
    for (const date of [...dates, '2026-02-28T10:00:00+00:00', '2024-02-29 10:00']) {
      await sql.query(
        "insert into public.platform_connections values (default, $1, 'instagram', $2, 'cipher', $2, $2, $2, $2)",
        [USER, date],
      );
    }
    expect(await sql.store.applySchema()).toMatchObject({ done: [] });
    const read = await sql.query('select token_expires_at, created_at, renewed_at from public.collection_connections');
    const known = read.filter((row) => Object.values(row).some((date) => date !== null));
    expect([read.length, known.length]).toEqual([dates.length + 2, 2]);
    // The empty one names no account, which is read nevertheless.
    expect(await allAccounts(sql.store)).toHaveLength(dates.length + 2);
    const ending = await sql.store.tokensEnding({ selection: ALL, platforms: ['instagram'] }, '2027-01-01T00:00:00Z');
    expect(ending.tokens).toHaveLength(2);
  });

  test('takes a new connection in its own columns, and keeps its grants', async () => {
    await sql.bringOver(`create table public.platform_connections (id uuid primary key, user_id uuid not null, platform text not null,
      page_id text, access_token_encrypted text not null, is_active boolean not null)`);
    const { id } = await sql.store.saveConnection(connection({ platform: 'facebook', accountId: '5' }));
    expect(await allAccounts(sql.store)).toMatchObject([
      { platform: 'facebook', accountId: '5', connections: [{ id, accessToken: 'gAAAA-first' }] },
    ]);
    const security = await sql.query(
      `select relrowsecurity from pg_class where oid = 'public.platform_connections'::regclass`,
    );
    expect(security).toEqual([{ relrowsecurity: false }]);
  });

  test('refuses a user that the application does not know, or an id of another type, with a usage error', async () => {
    await sql.bringOver(`create table public.members (id uuid primary key);
      create table public.platform_connections (id uuid primary key, user_id uuid not null references public.members,
        platform text not null, page_id text, access_token_encrypted text not null)`);
    for (const userId of ['me', '00000000-0000-4000-8000-000000000009']) {
      const refused = sql.store.saveConnection(connection({ userId, platform: 'facebook', accountId: '5' }));
      await expect(refused).rejects.toMatchObject({ code: 'usage' });
    }
    expect(await sql.query('select id from public.platform_connections')).toEqual([]);
  });

  test('stores those of many connections whose users the application knows', async () => {
    await sql.bringOver(`create table public.members (id uuid primary key);
      insert into public.members values ('${USER}');
      create table public.platform_connections (id uuid primary key default gen_random_uuid(),
        user_id uuid not null references public.members, platform text not null, page_id text, access_token text)`);
    const of = (userId: string, accountId: string) => connection({ userId, platform: 'facebook', accountId });
    const some = [of(USER, '1'), of('me', '2'), of(OTHER_USER, '3'), of(USER, '4')];
    const added = { id: expect.any(String), created: true, hasRefreshToken: false };
    const refused = { refused: expect.any(String), isOfUser: true };
    expect(await sql.store.saveConnections(some)).toEqual([added, refused, refused, added]);
    expect(await sql.query('select page_id from public.platform_connections order by 1')).toEqual([
      { page_id: '1' },
      { page_id: '4' },
    ]);
  });

  test('stores those of many connections that keep to its constraints, and names the constraint of the others', async () => {
    await sql.bringOver(`create table public.platform_connections (id uuid primary key default gen_random_uuid(),
        user_id text not null, platform text not null, page_id varchar(20), access_token text, constraint one_a_user unique (user_id, platform))`);
    const of = (userId: string, accountId: string) => connection({ userId, platform: 'facebook', accountId });
    const added = { id: expect.any(String), created: true, hasRefreshToken: false };
    expect(
      await sql.store.saveConnections([of('a', '1'), of('a', '2'), of('b', '3'.repeat(21)), of('c', '4')]),
    ).toEqual([
      added,
      { refused: expect.stringContaining('"one_a_user"'), isOfUser: false },
      { refused: expect.stringContaining('too long'), isOfUser: false },
      added,
    ]);
    await expect(sql.store.saveConnection(of('a', '2'))).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringContaining('"one_a_user"'),
    });
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
  ])('with duplicates keeps the oldest of each key, and everything else ($key)', async ({ table, index = '' }) => {
    await sql.bringOver(`create table public.analytics_snapshots (${table}); ${index} ${duplicates}`);
    const left = await sql.query('select value::int from public.analytics_snapshots order by value');
    expect(left).toEqual([{ value: 1 }, { value: 4 }, { value: 5 }]);
    await expect(sql.store.check()).resolves.toBeUndefined();
    const account = await connected(sql.store);
    await sql.query("update public.analytics_snapshots set source = 'social_media'");
    const foreign = { rows: 1, since: '2026-11-21', until: '2026-11-21' };
    expect(await recordAll(sql.store, snapshot(account))).toEqual({ inserted: 0, updated: 0, unchanged: 0, foreign });
    const indexes = await sql.query(
      `select 1 from pg_index where indrelid = 'public.analytics_snapshots'::regclass and indisunique`,
    );
    expect(indexes).toHaveLength(2);
  });

  describe('whose key treats NULLs as distinct', () => {
    const table = `create table public.analytics_snapshots (id bigserial primary key, user_id text, ${columns}, unique (${KEY}))`;
    const uniqueIndexes = () =>
      sql.query(`select indexrelid::regclass::text as name, indisvalid as valid, indnullsnotdistinct as nulls_equal
        from pg_index where indrelid = 'public.analytics_snapshots'::regclass and indisunique and not indisprimary`);
    const oneKey = [{ name: 'analytics_snapshots_one_per_key', valid: true, nulls_equal: true }];
    const apply = {
      'schema --apply': async () => void (await sql.store.applySchema()),
      'the script': async () => void (await sql.query(await schemaScript())),
    };

    test.each(Object.entries(apply))('keeps one row per key of rows without a user (%s)', async (_, applied) => {
      // As many rows of users as one batch holds, so that the next one begins with nobody's.
      await sql.leave(`${table};
        insert into public.analytics_snapshots (user_id, platform, source, metric, value, date, created_at)
        select 'user-' || n / 2, 'instagram', 'social_media', 'reach', n % 2, '2026-11-21', '2026-11-22'::date + n % 2
        from generate_series(0, 19999) n;
        insert into public.analytics_snapshots (user_id, platform, source, metric, value, date, created_at) values
          (null, 'instagram', 'social_media', 'reach', 12, '2026-11-21', '2026-11-23'),
          (null, 'instagram', 'social_media', 'reach', 11, '2026-11-21', '2026-11-22'),
          (null, 'instagram', 'social_media', 'likes', 13, '2026-11-21', '2026-11-22')`);
      await applied();
      const left = `select count(*)::int as rows, max(value)::int as highest from public.analytics_snapshots where user_id`;
      expect(await sql.query(`${left} is not null`)).toEqual([{ rows: 10_000, highest: 0 }]);
      expect(await sql.query(`${left} is null and value <> 12`)).toEqual([{ rows: 2, highest: 13 }]);
      expect(await uniqueIndexes()).toEqual(oneKey);
    });

    test.each(Object.entries(apply))(
      'regards a row without created_at as the oldest of its key (%s)',
      async (_, applied) => {
        await sql.leave(`${table}; ${duplicates};
        update public.analytics_snapshots set created_at = null where value in (3, 4)`);
        await applied();
        const left = await sql.query('select value::int from public.analytics_snapshots order by value');
        expect(left).toEqual([{ value: 3 }, { value: 4 }, { value: 5 }]);
      },
    );

    test.each([
      { moment: 'before the new key is in place', damage: 'select' },
      {
        moment: 'while the new key is built',
        damage: `update pg_index set indisvalid = false where indexrelid = 'public.analytics_snapshots_one_per_key'::regclass`,
      },
    ])('gets one valid key from the next schema --apply if it was killed $moment', async ({ damage }) => {
      await sql.leave(`${table}; ${duplicates}`);
      let killed = false;
      const session = {
        async query(text: string, values?: readonly unknown[]) {
          killed ||= text.includes('add constraint analytics_snapshots_one_per_key unique using');
          if (killed) throw new Error('killed');
          return sql.query(text, values && [...values]);
        },
      };
      await expect(applySchema(session)).rejects.toThrow('killed');
      expect(await uniqueIndexes()).toHaveLength(2);
      await sql.query(damage);
      await sql.store.applySchema();
      expect(await uniqueIndexes()).toEqual(oneKey);
      expect(await sql.store.applySchema()).toMatchObject({ done: [] });
      await expect(sql.store.check()).resolves.toBeUndefined();
    });
  });

  test('keeps a row without metadata as another writer’s until it is adopted', async () => {
    await sql.bringOver(`create table public.analytics_snapshots (id bigserial primary key, user_id text not null, ${columns});
      insert into public.analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
      values ('${USER}', 'instagram', 'social_media', 'reach', 7, '2026-11-21', null)`);
    const account = await connected(sql.store);
    await sql.query(`insert into public.analytics_account_snapshots (user_id, platform, account_id, source, metric, value, date, metadata)
      values ('${USER}', 'instagram', '${account.accountId}', 'social_media', 'reach', 3, '2026-11-21', '{"settled": true}')`);
    const runId = await beginRun(sql.store);
    const foreign = { rows: 1, since: '2026-11-21', until: '2026-11-21' };
    expect(await record(sql.store, runId, { snapshots: [snapshot(account)] })).toMatchObject({ unchanged: 0, foreign });
    const kept = () => sql.query('select value::int from public.analytics_account_snapshots');
    expect(await kept()).toEqual([{ value: 3 }]);
    expect(await record(sql.store, runId, { snapshots: [snapshot(account)], adopt: true })).toMatchObject({
      updated: 1,
    });
    expect(await sql.query('select value::int from public.analytics_snapshots')).toEqual([{ value: 1 }]);
    expect(await kept()).toEqual([]);
  });

  test('gets the columns it lacks, defaults, and a value that takes fractions', async () => {
    await sql.bringOver(`create table public.analytics_snapshots (id uuid primary key, user_id uuid not null, platform text not null,
      metric text not null, value bigint not null, date date not null);
      insert into public.analytics_snapshots values (gen_random_uuid(), '${USER}', 'instagram', 'likes', 7, '2026-11-21')`);
    await recordAll(sql.store, snapshot(await connected(sql.store), { value: 0.5 }));
    const rows = await sql.query(
      'select value::float8, created_at is not null as dated from public.analytics_snapshots order by value',
    );
    expect(rows).toEqual([
      { value: 0.5, dated: true },
      { value: 7, dated: true },
    ]);
  });

  test('with the right key under another name is left unchanged', async () => {
    await sql.bringOver(`create table public.analytics_snapshots (id bigserial primary key, user_id uuid not null, ${columns});
      create unique index own_name on public.analytics_snapshots (post_id, ${KEY.replace(', post_id', '')}) nulls not distinct`);
    const indexes = await sql.query(
      `select indexname from pg_indexes where tablename = 'analytics_snapshots' order by 1`,
    );
    expect(indexes.map(({ indexname }) => indexname)).toEqual([
      'analytics_snapshots_date',
      'analytics_snapshots_fetched_at',
      'analytics_snapshots_pkey',
      'own_name',
    ]);
    expect(await recordAll(sql.store, snapshot(await connected(sql.store)))).toMatchObject({ inserted: 1 });
  });

  test.each(['numeric(14,2)', 'real', 'double precision', 'integer'])(
    'keeps the precision of every number: %s is widened',
    async (type) => {
      await sql.bringOver(`create table public.analytics_snapshots (id uuid primary key, user_id uuid not null, platform text not null,
        metric text not null, value ${type} not null, date date not null);
        insert into public.analytics_snapshots values (gen_random_uuid(), '${USER}', 'instagram', 'likes', 7, '2026-11-21')`);
      await recordAll(sql.store, snapshot(await connected(sql.store), { value: 0.026_666_7 }));
      const rows = await sql.query(
        'select trim_scale(value)::text as value from public.analytics_snapshots order by value',
      );
      expect(rows).toEqual([{ value: '0.0266667' }, { value: '7' }]);
    },
  );

  test('whose value column a view uses cannot be widened: runs refuse it and say what to do', async () => {
    await sql.bringOver(`create table public.analytics_snapshots (id uuid primary key, user_id uuid not null, platform text not null,
      metric text not null, value numeric(14,2) not null, date date not null);
      create view public.theirs as select value from public.analytics_snapshots`);
    await expect(sql.store.check()).rejects.toMatchObject({
      code: 'schema_outdated',
      message: expect.stringContaining('numeric(14,2)'),
    });
    const { done, findings } = await sql.store.applySchema();
    expect(done).toEqual([]);
    expect(findings).toContainEqual({
      finding: expect.stringContaining('numeric(14,2)'),
      remedy: expect.stringContaining('alter column value'),
    });
    await sql.query('drop view public.theirs, public.analytics_daily, public.analytics_by_account');
    expect((await sql.store.applySchema()).done.map((step) => step.split(':')[0])).toEqual([
      'applied 005_values',
      'applied functions',
    ]);
    await expect(sql.store.check()).resolves.toBeUndefined();
  });
});

test('a table without its unique key is refused, like a database without the schema', async () => {
  await sql.query('alter table public.analytics_snapshots drop constraint analytics_snapshots_one_per_key');
  await expect(sql.store.check()).rejects.toMatchObject({ code: 'schema_outdated' });
  await sql.query('drop schema public cascade; create schema public');
  await expect(sql.store.check()).rejects.toMatchObject({ code: 'schema_missing' });
});

test('an owner who is not a superuser can apply it and collect', async () => {
  await sql.bringOver(`drop schema public; create role plain_owner nosuperuser; create schema public authorization plain_owner;
    set role plain_owner`);
  await sql.store.applySchema();
  expect(await recordAll(sql.store, snapshot(await connected(sql.store)))).toMatchObject({
    inserted: 1,
    foreign: NOTHING_FOREIGN,
  });
});

test.each(['analytics_snapshots', 'platform_connections'])(
  'an owner without the right to reference the users of %s is told so, and gets the foreign key once they have it',
  async (table) => {
    const role = `tenant_of_${table}`;
    await sql.bringOver(`drop schema public; create role ${role} nosuperuser; create schema public authorization ${role};
      create schema auth; grant usage on schema auth to ${role}; create table auth.users (id uuid primary key);
      insert into auth.users values ('${USER}');
      create table public.${table} (id uuid primary key default gen_random_uuid(), platform text not null,
        user_id uuid not null references auth.users on delete cascade,
        ${table === 'platform_connections' ? 'account_id text, access_token text' : 'metric text not null, value numeric not null, date date not null'});
      alter table public.${table} owner to ${role}; set role ${role}`);
    const finding = {
      finding: expect.stringContaining('auth.users leaves their rows'),
      remedy: expect.stringContaining(`grant references on auth.users to ${role};`),
    };
    const refused = await sql.store.applySchema();
    expect(refused.done).toEqual([]);
    expect(refused.findings).toContainEqual(finding);
    await connected(sql.store);

    await sql.query(`reset role; grant references on auth.users to ${role}; set role ${role}`);
    const { done, findings } = await sql.store.applySchema();
    expect(done).toEqual([expect.stringMatching(/^applied 008_owners:/)]);
    expect(findings).not.toContainEqual(finding);
    expect((await sql.store.applySchema()).done).toEqual([]);
    await sql.query('reset role; delete from auth.users');
    expect(await sql.query('select 1 from public.collection_accounts')).toEqual([]);
  },
);

test('roles that came after the schema get their grants when it is applied again', async () => {
  await sql.bringOver('drop role if exists service_role');
  await sql.query('create role service_role bypassrls');
  await sql.query('set role service_role');
  await expect(sql.store.check()).rejects.toMatchObject({
    code: 'store_refused',
    message: expect.stringContaining('Grants are missing'),
  });
  await sql.query('reset role');
  expect((await sql.store.applySchema()).done).toEqual([expect.stringMatching(/^applied functions:/)]);
  expect((await sql.store.applySchema()).done).toEqual([]);
  await sql.query('set role service_role');
  await expect(sql.store.check()).resolves.toBeUndefined();
});

describe('the first edition, which kept its ledger by connection and wrote the source "api",', () => {
  const edition = readFileSync(new URL('first-edition.sql', import.meta.url), 'utf8');
  const row = (account: string, metric: string, value: number, more = '', source = 'api') =>
    `('${USER}', 'facebook', '${source}', '${metric}', ${value}, '2026-11-21',
      '{"account_id": "${account}", "settled": true, "fetched_at": "2026-11-22T0${value}:00:00.000Z"${more}}')`;
  const columns = '(user_id, platform, source, metric, value, date, metadata)';

  beforeEach(async () => {
    await sql.bringOver(`${edition};
      insert into public.platform_connections (id, user_id, platform, account_id, status, created_at) values
        ('00000000-0000-4000-8000-000000000001', '${USER}', 'facebook', 'old', 'active', '2026-01-01'),
        ('00000000-0000-4000-8000-000000000002', '${USER}', 'facebook', 'old', 'active', '2026-03-01'),
        ('00000000-0000-4000-8000-000000000003', '${USER}', 'facebook', 'younger', 'active', '2026-02-01');
      insert into public.collection_outcomes (connection_id, date, user_id, platform, state, reason, run_id, failed_since) values
        ('00000000-0000-4000-8000-000000000001', '2026-11-20', '${USER}', 'facebook', 'settled', null, gen_random_uuid(), null),
        ('00000000-0000-4000-8000-000000000002', '2026-11-20', '${USER}', 'facebook', 'failed', 'timeout', gen_random_uuid(), now()),
        ('00000000-0000-4000-8000-000000000002', '2026-11-21', '${USER}', 'facebook', 'provisional', null, gen_random_uuid(), null),
        ('00000000-0000-4000-8000-000000000003', '2026-11-21', '${USER}', 'facebook', 'skipped', null, gen_random_uuid(), null);
      insert into public.collection_runs (scope, trigger, status, summary) values
        ('user:${USER}', 'cli', 'partial', '{"users": {"total": 1}, "failures": [{"user_id": "${USER}"}], "warnings": []}');
      insert into public.analytics_snapshots ${columns} values
        ${row('old', 'page_follows', 3)}, ${row('old', 'page_views', 2)}, ${row('old', 'page_views', 4, '', 'social_media')},
        ${row('old', 'page_media_view', 6)}, ${row('old', 'page_media_view', 5, '', 'social_media')},
        ${row('younger', 'page_impressions', 7)};
      insert into public.analytics_snapshots (user_id, platform, source, metric, value, date) values
        ('${USER}', 'facebook', 'api', 'of another writer', 1, '2026-11-21')`);
  });

  test('is migrated: each account has its days with their best outcomes, and skipped days are due', async () => {
    // The one that was never collected comes first.
    expect(await allAccounts(sql.store)).toMatchObject([
      { accountId: 'younger', firstDay: null, doneTo: null, ledger: [] },
      {
        accountId: 'old',
        firstDay: '2026-11-20',
        doneTo: '2026-11-20',
        ledger: [
          { date: '2026-11-20', state: 'settled' },
          { date: '2026-11-21', state: 'provisional' },
        ],
      },
    ]);
  });

  test('has its rows under the source that readers filter by, the newer of two, and keeps other writers’ rows', async () => {
    const rows = await sql.query(
      'select source, metric, value::int as value from public.analytics_snapshots order by metric',
    );
    expect(rows).toEqual([
      { source: 'api', metric: 'of another writer', value: 1 },
      { source: 'social_media', metric: 'page_follows', value: 3 },
      { source: 'social_media', metric: 'page_media_view', value: 6 },
      { source: 'social_media', metric: 'page_views', value: 4 },
    ]);
    expect(await sql.query('select account_id, metric from public.analytics_account_snapshots')).toEqual([
      { account_id: 'younger', metric: 'page_impressions' },
    ]);
  });

  test('keeps the counts of its runs, without data about users', async () => {
    expect(await sql.query('select for_user, summary from public.collection_runs')).toEqual([
      { for_user: USER, summary: { users: { total: 1 } } },
    ]);
  });

  test('keeps none of its replaced functions', async () => {
    const functions = await sql.query(
      "select proname as name from pg_proc where pronamespace = 'public'::regnamespace order by 1",
    );
    const files = readdirSync(new URL('../../src/store/functions/', import.meta.url));
    expect(functions.map(({ name }) => name).toSorted()).toEqual(
      [...files.map((file) => file.replace('.sql', '')), 'collection_instant_of', 'collection_key_indexes'].toSorted(),
    );
  });

  test('is migrated even if rows and connections lack their user or creation date', async () => {
    await sql.leave(`${edition};
      alter table public.platform_connections alter column user_id drop not null;
      alter table public.analytics_snapshots alter column user_id drop not null, alter column created_at drop not null;
      insert into public.platform_connections (user_id, platform, account_id, created_at) values
        (null, 'facebook', 'gone', '2026-01-01'), ('${USER}', 'facebook', 'old', '2026-01-01');
      insert into public.analytics_snapshots ${columns} values ${row('old', 'reach', 1)}, ${row('younger', 'likes', 2)}, ${row('gone', 'shares', 3)};
      update public.analytics_snapshots set created_at = null;
      update public.analytics_snapshots set user_id = null where metadata ->> 'account_id' = 'gone'`);
    await sql.query(await schemaScript());
    const accounts = await sql.query(
      'select user_id, account_id, is_primary from public.collection_accounts order by 2',
    );
    expect(accounts).toEqual([
      { user_id: USER, account_id: 'old', is_primary: true },
      { user_id: USER, account_id: 'younger', is_primary: false },
    ]);
    const byAccount = await sql.query('select value::int from public.analytics_by_account where user_id is not null');
    expect(byAccount).toEqual([{ value: 1 }, { value: 2 }]);
  });

  describe('whose collected account is no longer connected', () => {
    const REMOVED = "delete from public.platform_connections where account_id = 'old'";
    const REVOKED = "update public.platform_connections set status = 'revoked' where account_id = 'old'";
    /** The younger account has been passed over, so it has no rows. */
    const left = async (disconnect: string) => {
      await sql.leave(`${edition};
        insert into public.platform_connections (id, user_id, platform, account_id, status, created_at) values
          ('00000000-0000-4000-8000-000000000001', '${USER}', 'facebook', 'old', 'active', '2026-01-01'),
          ('00000000-0000-4000-8000-000000000003', '${USER}', 'facebook', 'younger', 'active', '2026-02-01');
        insert into public.analytics_snapshots ${columns} values ${row('old', 'page_follows', 3)};
        ${disconnect}`);
      await sql.query(await schemaScript());
    };
    const primary = () => sql.query('select account_id from public.collection_accounts where is_primary');
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

    test('keeps it as the primary account until the window has passed', async () => {
      await left(REVOKED);
      expect(await primary()).toEqual([{ account_id: 'old' }]);
      expect(await successions(sql.store, inDays(6))).toEqual([]);
      expect(await successions(sql.store, inDays(8))).toMatchObject([
        { accountId: 'younger', formerAccountId: 'old', reason: null },
      ]);
    });

    test('keeps it until a run reports its successor, if no connection names it', async () => {
      await left(REMOVED);
      expect(await primary()).toEqual([{ account_id: 'old' }]);
      expect(await successions(sql.store)).toMatchObject([{ accountId: 'younger', formerAccountId: 'old' }]);
      expect(await sql.query('select metric from public.analytics_snapshots')).toEqual([{ metric: 'page_follows' }]);
    });
  });
});
