import { afterEach, expect, it } from 'vitest';
import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { EXPECTED } from '../../conformance/accounts.js';
import { createWorld, type World } from '../../support/world.js';

const NOW = new Date('2026-11-22T09:00:00Z');

let world: World;
afterEach(() => world.close());

async function open(given: Partial<SandboxAccount>, renewsTokens = true): Promise<void> {
  world = await createWorld({ now: NOW, accounts: [{ ...EXPECTED.pinterest.account, ...given }], renewsTokens });
}

async function stored(): Promise<string[]> {
  const [row = {}] = await world.query('select access_token, refresh_token from platform_connections');
  return [row.access_token, row.refresh_token].map((token) => {
    const opened = world.keyring.decrypt(String(token));
    return opened.ok ? opened.token : '';
  });
}

const methods = () => world.sandbox.requests.map(({ method }) => method).join(' ');

it.each<[string, Partial<SandboxAccount>, string]>([
  ['that is refused', { fault: { kind: 'expired_token' } }, 'GET POST GET GET'],
  ['whose end is known', { tokenExpiresAt: '2026-11-22T08:00:00Z' }, 'POST GET GET'],
])('a token %s is renewed, and both tokens are stored', async (_which, given, requests) => {
  await open(given);
  expect(await world.collect()).toMatchObject({ status: 'completed', warnings: [] });
  expect(methods()).toBe(requests);
  expect(await stored()).toEqual(['pina_one-renewed-1', 'pinr_one-renewed-2']);
  const [{ until } = {}] = await world.query(
    `select to_char(token_expires_at at time zone 'UTC', 'YYYY-MM-DD') as until from platform_connections`,
  );
  expect(until).toBe('2026-12-22');
});

it('the refresh token of one renewal is used for the next', async () => {
  await open({ tokenExpiresAt: '2026-11-22T08:00:00Z' });
  await world.collect();
  world.now = new Date('2026-12-23T09:00:00Z');
  expect(await world.collect()).toMatchObject({ status: 'completed', warnings: [] });
  expect(await stored()).toEqual(['pina_one-renewed-3', 'pinr_one-renewed-4']);
});

it('an account with an invalid refresh token has to be reconnected', async () => {
  await open({ fault: { kind: 'dead_token' } });
  expect((await world.collect()).failures).toMatchObject([{ reason: 'needs_reconnect' }]);
  expect(await stored()).toEqual(['pina_one', 'pinr_one']);
});

it('no token is renewed if the new one may not be stored', async () => {
  await open({ fault: { kind: 'expired_token' } }, false);
  expect((await world.collect()).failures).toMatchObject([
    { reason: 'configuration', message: expect.stringContaining('RENEW_TOKENS=1') },
  ]);
  expect(methods()).toBe('GET');
});
