import { expect, it } from 'vitest';
import { FAULTY_REFUSED_METRICS, population } from '../../src/sandbox/population.js';

it('has 150 users with 300 accounts of every kind, the same in every call', () => {
  const accounts = population();
  expect(accounts).toEqual(population());
  expect(accounts).toHaveLength(300);
  expect(new Set(accounts.map((account) => account.userId)).size).toBe(150);
  expect(new Set(accounts.map((account) => account.accountId)).size).toBe(300);
  expect(new Set(accounts.map((account) => account.accessToken)).size).toBe(300);
  const share = (is: (account: (typeof accounts)[number]) => unknown) => accounts.filter(is).length;
  const platforms = ['instagram', 'facebook', 'youtube', 'linkedin'];
  expect(platforms.map((name) => share(({ platform }) => platform === name))).toEqual([105, 75, 60, 60]);
  const pairs = accounts.map((account, i) => [account, accounts[i + 1]]).filter((_, i) => i % 2 === 0);
  expect(pairs.every(([one, other]) => one?.userId === other?.userId)).toBe(true);
  expect(new Set(pairs.map(([one, other]) => `${one?.platform} ${other?.platform}`)).size).toBe(6);
  expect(share((account) => account.accessToken.startsWith('IG'))).toBeGreaterThan(10);
  expect(share((account) => account.pageToken)).toBeGreaterThan(3);
  expect(share((account) => account.connectedAs)).toBeGreaterThan(10);
  const ranOut = accounts.filter(({ fault }) => fault);
  expect(new Set(ranOut.map(({ fault, platform }) => `${platform} ${fault?.kind}`))).toEqual(
    new Set(['youtube expired_token', 'linkedin expired_token']),
  );
  expect(new Set(ranOut.map(({ tokenExpiresAt }) => tokenExpiresAt))).toContain(undefined);
  expect(share(({ tokenExpiresAt }) => tokenExpiresAt)).toBeGreaterThan(10);
});

it('has a working account on each given platform', () => {
  const accounts = population({ users: 30, platforms: ['youtube', 'linkedin'] });
  expect(accounts.map(({ platform }) => platform).slice(0, 3)).toEqual(['youtube', 'linkedin', 'youtube']);
  expect(accounts).toHaveLength(60);
  expect(accounts.filter(({ fault, tokenExpiresAt }) => fault || tokenExpiresAt)).toEqual([]);
});

it('breaks a few accounts per platform in different ways on request', () => {
  const faulty = population({ faulty: true }).filter(({ fault }) => fault && fault.kind !== 'expired_token');
  expect(faulty.map(({ fault }) => fault?.kind)).toEqual(
    expect.arrayContaining(['dead_token', 'missing_permission', 'api_down', 'no_data', 'throttled']),
  );
  expect(new Set(faulty.map(({ platform }) => platform)).size).toBe(4);
  expect(faulty.length).toBeLessThan(20);
  expect(FAULTY_REFUSED_METRICS).toHaveLength(3);
});
