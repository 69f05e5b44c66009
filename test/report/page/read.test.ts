import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { createPlatforms } from '../../../src/platforms/registry.js';
import { readReport } from '../../../src/report/page/read.js';
import { population } from '../../../src/sandbox/population.js';
import type { StoredValue, ValuesRequest } from '../../../src/store/values.js';
import { createWorld, type World } from '../../support/world.js';
import { account, stored } from './values.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const PLATFORMS = createPlatforms(loadConfig({}));
const EVERYTHING = { days: 28, userId: null, platforms: null };
const KEYRING = { decrypt: () => ({ ok: false }) as never };

let world: World;
beforeAll(async () => {
  world = await createWorld({ accounts: population({ users: 2, platforms: ['facebook', 'linkedin'] }), now: NOW });
  await world.collect();
});
afterAll(() => world.close());

const read = (
  differing: Partial<typeof EVERYTHING | { userId: string; platforms: string[] }> = {},
  store = world.store,
) => readReport({ store, platforms: PLATFORMS, keyring: KEYRING }, { ...EVERYTHING, ...differing }, NOW);

it('reads coverage, accounts, settling and runs of all users', async () => {
  const report = await read();
  expect(report.coverage?.map(({ platform, days }) => [platform, days.length])).toEqual([
    ['facebook', 28],
    ['linkedin', 28],
  ]);
  expect(report.todo).toMatchObject({ accounts: report.accounts.length, actions: [], omitted: 0 });
  expect(report.accounts.length).toBeGreaterThan(2);
  expect(
    report.accounts.every(({ series }) => series.length > 2 && series.every(({ points }) => points.length === 28)),
  ).toBe(true);
  expect(report.settling.map(({ platform }) => platform).sort()).toEqual(['facebook', 'linkedin']);
  expect(report.runs).toMatchObject([{ scope: 'all', status: 'completed' }]);
});

it('is limited to the named user and platforms', async () => {
  const [first] = (await read()).accounts;
  const userId = first?.account.userId ?? '';
  const report = await read({ userId, platforms: ['linkedin'] });
  expect(report).toMatchObject({ status: null, coverage: null });
  expect(report.todo.accounts).toBe(report.accounts.length);
  expect(new Set(report.accounts.map(({ account }) => `${account.userId} ${account.platform}`))).toEqual(
    new Set([`${userId} linkedin`]),
  );
  await expect(read({ userId: 'nobody' })).rejects.toMatchObject({ code: 'usage' });
});

it('reads at most 100,000 values', async () => {
  let pages = 0;
  async function* readValues(_: ValuesRequest): AsyncGenerator<StoredValue[]> {
    for (let user = 0; ; user++) {
      pages++;
      yield Array.from({ length: 5_000 }, (_, index) => stored(account(user * 5_000 + index)));
    }
  }
  const report = await read({}, { ...world.store, readValues });
  expect(report.read).toEqual({ accounts: 100_000, values: 100_000, isAll: false });
  expect(report.accounts).toHaveLength(50);
  expect(pages).toBe(21);
});
