import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountDaysRequest } from '../../src/store/account-days.js';
import { ENGINES, type Engine } from './engines.js';

describe.each(ENGINES)('the accounts described by a $name store', ({ open }) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await open();
    await engine.sql.query(`
      insert into public.collection_accounts
        (user_id, platform, account_id, account_name, active, connected_at, is_primary, first_day, last_day, done_to, reason, message, failing_since, failing_runs, inactive_since)
      values
        ('one', 'facebook', '1', 'First', true, now(), true, '2026-11-03', '2026-11-20', '2026-11-05', null, null, null, 0, null),
        ('one', 'facebook', '2', null, true, now(), false, null, null, null, 'needs_reconnect', 'expired', '2026-11-18T01:00:00Z', 4, null),
        ('one', 'instagram', '3', null, false, now(), true, '2026-11-01', '2026-11-02', '2026-11-02', null, null, null, 0, '2026-11-03T12:00:00Z'),
        ('two', 'facebook', '4', null, true, now(), true, '2026-11-01', '2026-11-01', '2026-10-31', null, null, null, 0, null);
      insert into public.collection_outcomes (account, date, outcome, reason, missing, run_id)
      select id, date::date, outcome, case outcome when 'failed' then 'timeout' end, missing::text[], gen_random_uuid()
      from public.collection_accounts, (
        values
          ('2026-11-04', 'settled', null), ('2026-11-06', 'settled', '{reach}'), ('2026-11-07', 'no_data', null),
          ('2026-11-08', 'failed', null), ('2026-11-09', 'skipped', null), ('2026-11-10', 'provisional', null),
          ('2026-11-11', 'pending', null), ('2026-11-20', 'pending', null)
      ) given (date, outcome, missing)
      where account_id = '1'`);
  });

  afterAll(() => engine.close());

  const ALL: AccountDaysRequest = {
    userId: null,
    platforms: null,
    onlyFailing: false,
    ranges: { facebook: { since: '2026-11-01', until: '2026-11-20', settledTo: '2026-11-18' } },
    mostDates: 4,
    after: null,
    pageSize: 100,
  };
  const described = (differing: Partial<AccountDaysRequest> = {}) =>
    engine.store.describeAccounts({ ...ALL, ...differing });
  const ids = async (differing: Partial<AccountDaysRequest>) =>
    (await described(differing)).accounts.map(({ accountId }) => accountId);

  test('have each expected day in one state', async () => {
    const [first] = (await described()).accounts;
    // From the first collected day on: 3 November.
    expect(first?.days).toEqual({
      complete: 1,
      incomplete: 1,
      provisional: 1,
      late: 2,
      no_data: 1,
      failed: 1,
      skipped: 1,
      missing: 8,
      lost: 2,
    });
    expect(first?.openDays).toEqual([
      ['2026-11-20', 'late'],
      ['2026-11-19', 'late'],
      ['2026-11-18', 'missing'],
      ['2026-11-17', 'missing'],
    ]);
  });

  test('count a day out of reach as lost', async () => {
    const skip = (reason: string | null) =>
      engine.sql.query('update public.collection_outcomes set reason = $1 where date = $2', [reason, '2026-11-09']);
    await skip('out_of_reach');
    const [first] = (await described()).accounts;
    await skip(null);
    expect(first?.days).toMatchObject({ skipped: 0, lost: 3 });
  });

  test('say why and since when they fail', async () => {
    const { accounts } = await described({ onlyFailing: true });
    expect(accounts).toMatchObject([
      {
        accountId: '2',
        failing: { reason: 'needs_reconnect', message: 'expired', since: '2026-11-18', runs: 4 },
        doneTo: null,
        days: { complete: 0, missing: 0 },
        openDays: [],
      },
    ]);
  });

  test('have no days after they were disconnected, and none without a range', async () => {
    const range = { since: '2026-11-01', until: '2026-11-20', settledTo: '2026-11-18' };
    const { accounts } = await described({ platforms: ['instagram'], ranges: { instagram: range } });
    expect(accounts).toMatchObject([{ active: false, days: { lost: 2, missing: 0, late: 0 } }]);
    expect((await described({ ranges: {}, userId: 'two' })).accounts).toMatchObject([{ days: { missing: 0 } }]);
  });

  test('are selected and paged', async () => {
    expect(await ids({})).toEqual(['1', '2', '3', '4']);
    expect(await ids({ userId: 'two' })).toEqual(['4']);
    expect(await ids({ platforms: ['instagram'] })).toEqual(['3']);
    const after = { user_id: 'one', platform: 'facebook', account_id: '1' };
    expect(await ids({ after, pageSize: 2 })).toEqual(['2', '3']);
    expect([(await described({ pageSize: 4 })).hasMore, (await described({ pageSize: 5 })).hasMore]).toEqual([
      true,
      false,
    ]);
  });
});
