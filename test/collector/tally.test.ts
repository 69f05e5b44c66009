import { expect, it } from 'vitest';
import type { ConnectionReport } from '../../src/collector/events.js';
import type { DayRecord } from '../../src/collector/outcome.js';
import { createTally } from '../../src/collector/tally.js';

const FACTS = {
  ...{ runId: 'r', scope: 'all', dryRun: false, interrupted: false, startedAt: new Date(0), finishedAt: new Date(0) },
  metrics: { inserted: 0, updated: 0, unchanged: 0 },
  requests: { total: 0, retried: 0 },
};
const failure = (user: number): DayRecord => ({
  snapshots: [],
  outcome: {
    ...{ connection_id: `c${user}`, user_id: `u${user}`, platform: 'x', date: '2026-11-21', state: 'failed' },
    ...{ reason: 'timeout', message: null, metrics: 0 },
  },
});
const report = (user: number, platform: string): ConnectionReport => ({
  ...{ connectionId: `c${user}`, userId: `u${user}`, platform, accountId: null, accountName: null, result: 'failed' },
  ...{ days: { failed: 1 }, dates: ['2026-11-21'], metrics: 0, reason: 'timeout', message: null, changes: [] },
});

it('sums up a night in which everything fails, and lists no more of it than fits', () => {
  const tally = createTally();
  for (let user = 0; user < 10_003; user++) tally.add(report(user, 'x'), [failure(user)]);
  for (let warning = 0; warning < 1_003; warning++) tally.warn(`warning ${warning}`);
  const summary = tally.summary(FACTS);
  expect(summary.failures).toHaveLength(10_000);
  expect(summary).toMatchObject({ failures_omitted: 3, days: { planned: 10_003, failed: 10_003 } });
  expect(summary.warnings).toHaveLength(1_000);
});

it('counts a platform by whatever name a connection gives it', () => {
  const tally = createTally();
  for (const platform of ['constructor', '__proto__', 'constructor']) tally.add(report(1, platform), []);
  const { platforms } = tally.summary(FACTS);
  expect(Object.entries(platforms).map(([name, { connections }]) => [name, connections])).toEqual([
    ['constructor', 2],
    ['__proto__', 1],
  ]);
});
