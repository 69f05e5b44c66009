import { afterAll, describe, expect, it } from 'vitest';
import { collectJson, expectNoSecrets } from '../e2e/support/cli.js';
import { storedRows } from '../e2e/support/truth.js';
import type { NetworkFault } from '../support/proxy.js';
import { expectCountsAddUp } from '../support/summary.js';
import {
  CLIENT_SECRETS,
  connectedDatabase,
  DATE,
  everythingStored,
  expectWholeTable,
  messages,
  outcomes,
  PLATFORMS,
  proxiedSandbox,
  TOKENS,
  truthOf,
} from './support.js';

const HALVES = [
  [
    ['instagram', 'youtube'],
    ['facebook', 'linkedin'],
  ],
  [
    ['facebook', 'linkedin'],
    ['instagram', 'youtube'],
  ],
] as const;

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

async function world(options: { latencyMs?: number } = {}) {
  const [sandbox, database] = await Promise.all([proxiedSandbox(options), connectedDatabase()]);
  cleanups.push(sandbox.close, database.close);
  const env = { ...database.env, ...sandbox.env };
  return {
    ...sandbox,
    database,
    collect: (code: number) => collectJson(['--since', DATE, '--until', DATE], { env, code }),
  };
}

async function expectNothingLeaked(database: Awaited<ReturnType<typeof connectedDatabase>>) {
  expectNoSecrets([...TOKENS, ...CLIENT_SECRETS, ...database.secrets], await everythingStored(database));
}

describe.concurrent('the network between the command and the platforms', () => {
  describe.each<[NetworkFault, RegExp]>([
    ['refuse', /cannot reach \S+ \(ECONNREFUSED\)/],
    ['reset', /cannot reach \S+ \(\w+\)/],
    ['cut', /cannot reach \S+ \(\w+\)/],
  ])('connections that have "%s" during the whole run', (fault, message) => {
    it.each(HALVES)('fail alone with %j, and the next run collects them', async (broken, flaky) => {
      const { database, collect, proxies, begin, end } = await world();
      await begin(broken, fault);
      // Of the others, each account meets it once: that costs an attempt.
      if (fault !== 'refuse') await begin(flaky, fault, 2);

      const summary = await collect(3);
      expectCountsAddUp(summary);
      expect(summary).toMatchObject({ status: 'partial', connections: { total: 8, succeeded: 4, failed: 4 } });
      for (const platform of broken) {
        expect(await outcomes(database)).toMatchObject({ [platform]: 'failed platform_error' });
        expect(await messages(database, platform)).toMatch(message);
        if (fault !== 'refuse') expect(proxies[platform].fired()).toBeGreaterThanOrEqual(8);
      }
      if (fault !== 'refuse') for (const platform of flaky) expect(proxies[platform].fired()).toBe(2);
      expect(await storedRows(database)).toEqual(truthOf(flaky));

      await end();
      expect(await collect(0)).toMatchObject({ days: { planned: 4, settled: 4 } });
      await expectWholeTable(database);
      await expectNothingLeaked(database);
    });
  });

  it('late answers only delay the run', async () => {
    const { database, collect, proxies, begin } = await world();
    await begin(PLATFORMS, 'delay');
    expect(await collect(0)).toMatchObject({ requests: { retried: 0 } });
    for (const platform of PLATFORMS) expect(proxies[platform].fired()).toBeGreaterThanOrEqual(2);
    await expectWholeTable(database);
  });

  it('a request without an answer takes 30 seconds and one attempt', async () => {
    const { database, collect, proxies, begin } = await world();
    await begin(PLATFORMS, 'stall', 2);
    const summary = await collect(0);
    expect(summary.requests.retried).toBe(8);
    expect(summary.duration_ms).toBeGreaterThanOrEqual(30_000);
    expect(summary.duration_ms).toBeLessThan(40_000);
    for (const platform of PLATFORMS) expect(proxies[platform].fired()).toBe(2);
    await expectWholeTable(database);
    await expectNothingLeaked(database);
  });
});
