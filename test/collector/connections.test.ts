import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectAccounts, expectKnownUser } from '../../src/collector/connections.js';
import { CollectError } from '../../src/errors.js';
import { population } from '../../src/sandbox/population.js';
import { ALL } from '../../src/store/selection.js';
import type { ConnectionCounts } from '../../src/store/store.js';
import { createWorld, type World } from '../support/world.js';

const COLLECTED = ['instagram', 'facebook', 'youtube', 'linkedin'];
const [me, other] = population({ users: 2, platforms: ['facebook'] });

type Services = Record<string, readonly [active: number, inactive: number]>;

function storeWith(services: Services, neighbours: readonly string[] = []) {
  const counts: ConnectionCounts = {
    services: Object.entries(services).map(([service, [active, inactive]]) => ({ service, active, inactive })),
    encrypted: 0,
    neighbours,
  };
  return { description: 'PostgreSQL at h/d', countConnections: async () => counts };
}

async function refusal(work: Promise<void>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CollectError) return `${error.message} ${error.fix} [${error.code}]`;
    throw error;
  }
  return 'none';
}

describe('a run without an account', () => {
  const told = (services: Services, filter = {}) =>
    refusal(expectAccounts(storeWith(services), { selection: ALL, platforms: COLLECTED, ...filter }, COLLECTED));

  it('names the connections that exist instead', async () => {
    expect(await told({})).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no connections at all. Check that the settings name the right database, or connect an account with \`analytics-collect connect PLATFORM --user ID\`; --allow-empty lets a run without accounts succeed. [no_connections]"`,
    );
    expect(await told({ google: [3, 0], wordpress: [1, 2] })).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no active instagram, facebook, youtube or linkedin connections; it has 3 google, 1 wordpress and 2 inactive wordpress connections. Check that the settings name the right database, load a platform of your own with --plugin FILE, or connect an account with \`analytics-collect connect PLATFORM --user ID\`; --allow-empty lets a run without accounts succeed. [no_connections]"`,
    );
    expect(await told({ instagram: [0, 2], google: [1, 0] })).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no active instagram, facebook, youtube or linkedin connections; it has 2 inactive instagram and 1 google connection. Check that the settings name the right database, load a platform of your own with --plugin FILE, or connect an account with \`analytics-collect connect PLATFORM --user ID\`; --allow-empty lets a run without accounts succeed. [no_connections]"`,
    );
    expect(await told({ facebook: [5, 0], google: [1, 0] }, { platforms: ['linkedin'] })).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no active linkedin connections; it has 5 facebook and 1 google connection. Leave out --platform, load a platform of your own with --plugin FILE, or connect an account with \`analytics-collect connect PLATFORM --user ID\`; --allow-empty lets a run without accounts succeed. [no_connections]"`,
    );
    expect(await told({ instagram: [0, 1] }, { selection: { kind: 'user', userId: 'me' } })).toMatchInlineSnapshot(
      `"The user has no active instagram, facebook, youtube or linkedin connections; they have 1 inactive instagram connection. Check that the settings name the right database, or connect an account with \`analytics-collect connect PLATFORM --user ID\`; --allow-empty lets a run without accounts succeed. [no_connections]"`,
    );
    expect(await told({ instagram: [2, 0] })).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no account to collect: the active connections (2 instagram) belong to users who are missing from the application's users table. Check that the settings name the right database, and remove the connections of deleted users; --allow-empty lets a run without accounts succeed. [no_connections]"`,
    );
  });

  it('lists only the most frequent services', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, [12 - i, 0] as const]));
    expect(await told(many)).toContain(
      'it has 12 s0, 11 s1, 10 s2, 9 s3, 8 s4, 7 s5, 6 s6, 5 s7 and 10 other connections.',
    );
  });

  it('succeeds only for a shard without users', async () => {
    const selection = { kind: 'shard', index: 1, count: 4 };
    expect(await told({ instagram: [2, 0] }, { selection })).toBe('none');
    expect(await told({ google: [2, 0] }, { selection })).toContain('[no_connections]');
  });
});

describe('a user', () => {
  const told = (userId: string, services: Services, neighbours: string[]) =>
    refusal(expectKnownUser(storeWith(services, neighbours), userId));

  it('is known if any connection is theirs', async () => {
    expect(await told('me', { google: [0, 1] }, [])).toBe('none');
  });

  it('is otherwise unknown, and a similar known id is suggested', async () => {
    expect(await told('user-0012', {}, ['user-0002', 'user-0013', 'user-0112'])).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no connections for user "user-0012". Did you mean "user-0002"? [usage]"`,
    );
    expect(await told('nobody', {}, ['somebody'])).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no connections for user "nobody". See analytics-collect connections list. [usage]"`,
    );
  });
});

describe('with a database, a run', () => {
  let world: World;
  beforeEach(async () => {
    if (!me || !other) throw new Error('no accounts');
    world = await createWorld({ accounts: [me, other], now: new Date('2026-11-22T09:00:00Z') });
  });
  afterEach(() => world.close());

  const runs = () => world.query('select status, summary ->> $1 as error from collection_runs', ['error']);

  it('refuses an unknown user before it starts, and suggests a similar id', async () => {
    const userId = `${me?.userId.slice(0, -1)}x`;
    await expect(world.collect({ selection: { kind: 'user', userId } })).rejects.toMatchObject({
      code: 'usage',
      exitCode: 2,
      fix: expect.stringMatching(/^Did you mean "/),
    });
    expect(await runs()).toEqual([]);
  });

  it.each([false, true])(
    'refuses a platform without accounts (dry run %s), and is stored as failed',
    async (dryRun) => {
      await expect(world.collect({ platforms: ['linkedin'], dryRun })).rejects.toMatchObject({
        code: 'no_connections',
        exitCode: 1,
        message: expect.stringMatching(/no active linkedin connections; it has 2 facebook connections\.$/),
      });
      expect(await runs()).toEqual(
        dryRun ? [] : [{ status: 'failed', error: expect.stringContaining('no active linkedin connections') }],
      );
    },
  );

  it('refuses a user, or all users, without active connections', async () => {
    await world.query("update platform_connections set status = 'revoked' where user_id = $1", [me?.userId]);
    await expect(world.collect({ selection: { kind: 'user', userId: me?.userId ?? '' } })).rejects.toMatchObject({
      code: 'no_connections',
      message: expect.stringContaining('1 inactive facebook connection'),
    });
    expect(await world.collect()).toMatchObject({ connections: { total: 1 } });
    await world.query("update platform_connections set status = 'revoked'");
    await expect(world.collect()).rejects.toMatchObject({ code: 'no_connections' });
  });

  it('succeeds without accounts if that is allowed', async () => {
    await world.query('delete from platform_connections');
    await expect(world.collect()).rejects.toMatchObject({ code: 'no_connections' });
    expect(await world.collect({ allowEmpty: true })).toMatchObject({ status: 'completed', connections: { total: 0 } });
  });
});
