import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freshPglite } from '../support/database.js';
import { SUPABASE_ROLES } from '../support/supabase-roles.js';
import { ENGINES, type Engine } from './engines.js';

describe.each(ENGINES)('on $name', ({ open }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine.close());

  test('counts accounts, and samples active connections with what is stored of their tokens', async () => {
    await engine.sql.query(`insert into platform_connections (user_id, platform, account_id, access_token, status)
      values ('a', 'youtube', '1', 'gAAAA1', 'active'), ('a', 'youtube', '1', 'gAAAA2', 'active'),
        ('b', 'youtube', '2', 'gAAAA3', 'revoked'), ('b', 'wordpress', '3', null, 'active')`);
    const inspection = await engine.store.inspect([]);
    expect(inspection.accounts).toEqual({ youtube: 1, wordpress: 1 });
    expect(inspection.sample.map(({ platform, accessToken }) => `${platform} ${accessToken}`).sort()).toEqual([
      'wordpress null',
      'youtube gAAAA1',
      'youtube gAAAA2',
    ]);
    expect(inspection).toMatchObject({ isWritable: true, lacking: [], missing: [], hidden: [], jobs: null });
  });

  test('samples at most twenty connections of a platform', async () => {
    await engine.sql.query(`insert into platform_connections (user_id, platform, account_id, access_token)
      select 'many', 'linkedin', n::text, 'gAAAA' from generate_series(1, 30) n`);
    const { sample, accounts } = await engine.store.inspect([]);
    expect(accounts.linkedin).toBe(30);
    expect(sample.filter(({ platform }) => platform === 'linkedin')).toHaveLength(20);
  });
});

describe('a role', () => {
  let sql: Awaited<ReturnType<typeof freshPglite>>;
  beforeEach(async () => {
    sql = await freshPglite();
    await sql.query(SUPABASE_ROLES);
    await sql.store.applySchema();
    return () => sql.close();
  });

  test('lacks no right as the service role', async () => {
    await sql.query('set role service_role');
    expect(await sql.store.inspect([])).toMatchObject({ role: 'service_role', lacking: [], hidden: [] });
  });

  test('gets a list of the rights that it lacks, and which of them are vital', async () => {
    await sql.query(`revoke delete on analytics_snapshots from service_role;
      revoke insert on collection_runs from service_role;
      revoke execute on function renew_collection_run(uuid, uuid) from service_role;
      set role service_role`);
    expect((await sql.store.inspect([])).lacking).toEqual([
      { right: 'delete on analytics_snapshots', isVital: false },
      { right: 'execute on renew_collection_run', isVital: true },
      { right: 'insert on collection_runs', isVital: true },
    ]);
  });

  test('gets a list of tables whose rows row level security may hide', async () => {
    await sql.query('alter role service_role nobypassrls; set role service_role');
    expect((await sql.store.inspect([])).hidden).toContain('collection_accounts');
  });

  test('sees the pg_cron jobs that it may read, and does not fail because of the others', async () => {
    await sql.query(`create schema cron;
      create table cron.job (jobid bigint, jobname text, schedule text, active boolean);
      insert into cron.job values (1, 'daily', '0 2 * * *', true), (2, 'daily', '0 3 * * *', false), (3, 'other', '0 4 * * *', true)`);
    expect((await sql.store.inspect(['daily'])).jobs).toEqual(['0 2 * * *']);
    await sql.query('set role service_role');
    expect((await sql.store.inspect(['daily'])).jobs).toBeNull();
  });
});

test('a dropped function is reported as missing', async () => {
  const sql = await freshPglite();
  try {
    await sql.query('drop function doubt_collection_day');
    expect((await sql.store.inspect([])).missing).toEqual(['doubt_collection_day']);
  } finally {
    await sql.close();
  }
});
