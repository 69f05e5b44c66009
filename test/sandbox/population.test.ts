import { expect, it } from 'vitest';
import { FAULTY_REFUSED_METRICS, population } from '../../src/sandbox/population.js';

it('is 150 users with 300 accounts of every sort, the same each time', () => {
  const accounts = population();
  expect(accounts).toEqual(population());
  expect(accounts).toHaveLength(300);
  expect(new Set(accounts.map((account) => account.userId)).size).toBe(150);
  expect(new Set(accounts.map((account) => account.accountId)).size).toBe(300);
  expect(new Set(accounts.map((account) => account.accessToken)).size).toBe(300);
  const share = (is: (account: (typeof accounts)[number]) => unknown) => accounts.filter(is).length;
  expect(share((account) => account.accessToken.startsWith('IG'))).toBe(30);
  expect(share((account) => account.pageToken)).toBe(25);
  expect(share((account) => account.connectedAs)).toBeGreaterThan(10);
  expect(share((account) => account.fault)).toBe(0);
});

it('breaks a handful when asked, in ways of its own, and nothing else', () => {
  const faulty = population({ faulty: true }).filter((account) => account.fault);
  expect(faulty.map((account) => account.fault?.kind)).toEqual(
    expect.arrayContaining(['dead_token', 'missing_permission', 'api_down', 'no_data']),
  );
  expect(faulty.length).toBeLessThan(15);
  expect(FAULTY_REFUSED_METRICS).toHaveLength(2);
});
