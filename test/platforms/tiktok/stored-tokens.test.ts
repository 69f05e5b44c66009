import { afterEach, describe, expect, it } from 'vitest';
import { readStatus } from '../../../src/report/status.js';
import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { SANDBOX_DISPLAY_APP } from '../../../src/sandbox/oauth.js';
import { EXPECTED } from '../../conformance/accounts.js';
import { createWorld, type World } from '../../support/world.js';

const DISPLAY_ONLY = {
  ...SANDBOX_DISPLAY_APP,
  TIKTOK_BUSINESS_CLIENT_ID: undefined,
  TIKTOK_BUSINESS_CLIENT_SECRET: undefined,
};

let world: World;
afterEach(() => world.close());

async function open(given: Partial<SandboxAccount>, renewsTokens = true): Promise<void> {
  const account = { ...EXPECTED.tiktok.account, ...given };
  const environment = account.kind === 'display' ? DISPLAY_ONLY : {};
  world = await createWorld({ now: new Date('2026-11-22T02:00:00Z'), accounts: [account], environment, renewsTokens });
}

async function stored(): Promise<string[]> {
  const [row = {}] = await world.query('select access_token, refresh_token from platform_connections');
  return [row.access_token, row.refresh_token].map((token) => {
    const opened = world.keyring.decrypt(String(token));
    return opened.ok ? opened.token : '';
  });
}

const sent = () => world.sandbox.requests.map(({ method }) => method).join(' ');

describe.each([[undefined], ['display']] as const)('on an account of the kind %s,', (kind) => {
  const given = kind === undefined ? {} : { kind };

  it.each<[string, Partial<SandboxAccount>, string]>([
    ['that is refused', { fault: { kind: 'expired_token' } }, 'GET POST GET'],
    ['whose end is known', { tokenExpiresAt: '2026-11-22T01:00:00Z' }, 'POST GET'],
  ])('a token %s is renewed, and both tokens are stored', async (_which, more, requests) => {
    await open({ ...given, ...more });
    expect(await world.collect()).toMatchObject({ status: 'completed', warnings: [] });
    expect(sent()).toBe(requests);
    expect(await stored()).toEqual(['act.one-renewed-1', 'rft.one-renewed-2']);
  });

  it('the refresh token of each run is used in the next one', async () => {
    await open({ ...given, tokenExpiresAt: '2026-11-22T01:00:00Z' });
    for (const day of ['22', '23', '24', '25']) {
      world.now = new Date(`2026-11-${day}T02:30:00Z`);
      expect(await world.collect()).toMatchObject({ status: 'completed', warnings: [] });
    }
    expect(await stored()).toEqual(['act.one-renewed-7', 'rft.one-renewed-8']);
  });

  it('an account with an invalid refresh token has to be reconnected', async () => {
    await open({ ...given, fault: { kind: 'dead_token' } });
    expect((await world.collect()).failures).toMatchObject([{ reason: 'needs_reconnect' }]);
    expect(await stored()).toEqual(['act.one', 'rft.one']);
  });

  it('no token is renewed if the new one may not be stored', async () => {
    await open({ ...given, fault: { kind: 'expired_token' } }, false);
    expect((await world.collect()).failures).toMatchObject([
      { reason: 'configuration', message: expect.stringContaining('RENEW_TOKENS=1') },
    ]);
    expect(sent()).toBe('GET');
  });
});

it('an account of the Display API is complete after one request per run', async () => {
  await open({ kind: 'display' });
  for (const day of ['22', '23', '24', '25', '26', '27', '28']) {
    world.now = new Date(`2026-11-${day}T02:00:00Z`);
    expect(await world.collect()).toMatchObject({ lost: 0, backlog: 0, warnings: [] });
  }
  const requests = world.sandbox.requests.length;
  expect(requests).toBe(7);
  world.now = new Date('2026-11-28T09:00:00Z');
  await world.collect();
  expect(world.sandbox.requests).toHaveLength(requests);
  const { platforms } = await readStatus(world, 7, world.now);
  expect(platforms).toMatchObject([{ platform: 'tiktok', accounts: 1, complete: 1, no_data: 0, failing: [] }]);
  const figures = await world.query(
    "select date::text as date from analytics_snapshots where metric = 'follower_count' order by date",
  );
  expect(figures.map(({ date }) => date)).toEqual(
    ['21', '22', '23', '24', '25', '26', '27'].map((day) => `2026-11-${day}`),
  );
});
