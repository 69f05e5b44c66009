import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectAccounts, expectKnownUser } from '../../src/collector/connections.js';
import { CollectError } from '../../src/errors.js';
import { population } from '../../src/sandbox/population.js';
import type { ConnectionCounts } from '../../src/store/accounts.js';
import { ALL } from '../../src/store/selection.js';
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

  it('names what there is instead', async () => {
    expect(await told({})).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no active connection of instagram, facebook, youtube or linkedin, nor of anything else. Check that the settings name the right database, or connect an account with \`analytics-collect connections add --user ID --platform NAME --account ID\`; --allow-empty lets a run without accounts pass. [no_connections]"`,
    );
    expect(await told({ google: [3, 0], wordpress: [1, 2] })).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no active connection of instagram, facebook, youtube or linkedin; of other services: google 3, wordpress 1; inactive, of other services: wordpress 2. Check that the settings name the right database, or connect an account with \`analytics-collect connections add --user ID --platform NAME --account ID\`; --allow-empty lets a run without accounts pass. [no_connections]"`,
    );
    expect(await told({ instagram: [0, 2], google: [1, 0] })).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no active connection of instagram, facebook, youtube or linkedin; inactive: instagram 2; of other services: google 1. Check that the settings name the right database, or connect an account with \`analytics-collect connections add --user ID --platform NAME --account ID\`; --allow-empty lets a run without accounts pass. [no_connections]"`,
    );
    expect(await told({ facebook: [5, 0], google: [1, 0] }, { platforms: ['linkedin'] })).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no active connection of linkedin; of other services: facebook 5, google 1. Leave --platform out, or connect an account with \`analytics-collect connections add --user ID --platform NAME --account ID\`; --allow-empty lets a run without accounts pass. [no_connections]"`,
    );
    expect(await told({ instagram: [0, 1] }, { selection: { kind: 'user', userId: 'me' } })).toMatchInlineSnapshot(
      `"The user has no active connection of instagram, facebook, youtube or linkedin; inactive: instagram 1. Check that the settings name the right database, or connect an account with \`analytics-collect connections add --user ID --platform NAME --account ID\`; --allow-empty lets a run without accounts pass. [no_connections]"`,
    );
    expect(await told({ instagram: [2, 0] })).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no account to collect: its active connections (instagram 2) are of users who do not exist in the application's table of users. Check that the settings name the right database, and remove connections of users who are gone; --allow-empty lets a run without accounts pass. [no_connections]"`,
    );
  });

  it('lists no more services than one can read', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, [12 - i, 0] as const]));
    expect(await told(many)).toContain(
      'of other services: s0 12, s1 11, s2 10, s3 9, s4 8, s5 7, s6 6, s7 5, others 10.',
    );
  });

  it('is fine for a shard that no user falls into, and for no other reason', async () => {
    const shard = { index: 1, count: 4 };
    expect(await told({ instagram: [2, 0] }, { shard })).toBe('none');
    expect(await told({ google: [2, 0] }, { shard })).toContain('[no_connections]');
  });
});

describe('a user', () => {
  const told = (userId: string, services: Services, neighbours: string[]) =>
    refusal(expectKnownUser(storeWith(services, neighbours), userId));

  it('is known by any connection', async () => {
    expect(await told('me', { google: [0, 1] }, [])).toBe('none');
  });

  it('is unknown without one, and the nearest known id is named if it is near', async () => {
    expect(await told('user-0012', {}, ['user-0002', 'user-0013', 'user-0112'])).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no connection of user "user-0012". The nearest known user is "user-0002". [usage]"`,
    );
    expect(await told('nobody', {}, ['somebody'])).toMatchInlineSnapshot(
      `"PostgreSQL at h/d has no connection of user "nobody". See analytics-collect connections list. [usage]"`,
    );
  });
});

describe('in a database', () => {
  let world: World;
  beforeEach(async () => {
    if (!me || !other) throw new Error('no accounts');
    world = await createWorld({ accounts: [me, other], now: new Date('2026-11-22T09:00:00Z') });
  });
  afterEach(() => world.close());

  const runs = () => world.query('select status, summary ->> $1 as error from collection_runs', ['error']);

  it('refuses an unknown user before there is a run, and finds the one that was meant', async () => {
    const userId = `${me?.userId.slice(0, -1)}x`;
    await expect(world.collect({ selection: { kind: 'user', userId } })).rejects.toMatchObject({
      code: 'usage',
      exitCode: 2,
      fix: expect.stringMatching(/nearest known user is "/),
    });
    expect(await runs()).toEqual([]);
  });

  it.each([false, true])(
    'refuses a platform without an account, dry run %s, and leaves a run that failed',
    async (dryRun) => {
      await expect(world.collect({ platforms: ['linkedin'], dryRun })).rejects.toMatchObject({
        code: 'no_connections',
        exitCode: 1,
        message: expect.stringMatching(/no active connection of linkedin; of other services: facebook 2\.$/),
      });
      expect(await runs()).toEqual(
        dryRun ? [] : [{ status: 'failed', error: expect.stringContaining('no active connection') }],
      );
    },
  );

  it('refuses a user whose connections are inactive, and all users likewise', async () => {
    await world.query("update platform_connections set status = 'revoked' where user_id = $1", [me?.userId]);
    await expect(world.collect({ selection: { kind: 'user', userId: me?.userId ?? '' } })).rejects.toMatchObject({
      code: 'no_connections',
      message: expect.stringContaining('inactive: facebook 1'),
    });
    expect(await world.collect()).toMatchObject({ connections: { total: 1 } });
    await world.query("update platform_connections set status = 'revoked'");
    await expect(world.collect()).rejects.toMatchObject({ code: 'no_connections' });
  });

  it('takes an empty run for a success where it may be empty', async () => {
    await world.query('delete from platform_connections');
    await expect(world.collect()).rejects.toMatchObject({ code: 'no_connections' });
    expect(await world.collect({ allowEmpty: true })).toMatchObject({ status: 'completed', connections: { total: 0 } });
  });
});
