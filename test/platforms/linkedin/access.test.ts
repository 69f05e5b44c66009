import { afterEach, expect, it } from 'vitest';
import type { SandboxAccount } from '../../../src/sandbox/account.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { createWorld, type World } from '../../support/world.js';

/** Whose app was given no refresh tokens. */
const { refreshToken: _, ...ACCOUNT } = EXPECTED.linkedin.account;

let world: World;
afterEach(() => world.close());

const collected = async (account: SandboxAccount, environment: Readonly<Record<string, string>> = {}) => {
  world = await createWorld({ now: NOON, accounts: [account], environment });
  expect(await world.collect()).toMatchObject({ status: 'completed' });
  return world.query('select access_ends_at::date::text as until, access_asked_at from collection_accounts');
};
const questions = () => world.sandbox.requests.filter(({ path }) => path === '/oauth/v2/introspectToken');

it('learns once when a token ends that nobody renews, with no token in any address', async () => {
  expect(await collected(ACCOUNT)).toMatchObject([{ until: '2027-01-21' }]);
  await world.collectDaily(2);
  expect(questions()).toHaveLength(1);
  expect(world.sandbox.counters.tokensInUrl).toBe(0);
});

it.each<[string, SandboxAccount]>([
  ['is renewed', { ...ACCOUNT, refreshToken: 'AQYone' }],
  ['has a date', { ...ACCOUNT, tokenExpiresAt: '2027-01-01T00:00:00Z' }],
])('does not ask of a token that %s', async (_which, account) => {
  expect(await collected(account)).toMatchObject([{ until: null }]);
  expect(questions()).toEqual([]);
});

it('asks as soon as the credentials of the app are set', async () => {
  const app = { LINKEDIN_CLIENT_ID: '', LINKEDIN_CLIENT_SECRET: '' };
  expect(await collected(ACCOUNT, app)).toMatchObject([{ access_asked_at: null }]);
});

it('takes a refusal for not known, and does not ask in each run', async () => {
  expect(await collected(ACCOUNT, { LINKEDIN_CLIENT_SECRET: 'of-another-app' })).toMatchObject([
    { until: null, access_asked_at: NOON },
  ]);
  await world.collectDaily(2);
  expect(questions()).toHaveLength(1);
});
