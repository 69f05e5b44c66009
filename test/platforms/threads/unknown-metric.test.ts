import { afterEach, expect, it } from 'vitest';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { createWorld, type World } from '../../support/world.js';

const { account: connected } = EXPECTED.threads;

let world: World | undefined;
afterEach(() => world?.close());

it('a metric that the API no longer knows fails no day of any account', async () => {
  const accounts = Array.from({ length: 24 }, (_, index) => ({
    ...connected,
    userId: `u${index}`,
    accountId: `${connected.accountId}${index}`,
    accessToken: `${connected.accessToken}${index}`,
  }));
  world = await createWorld({ now: NOON, accounts, refusedMetrics: ['replies'] });
  const { failures, warnings, days } = await world.collect({ concurrency: 4 });
  expect(failures).toEqual([]);
  expect(days).toMatchObject({ failed: 0 });
  expect(warnings).toContainEqual(expect.stringContaining('refuses the metric "replies" for every account'));
  expect(warnings.join()).not.toContain('is down');
});
