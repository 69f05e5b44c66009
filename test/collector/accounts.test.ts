import { afterEach, expect, it } from 'vitest';
import type { CollectEvent, ConnectionReport } from '../../src/report/events.js';
import { readStatus } from '../../src/report/status.js';
import type { SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { trueValue } from '../../src/sandbox/values.js';
import { createWorld, type World } from '../support/world.js';

const START = new Date('2026-11-22T09:00:00Z');
const DAY_MS = 86_400_000;

let world: World;
afterEach(() => world?.close());

/** Two Pages of one user, the one that is connected first and the other. */
function twoPages(): [SandboxAccount, SandboxAccount] {
  const [older, newer] = population({ users: 2, platforms: ['facebook'] });
  if (!older || !newer) throw new Error('no accounts');
  return [older, { ...newer, userId: older.userId }];
}

const daysLater = (days: number) => new Date(START.getTime() + days * DAY_MS);

const idsIn = async (from: string) =>
  (await world.query(`select distinct metadata ->> 'account_id' as id from ${from} order by id`)).map(({ id }) => id);

const rowsOf = ({ accountId }: SandboxAccount) =>
  world.query(
    `select metric, date::text as date, value::float8 as value from analytics_by_account
     where account_id = $1 order by metric, date`,
    [accountId],
  );

const setToken = ({ accountId }: SandboxAccount, token: string) =>
  world.query('update platform_connections set access_token = $1 where account_id = $2', [
    world.keyring.encrypt(token),
    accountId,
  ]);

/** Whose rows stand where, and that each of them is true of its account. */
async function expectPlaces(primary: SandboxAccount, other: SandboxAccount): Promise<void> {
  expect(await idsIn('analytics_snapshots')).toEqual([primary.accountId]);
  expect(await idsIn('analytics_account_snapshots')).toEqual([other.accountId]);
  expect(
    await world.query('select distinct account_id as id, is_primary from analytics_by_account order by 2 desc'),
  ).toEqual([
    { id: primary.accountId, is_primary: true },
    { id: other.accountId, is_primary: false },
  ]);
  for (const account of [primary, other]) {
    const views = (await rowsOf(account)).filter(({ metric }) => metric === 'page_media_view');
    expect(views.length).toBeGreaterThanOrEqual(7);
    for (const { date, value } of views)
      expect([date, value]).toEqual([date, trueValue(account.accountId, 'page_media_view', String(date))]);
  }
  expect(await primaries()).toEqual([primary.accountId]);
}

const primaries = async () =>
  (await world.store.listConnections()).filter(({ isPrimary }) => isPrimary).map(({ accountId }) => accountId);

it('collects all Pages of a user, with the one connected first as the primary account', async () => {
  const [older, newer] = twoPages();
  world = await createWorld({ accounts: [older, newer], now: START });
  const summary = await world.collect();

  expect(summary).toMatchObject({
    status: 'completed',
    users: { total: 1 },
    connections: { total: 2, succeeded: 2, skipped: 0 },
    days: { planned: 14 },
    warnings: [],
  });
  await expectPlaces(older, newer);
  const rows = [...(await rowsOf(older)), ...(await rowsOf(newer))];
  expect(rows).toHaveLength(summary.metrics.inserted);
  const { platforms } = await readStatus(world, 7, START);
  expect(platforms).toMatchObject([{ platform: 'facebook', accounts: 2, accounts_with_data: 2, failing: [] }]);
});

it('leaves nothing to do for a second run over several accounts of a user', async () => {
  world = await createWorld({ accounts: twoPages(), now: START });
  await world.collect();
  expect(await world.collect()).toMatchObject({ days: { planned: 0 }, requests: { total: 0 } });
});

it('collects an account once, with its newest working connection', async () => {
  const [page] = twoPages();
  world = await createWorld({ accounts: [page], now: START });
  const [copy] = await world.query(
    `insert into platform_connections (user_id, platform, account_id, account_name, access_token, created_at)
     select user_id, platform, account_id, account_name, $1, now() + interval '1 hour' from platform_connections
     returning id::text as id`,
    [world.keyring.encrypt('EAAdead')],
  );
  const reports: ConnectionReport[] = [];
  const summary = await world.collect(
    {},
    (event: CollectEvent) => event.type === 'connection' && reports.push(event.connection),
  );
  expect(summary).toMatchObject({ status: 'completed', connections: { total: 1, succeeded: 1 }, days: { planned: 7 } });
  expect(reports).toHaveLength(1);
  expect(reports[0]?.connectionId).not.toBe(copy?.id);
  expect(await idsIn('analytics_snapshots')).toEqual([page.accountId]);
});

it('starts anew when a connection opens another account, and never mixes their rows', async () => {
  const [former, next] = twoPages();
  world = await createWorld({ accounts: [former, next], connected: [former], now: START });
  await world.collect();
  const before = await rowsOf(former);
  await world.query('update platform_connections set account_id = $1, access_token = $2', [
    next.accountId,
    world.keyring.encrypt(next.accessToken),
  ]);
  const summary = await world.collect();

  expect(summary).toMatchObject({
    status: 'completed',
    connections: { total: 1, succeeded: 1 },
    days: { planned: 7 },
    metrics: { updated: 0, foreign: 0 },
  });
  expect(summary.warnings).toEqual([
    expect.stringMatching(
      new RegExp(`account ${next.accountId} replaces ${former.accountId} .* is no longer connected`),
    ),
  ]);
  await expectPlaces(next, former);
  expect(await rowsOf(former)).toEqual(before);
  expect(await rowsOf(next)).toHaveLength(summary.metrics.inserted);
});

it('replaces a primary account that failed for longer than the window with a working one', async () => {
  const [former, successor] = twoPages();
  world = await createWorld({ accounts: [former, successor], now: START });
  await world.collect();
  const before = await rowsOf(former);
  await setToken(former, 'EAAdead');
  for (let day = 1; day <= 7; day++) {
    world.now = daysLater(day);
    const summary = await world.collect();
    expect(summary).toMatchObject({ status: 'partial', connections: { succeeded: 1, failed: 1 }, warnings: [] });
  }
  await expectPlaces(former, successor);

  world.now = daysLater(8);
  const summary = await world.collect();
  expect(summary.warnings).toEqual([
    expect.stringMatching(
      new RegExp(
        `^user ${former.userId}: facebook account ${successor.accountId} replaces ${former.accountId} .*needs_reconnect.*connections primary`,
      ),
    ),
  ]);
  await expectPlaces(successor, former);
  expect(await rowsOf(former)).toEqual(before);

  await setToken(former, former.accessToken);
  for (const day of [9, 18]) {
    world.now = daysLater(day);
    expect(await world.collect()).toMatchObject({ status: 'completed', connections: { succeeded: 2 }, warnings: [] });
    await expectPlaces(successor, former);
  }
  expect((await rowsOf(former)).length).toBeGreaterThan(before.length);
});

it('keeps a failing primary account while no other account works', async () => {
  const [former, other] = twoPages();
  world = await createWorld({ accounts: [former, other], now: START });
  await world.collect();
  for (const page of [former, other]) await setToken(page, 'EAAdead');
  for (const day of [1, 9]) {
    world.now = daysLater(day);
    expect(await world.collect()).toMatchObject({ status: 'failed', warnings: [] });
  }
  await expectPlaces(former, other);
});

it('writes no accounts in a dry run, and changes no primary account', async () => {
  const [former, next] = twoPages();
  world = await createWorld({ accounts: [former, next], now: START });
  expect(await world.collect({ dryRun: true })).toMatchObject({ connections: { total: 2 }, days: { planned: 14 } });
  expect(await world.query('select from collection_accounts')).toEqual([]);

  await world.collect();
  const before = await world.query('select * from collection_accounts order by id');
  await world.query('delete from platform_connections where account_id = $1', [former.accountId]);
  expect(await world.collect({ dryRun: true })).toMatchObject({ connections: { total: 1 }, days: { planned: 0 } });
  expect(await world.query('select * from collection_accounts order by id')).toEqual(before);
  expect(await idsIn('analytics_snapshots')).toEqual([former.accountId]);
});

it('does not count an account as repaired by a run over days out of reach only', async () => {
  const [page] = twoPages();
  world = await createWorld({ accounts: [page], now: START });
  await setToken(page, 'EAAdead');
  await world.collect();
  const summary = await world.collect({ window: { kind: 'dates', since: '2020-01-01', until: '2020-01-02' } });
  expect(summary.changes.repaired).toEqual([]);
  expect(await world.query('select reason from collection_accounts')).toEqual([{ reason: 'needs_reconnect' }]);
});

it('collects five Pages of one user, and status counts five', async () => {
  const [first, ...others] = population({ users: 5, platforms: ['facebook'] });
  if (!first) throw new Error('no account');
  const pages = [first, ...others.map((page) => ({ ...page, userId: first.userId }))];
  world = await createWorld({ accounts: pages, now: START });
  expect(await world.collect()).toMatchObject({
    users: { total: 1, succeeded: 1 },
    connections: { total: 5, succeeded: 5 },
  });
  expect(await idsIn('analytics_by_account')).toEqual(pages.map(({ accountId }) => accountId).sort());
  const { platforms } = await readStatus(world, 7, world.now);
  expect(platforms.find(({ platform }) => platform === 'facebook')).toMatchObject({
    accounts: 5,
    accounts_with_data: 5,
    days_missing: 0,
    failing: [],
  });
});
