import { expect, it } from 'vitest';
import type { ConnectionReport } from '../../src/collector/events.js';
import type { AccountRecord } from '../../src/collector/outcome.js';
import { createTally, type RunFacts } from '../../src/collector/tally.js';
import { accountRow } from '../support/accounts.js';

const FACTS: RunFacts = {
  runId: 'r',
  scope: 'all',
  dryRun: false,
  interrupted: false,
  startedAt: new Date(0),
  finishedAt: new Date(0),
  durationMs: 0,
  metrics: {
    inserted: 3,
    updated: 2,
    unchanged: 1,
    foreign: { rows: 4, since: '2026-11-18', until: '2026-11-20' },
  },
  requests: { total: 0, retried: 0 },
};

/** An account that failed as a whole on the days given. */
function failure(user: number, failedDates: readonly string[] = ['2026-11-21']): AccountRecord {
  const row = accountRow({ id: user, connection_id: `c${user}`, reason: 'timeout', message: 'no answer' });
  return { row, days: [], failedDates, backlog: 0 };
}

function report(user: number, platform: string, dates: readonly string[] = ['2026-11-21']): ConnectionReport {
  return {
    connectionId: `c${user}`,
    userId: `u${user}`,
    platform,
    accountId: null,
    accountName: null,
    result: 'failed',
    days: { failed: dates.length },
    dates,
    metrics: 0,
    changes: [],
    reason: 'timeout',
    message: 'no answer',
  };
}

it('sums up a run in which everything fails, and lists no more of it than fits', () => {
  const tally = createTally();
  for (let user = 0; user < 10_003; user++) tally.add(report(user, 'x'), failure(user));
  for (let warning = 0; warning < 1_003; warning++) tally.warn(`warning ${warning}`);
  const summary = tally.summary(FACTS);
  expect(summary.failures).toHaveLength(10_000);
  expect(summary).toMatchObject({
    failures_omitted: 3,
    days: { planned: 10_003, failed: 10_003 },
    platforms: { x: { failed: 10_003, reasons: { timeout: 10_003 } } },
  });
  expect(summary.warnings).toHaveLength(1_000);
});

it('tells of an account that failed as a whole day by day, under the reason of the account', () => {
  const dates = ['2026-11-19', '2026-11-20', '2026-11-21'];
  const tally = createTally();
  tally.add(report(1, 'x', dates), failure(1, dates));
  const { failures, days, connections } = tally.summary(FACTS);
  expect(failures.map(({ day, reason, message }) => `${day} ${reason}: ${message}`)).toEqual(
    dates.map((date) => `${date} timeout: no answer`),
  );
  expect(days).toMatchObject({ planned: 3, failed: 3 });
  expect(connections).toEqual({ total: 1, succeeded: 0, failed: 1, skipped: 0 });
});

it('counts the values in whose place rows of other writers stand', () => {
  expect(createTally().summary(FACTS).metrics).toEqual({ inserted: 3, updated: 2, unchanged: 1, foreign: 4 });
});

it('counts a platform by whatever name a connection gives it', () => {
  const tally = createTally();
  for (const platform of ['constructor', '__proto__', 'constructor']) tally.add(report(1, platform), null);
  const { platforms } = tally.summary(FACTS);
  expect(Object.entries(platforms).map(([name, { connections }]) => [name, connections])).toEqual([
    ['constructor', 2],
    ['__proto__', 1],
  ]);
});
