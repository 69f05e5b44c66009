import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { schemaScript } from '../../src/store/schema.js';
import { SUPABASE_ROLES } from '../support/supabase-roles.js';
import { type OlderDatabase, openOlderDatabase } from './older-database.js';
import { beginRun, connected, outcome, record, recordAll, snapshot, USER } from './rows.js';

let sql: OlderDatabase;

beforeAll(async () => {
  sql = await openOlderDatabase();
});

afterAll(() => sql.close());

const PARTITIONED = { partitioned: true };

/** The partitions of a table that have rows, with their number. */
async function filled(table = 'analytics_snapshots') {
  const rows = await sql.query(
    `select tableoid::regclass::text as name, count(*)::int as rows from public.${table} group by 1 order by 1`,
  );
  return rows.map(({ name, rows: count }) => `${String(name).replace(`${table}_`, '')}: ${count}`);
}

async function months() {
  const rows = await sql.query(
    `select right(relname, 7) as month from pg_class where relname ~ '^analytics_snapshots_\\d{4}_\\d\\d$' order by 1`,
  );
  return rows.map(({ month }) => month);
}

const theirs = (date: string, platform = 'instagram') =>
  sql.query(`insert into public.analytics_snapshots (user_id, platform, source, metric, value, date)
    values ('${USER}', '${platform}', 'social_media', 'theirs', 7, '${date}')`);

describe('a partitioned database', () => {
  beforeEach(async () => {
    await sql.leave('');
    await sql.store.applySchema(PARTITIONED);
  });

  test('is up to date afterwards, with or without asking for partitions', async () => {
    expect(await sql.store.applySchema(PARTITIONED)).toEqual({ done: [], findings: [] });
    expect(await sql.store.applySchema()).toEqual({ done: [], findings: [] });
    await sql.query(await schemaScript());
    await sql.query(await schemaScript(PARTITIONED));
    await expect(sql.store.check()).resolves.toBeUndefined();
  });

  test('gets the partition of any month when rows of it are written, and that of the next month before them', async () => {
    const account = await connected(sql.store);
    const second = await connected(sql.store, { accountId: '2' });
    await recordAll(
      sql.store,
      snapshot(account, { date: '2019-12-31' }),
      snapshot(account, { date: '2030-02-01' }),
      snapshot(second, { date: '2030-02-28' }),
    );
    expect(await filled()).toEqual(['2019_12: 1', '2030_02: 1']);
    expect(await filled('analytics_account_snapshots')).toEqual(['2030_02: 1']);
    expect(await months()).toEqual(expect.arrayContaining(['2019_12', '2030_02', '2030_03']));
  });

  test('takes rows that others write of months without a partition, which move to it when it is created', async () => {
    await theirs('2030-02-02');
    await theirs('2031-01-01');
    expect(await filled()).toEqual(['default: 2']);
    const account = await connected(sql.store);
    const { inserted } = await recordAll(sql.store, snapshot(account, { date: '2030-02-01' }));
    expect(inserted).toBe(1);
    expect(await filled()).toEqual(['2030_02: 2', 'default: 1']);
  });

  test('goes on recording where a partition cannot be created, or a check was added', async () => {
    const account = await connected(sql.store);
    await sql.query(`create table public.of_theirs partition of public.analytics_snapshots
        for values from ('2040-01-15') to ('2040-02-15');
      alter table public.analytics_snapshots add constraint small check (value < 1000000)`);
    await recordAll(
      sql.store,
      snapshot(account, { date: '2040-01-01' }),
      snapshot(account, { date: '2040-02-01' }),
      snapshot(account, { date: '2041-01-01' }),
    );
    const rows = await filled();
    expect(rows).toEqual(expect.arrayContaining(['of_theirs: 1']));
    expect(await months()).toEqual(expect.arrayContaining(['2041_01']));
    await sql.query('drop table public.of_theirs');
  });

  test('is pruned by dropping the months in which no other platform has rows, and by deleting from the others', async () => {
    const instagram = await connected(sql.store);
    const facebook = await connected(sql.store, { platform: 'facebook', accountId: '1' });
    const second = await connected(sql.store, { accountId: '2' });
    const runId = await beginRun(sql.store);
    await record(sql.store, runId, {
      snapshots: ['2025-01-31', '2025-02-01', '2025-02-28', '2025-03-01', '2025-03-02'].flatMap((date) => [
        snapshot(instagram, { date }),
        snapshot(second, { date }),
        ...(date < '2025-02' ? [] : [snapshot(facebook, { date })]),
      ]),
      outcomes: [outcome(instagram, '2025-01-31'), outcome(facebook, '2025-03-01')],
    });
    const prune = (platforms: string[], dryRun: boolean) =>
      sql.store.prune({ platforms, before: '2025-03-02', dryRun });

    const ofInstagram = { snapshots: 8, outcomes: 1, days: 4, users: 1, partitions: 3 };
    expect(await prune(['instagram'], true)).toEqual(ofInstagram);
    expect(await prune(['instagram'], false)).toEqual(ofInstagram);
    expect(await months()).not.toContain('2025_01');
    expect(await filled()).toEqual(['2025_02: 2', '2025_03: 3']);
    expect(await filled('analytics_account_snapshots')).toEqual(['2025_03: 1']);

    const ofBoth = { snapshots: 3, outcomes: 1, days: 3, users: 1, partitions: 1 };
    expect(await prune(['instagram', 'facebook'], false)).toEqual(ofBoth);
    expect(await filled()).toEqual(['2025_03: 2']);
    expect(await months()).not.toContain('2025_02');
  });

  test('never drops a month in which another program has rows of a platform that is not collected', async () => {
    await recordAll(sql.store, snapshot(await connected(sql.store), { date: '2025-01-31' }));
    await theirs('2025-01-01', 'wordpress');
    const pruned = await sql.store.prune({ platforms: ['instagram'], before: '2026-01-01', dryRun: false });
    expect(pruned).toMatchObject({ snapshots: 1 });
    expect(await filled()).toEqual(['2025_01: 1']);
  });
});

test('partitions of an application with users of its own go with their user', async () => {
  await sql.leave(`create schema auth; create table auth.users (id uuid primary key); insert into auth.users values ('${USER}');
    create table public.platform_connections (id uuid primary key default gen_random_uuid(), platform text not null,
      user_id uuid not null references auth.users on delete cascade, account_id text, access_token text)`);
  await sql.store.applySchema(PARTITIONED);
  await connected(sql.store);
  const second = await connected(sql.store, { accountId: '2' });
  await recordAll(sql.store, snapshot(second), snapshot(second, { date: '2020-01-01' }));
  expect(await filled('analytics_account_snapshots')).toEqual(['2020_01: 1', '2026_11: 1']);
  await sql.query('delete from auth.users');
  expect(await filled('analytics_account_snapshots')).toEqual([]);
});

test('the service role collects and prunes without owning the tables, and no one reads partitions past their table', async () => {
  await sql.leave(`${SUPABASE_ROLES};
    grant usage on schema public to anon, authenticated, service_role;
    alter default privileges in schema public grant all on tables to anon, authenticated, service_role`);
  await sql.query(await schemaScript(PARTITIONED));
  await sql.query('set role service_role');
  const account = await connected(sql.store);
  const { inserted } = await recordAll(sql.store, snapshot(account, { date: '2025-01-31' }), snapshot(account));
  expect(inserted).toBe(2);
  const leaves = (await sql.query(
    `select relname as name, relrowsecurity as protected from pg_class where relispartition and relkind = 'r'`,
  )) as { name: string; protected: boolean }[];
  for (const role of ['anon', 'authenticated']) {
    await sql.query(`reset role; set role ${role}`);
    for (const leaf of leaves) {
      expect(leaf).toEqual({ name: leaf.name, protected: true });
      await expect(sql.query(`select from public.${leaf.name}`)).rejects.toThrow(/permission denied/);
    }
  }
  await sql.query('reset role; set role service_role');
  const pruned = await sql.store.prune({ platforms: ['instagram'], before: '2026-01-01', dryRun: false });
  // January of both tables.
  expect(pruned).toMatchObject({ snapshots: 1, partitions: 2 });
  expect(await filled()).toEqual(['2026_11: 1']);
});

test('partitions are refused where the tables exist without, and nothing is changed', async () => {
  await sql.bringOver('');
  const refusal = 'exist without partitions';
  await expect(sql.store.applySchema(PARTITIONED)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(refusal),
    fix: expect.stringContaining('--partitioned'),
  });
  await expect(sql.query(await schemaScript(PARTITIONED))).rejects.toThrow(refusal);
  await sql.query('rollback');
  expect(await sql.store.applySchema()).toEqual({ done: [], findings: [] });
});
