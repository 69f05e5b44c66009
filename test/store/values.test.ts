import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StoredValue, ValuesRequest } from '../../src/store/values.js';
import { ENGINES, type Engine } from './engines.js';
import { allAccounts, beginRun, connection, OTHER_USER, record, snapshot, USER } from './rows.js';

describe.each(ENGINES)('the values in a $name store', ({ open }) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await open();
  });

  afterAll(() => engine.close());

  beforeEach(() =>
    engine.sql.query(`truncate public.platform_connections, public.analytics_snapshots, public.analytics_account_snapshots,
      public.collection_runs, public.collection_accounts cascade`),
  );

  const EVERYTHING: ValuesRequest = {
    userId: null,
    platforms: null,
    metrics: null,
    range: { since: '2026-01-01', until: '2026-12-31' },
    withAliases: false,
  };

  async function read(differing: Partial<ValuesRequest> = {}): Promise<StoredValue[]> {
    const values: StoredValue[] = [];
    for await (const page of engine.store.readValues({ ...EVERYTHING, ...differing })) values.push(...page);
    return values;
  }

  const keys = (values: readonly StoredValue[]) =>
    values.map(({ account, date, metric }) => `${account.accountId} ${date} ${metric}`);

  test('are read in order, for primary and other accounts, without retired names', async () => {
    await engine.store.saveConnection(connection({ accountId: '1' }));
    await engine.store.saveConnection(connection({ accountId: '2' }));
    await engine.store.saveConnection(connection({ accountId: '3', userId: OTHER_USER, platform: 'facebook' }));
    const accounts = await allAccounts(engine.store);
    const runId = await beginRun(engine.store);
    await record(engine.store, runId, {
      snapshots: accounts.flatMap((account) => [
        snapshot(account, { metric: 'reach', date: '2026-11-21', metadata: { unit: 'accounts', aggregate: 'none' } }),
        snapshot(account, { metric: 'likes', date: '2026-11-21' }),
        snapshot(account, { metric: 'reach', date: '2026-11-20' }),
        snapshot(account, { metric: 'impressions', date: '2026-11-20', metadata: { alias_of: 'views' } }),
      ]),
    });
    const all = await read();
    expect(keys(all)).toEqual(
      ['1', '2', '3'].flatMap((id) => [`${id} 2026-11-20 reach`, `${id} 2026-11-21 likes`, `${id} 2026-11-21 reach`]),
    );
    expect(all[2]).toMatchObject({ value: 1, unit: 'accounts', aggregate: 'none', settled: true, first: null });
    expect(new Set(all.map(({ account }) => account.isPrimary))).toEqual(new Set([true, false]));
    expect(keys(await read({ userId: OTHER_USER, metrics: ['reach'] }))).toEqual(
      ['2026-11-20', '2026-11-21'].map((date) => `3 ${date} reach`),
    );
    expect(keys(await read({ platforms: ['instagram'], metrics: ['likes'] }))).toHaveLength(2);
    expect(keys(await read({ range: { since: '2026-11-21', until: '2026-11-21' }, userId: USER }))).toHaveLength(4);
    expect(keys(await read({ withAliases: true }))).toHaveLength(12);
  });

  test('are each read once, over pages that end within an account, and past many accounts without values', async () => {
    await engine.sql.query(`insert into public.collection_accounts (user_id, platform, account_id, active, connected_at, is_primary)
      select '${USER}', 'instagram', lpad(number::text, 6, '0'), true, now(), number = 700 from generate_series(1, 1200) number`);
    const given =
      "select date, metric from generate_series(1, 30) m, lateral (select 'm' || m as metric) named, lateral (select ('2026-01-01'::date + d) as date from generate_series(0, 99) d) days";
    await engine.sql.query(`insert into public.analytics_snapshots (user_id, platform, source, metric, value, date, metadata)
      select '${USER}', 'instagram', 'social_media', metric, 1, date, '{"settled": true, "account_id": "000700"}' from (${given}) given`);
    await engine.sql.query(`insert into public.analytics_account_snapshots (user_id, platform, account_id, source, metric, value, date, metadata)
      select '${USER}', 'instagram', '001100', 'social_media', metric, 1, date, '{"settled": true}' from (${given}) given`);
    const all = keys(await read());
    expect(all).toHaveLength(6000);
    expect(new Set(all).size).toBe(6000);
  });

  /** The rows read of a table so far. */
  const READ = '(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))::integer';

  test.each([
    "read_collection_values(%user, null, null, '2026-01-01', '2026-12-31', false, %key, 100)",
    "describe_collection_accounts(%user, null, false, '{}', 0, %key, 100)",
  ])('of the last users are read without those before: %s', async (call) => {
    await engine.sql.query(`insert into public.collection_accounts (user_id, platform, account_id, active, connected_at, is_primary)
      select 'user-' || lpad(number::text, 5, '0'), 'instagram', number, true, now(), true from generate_series(1, 5000) number`);
    await engine.sql.query('analyze public.collection_accounts');
    const last = `'{"user_id": "user-04999", "platform": "instagram", "account_id": "4999", "date": "infinity", "metric": ""}'`;
    for (const [user, key] of [
      ["'user-05000'", 'null'],
      ['null', last],
    ] as const) {
      const [counts] = (await engine.sql.query(
        `select ${READ} as before, length(public.${call.replace('%user', user).replace('%key', key)}::text), ${READ} as after
         from pg_class where oid = 'public.collection_accounts'::regclass`,
      )) as [{ before: number; after: number }];
      expect(counts.after - counts.before).toBeLessThan(100);
    }
  });

  test('keep all their digits', async () => {
    await engine.store.saveConnection(connection({ accountId: '1' }));
    const [account] = await allAccounts(engine.store);
    if (account === undefined) throw new Error('no account');
    await record(engine.store, await beginRun(engine.store), { snapshots: [snapshot(account, {})] });
    for (const exact of ['123456789012345678901234567890', '-9007199254740993', '1.50', '0.1']) {
      await engine.sql.query(`update public.analytics_snapshots set value = ${exact}`);
      expect(await read()).toMatchObject([{ exactValue: exact, value: Number(exact) }]);
    }
  });

  test('include the first value of a corrected one', async () => {
    await engine.store.saveConnection(connection());
    const [account] = await allAccounts(engine.store);
    if (account === undefined) throw new Error('no account');
    const runId = await beginRun(engine.store);
    const at = (hour: number) => `2026-11-22T0${hour}:00:00.000Z`;
    for (const [value, hour] of [
      [5, 1],
      [7, 2],
    ] as const)
      await record(engine.store, runId, {
        snapshots: [snapshot(account, { value, metadata: { settled: false, fetched_at: at(hour) } })],
      });
    const [value] = await read();
    expect(value).toMatchObject({ value: 7, settled: false, first: { value: 5, fetchedAt: at(1) } });
    expect(value?.revisedAt).toBe(at(2));
  });
});
