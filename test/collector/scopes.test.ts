import { afterEach, describe, expect, it } from 'vitest';
import { readStatus } from '../../src/report/status.js';
import type { Fault, SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { expectCountsAddUp } from '../support/summary.js';
import { createWorld, type World, type WorldOptions } from '../support/world.js';

const START = new Date('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;
/** Settled on every platform. */
const ONE_DAY = { kind: 'dates', since: '2026-11-15', until: '2026-11-15' } as const;

let world: World;
afterEach(() => world?.close());

/** Accounts of one platform, those at the positions given with a fault. */
function accountsOf(platform: SandboxPlatform, users: number, faults: Readonly<Record<number, Fault>> = {}) {
  return population({ users, platforms: [platform] }).map((account, position): SandboxAccount => {
    const fault = faults[position];
    return fault ? { ...account, fault } : account;
  });
}

async function worldOf(accounts: readonly SandboxAccount[], options: Partial<WorldOptions> = {}): Promise<void> {
  world = await createWorld({ accounts, now: START, ...options });
}

const usersWith = async (metric: string) =>
  (await world.query('select distinct user_id from analytics_snapshots where metric = $1', [metric])).length;

describe.each([1, 32])('at a concurrency of %i', (concurrency) => {
  it.each<[string, SandboxPlatform, Fault]>([
    ["with another app's token", 'instagram', { kind: 'foreign_app' }],
    ["with another app's token", 'facebook', { kind: 'foreign_app' }],
    ['of a wrong kind', 'instagram', { kind: 'wrong_kind' }],
    ['of a wrong kind', 'facebook', { kind: 'wrong_kind' }],
    ['that answers nothing but errors', 'facebook', { kind: 'server_error' }],
    ['that answers nothing but errors', 'instagram', { kind: 'api_down' }],
  ])('one account %s does not affect any other account of %s', async (_what, platform, fault) => {
    const accounts = accountsOf(platform, 41, { 0: fault });
    await worldOf(accounts);
    const summary = await world.collect({ window: ONE_DAY, concurrency });
    expect(world.sandbox.fired(accounts[0]?.accountId ?? '', fault.kind)).toBeGreaterThan(0);
    expect(summary).toMatchObject({
      status: 'partial',
      connections: { total: 41, succeeded: 40, failed: 1 },
      days: { planned: 41, settled: 40, failed: 1 },
      warnings: [],
    });
    expectCountsAddUp(summary);
  });

  it('a metric refused to one account is still requested for the others', async () => {
    const accounts = accountsOf('instagram', 20, { 0: { kind: 'refused_metric', metric: 'views' } });
    await worldOf(accounts);
    const summary = await world.collect({ concurrency });
    expect(summary).toMatchObject({ status: 'completed', days: { planned: 140, settled: 100, provisional: 40 } });
    expect([await usersWith('views'), await usersWith('impressions'), await usersWith('reach')]).toEqual([19, 19, 20]);
    expect(summary.warnings.filter((text) => text.includes('metric "views" for every account'))).toEqual([]);
    expect(summary.warnings).toContainEqual(expect.stringContaining('refuses the metric "views" for an account'));
  });

  it.each([
    ['facebook', 'page_media_view', ['page_media_view', 'page_impressions']],
    ['youtube', 'shares', ['shares']],
  ] as const)(
    'a metric refused to one account of %s is still requested for the others',
    async (platform, metric, names) => {
      await worldOf(accountsOf(platform, 20, { 0: { kind: 'refused_metric', metric } }));
      const summary = await world.collect({ window: ONE_DAY, concurrency });
      expect(summary).toMatchObject({ status: 'completed', days: { settled: 20 } });
      for (const name of names) expect([name, await usersWith(name)]).toEqual([name, 19]);
    },
  );

  it('a broken undocumented metric causes one warning per API and fails no day', async () => {
    const broken: Fault = { kind: 'broken_metric', metric: 'profile_views' };
    await worldOf(accountsOf('instagram', 6, Object.fromEntries(Array.from({ length: 6 }, (_, i) => [i, broken]))));
    const summary = await world.collect({ concurrency });
    expect(summary).toMatchObject({ status: 'completed', days: { planned: 42, failed: 0 } });
    // The API of the Facebook login and that of the Instagram login are told apart.
    expect(summary.warnings.toSorted()).toEqual([
      expect.stringMatching(/^Instagram API with Instagram login v\S+: profile_views could not be fetched: .*code -1/),
      expect.stringMatching(/^Instagram Graph API v\S+: profile_views could not be fetched: .*code -1/),
    ]);
    expect([await usersWith('profile_views'), await usersWith('website_clicks')]).toEqual([0, 6]);
  });

  it('an API that answers nobody is skipped after three accounts', async () => {
    const down: Fault = { kind: 'api_down' };
    const accounts = accountsOf('facebook', 60, Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i, down])));
    await worldOf([...accounts, ...accountsOf('linkedin', 20)]);
    const summary = await world.collect({ window: ONE_DAY, concurrency });
    expect(summary).toMatchObject({ connections: { succeeded: 20, failed: 60 } });
    expect(summary.platforms.facebook?.reasons).toEqual({ platform_error: 60 });
    expect(summary.warnings).toEqual([expect.stringContaining('Facebook Graph API is down')]);
    expect(world.sandbox.counters.byApi.meta).toBeLessThanOrEqual(4 * Math.max(3, concurrency));
    expectCountsAddUp(summary);
  });
});

describe('an API of YouTube', () => {
  it.each([
    ['is not enabled', { disabled: ['youtube-data'] }],
    ['has no quota left', { exhausted: ['youtube-data'] }],
  ] as const)(
    'whose totals fail because %s: the reports are stored, and a warning is given',
    async (_what, trouble) => {
      await worldOf(accountsOf('youtube', 12), trouble);
      const summary = await world.collect({ concurrency: 1 });
      expect(summary).toMatchObject({ status: 'completed', connections: { succeeded: 12 }, days: { failed: 0 } });
      expect([await usersWith('views'), await usersWith('subscriberCount')]).toEqual([12, 0]);
      expect(summary.warnings.toSorted()).toEqual([
        expect.stringContaining('YouTube Data API is skipped for the rest of this run'),
        expect.stringContaining('youtube: channel totals could not be fetched'),
      ]);
      expect(world.sandbox.counters.byApi['youtube-data']).toBeLessThanOrEqual(3);
    },
  );

  it('whose report quota is used up is asked once', async () => {
    await worldOf(accountsOf('youtube', 12), { exhausted: ['youtube-analytics'] });
    const summary = await world.collect({ concurrency: 1 });
    expect(summary.platforms.youtube).toMatchObject({ failed: 12, reasons: { quota_exhausted: 12 } });
    expect(summary.warnings).toEqual([expect.stringContaining('YouTube Analytics API is skipped')]);
    expect(world.sandbox.counters.byApi['youtube-analytics']).toBe(1);
    expectCountsAddUp(summary);
  });
});

describe("LinkedIn's calls", () => {
  it('the statistics are collected when those for networkSizes are used up', async () => {
    await worldOf(accountsOf('linkedin', 12), { exhausted: ['networkSizes'] });
    const summary = await world.collect({ concurrency: 4 });
    expect(summary).toMatchObject({ status: 'completed', days: { failed: 0 } });
    expect([await usersWith('pageViews'), await usersWith('firstDegreeSize')]).toEqual([12, 0]);
  });

  it.each([
    ['organizationPageStatistics', 'clickCount', 'pageViews'],
    ['organizationalEntityShareStatistics', 'pageViews', 'clickCount'],
  ])('when those for %s are used up, the other statistics are stored', async (resource, kept, lost) => {
    await worldOf(accountsOf('linkedin', 12), { exhausted: [resource] });
    const summary = await world.collect({ window: ONE_DAY, concurrency: 1 });
    expect(summary).toMatchObject({ connections: { failed: 12 }, days: { planned: 12, failed: 12 } });
    expect([await usersWith(kept), await usersWith(lost)]).toEqual([12, 0]);
    expect(summary.warnings).toEqual([expect.stringContaining(`LinkedIn ${resource} is skipped`)]);
    expect(world.sandbox.requests.filter(({ path }) => path.endsWith(resource))).toHaveLength(1);
  });
});

describe('a missing permission', () => {
  const denied: Fault = { kind: 'missing_permission' };

  it('skips the account, warns once per platform, and fails nothing', async () => {
    await worldOf([
      ...accountsOf('instagram', 5, { 1: denied, 3: denied }),
      ...accountsOf('facebook', 5, { 2: denied }),
    ]);
    const summary = await world.collect();
    expect(summary).toMatchObject({
      status: 'completed',
      connections: { total: 10, succeeded: 7, failed: 0, skipped: 3 },
      days: { skipped: 21, failed: 0 },
      failures: [],
      changes: { newly_failing: [] },
    });
    expectCountsAddUp(summary);
    expect(summary.platforms.instagram?.reasons).toEqual({ missing_permission: 2 });
    expect(summary.warnings.toSorted()).toEqual([
      expect.stringMatching(/^facebook: an account may not be read .*read_insights/),
      expect.stringMatching(/^instagram: 2 accounts may not be read .*instagram_manage_insights/),
    ]);
  });

  it('is shown in status with what to grant, apart from failures, and retried in each run', async () => {
    await worldOf(accountsOf('instagram', 3, { 0: denied, 1: { kind: 'dead_token' } }));
    await world.collect();
    const again = await world.collect();
    expect(again.days).toMatchObject({ skipped: 7, failed: 7 });
    const { platforms } = await readStatus(world, 7, world.now);
    expect(platforms[0]).toMatchObject({
      failing: [{ reason: 'needs_reconnect', runs: 2 }],
      missing_permission: [{ reason: 'missing_permission', message: expect.stringContaining('grant'), runs: 2 }],
      reasons: { needs_reconnect: 1, missing_permission: 1 },
    });
  });

  it('leaves stored values in place and the days due', async () => {
    const [account] = accountsOf('instagram', 1);
    if (!account) throw new Error('no account');
    await worldOf([{ ...account, fault: { ...denied, times: 1 } }]);
    expect(await world.collect()).toMatchObject({ days: { planned: 7, skipped: 7 } });
    const summary = await world.collect();
    expect(summary).toMatchObject({
      days: { planned: 7, settled: 5, provisional: 2 },
      changes: { repaired: [expect.any(String)] },
    });
  });
});

describe('an account that fails', () => {
  it('is one entry among the failures, with its days, runs and first failing date', async () => {
    const accounts = accountsOf('instagram', 3, { 1: { kind: 'dead_token' } });
    await worldOf(accounts);
    await world.collect();
    world.now = new Date(START.getTime() + DAY_MS);
    const { failures, failures_omitted } = await world.collect();
    expect(failures_omitted).toBe(0);
    expect(failures).toEqual([
      {
        user_id: accounts[1]?.userId,
        platform: 'instagram',
        account_id: accounts[1]?.connectedAs ?? accounts[1]?.accountId,
        connection_id: expect.any(String),
        reason: 'needs_reconnect',
        message: expect.stringContaining('Session has expired'),
        days: 7,
        since: '2026-11-16',
        until: '2026-11-22',
        failing_since: '2026-11-22',
        runs: 2,
      },
    ]);
  });
});
