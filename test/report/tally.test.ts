import { expect, it } from 'vitest';
import type { ConnectionReport } from '../../src/report/events.js';
import type { Failure } from '../../src/report/summary.js';
import { createTally, type RunFacts } from '../../src/report/tally.js';

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
  backfill: {},
  requests: { total: 0, retried: 0 },
};

function failure(user: number): Failure {
  return {
    user_id: `u${user}`,
    platform: 'x',
    account_id: null,
    connection_id: `c${user}`,
    reason: 'timeout',
    message: 'no answer',
    days: 1,
    since: '2026-11-21',
    until: '2026-11-21',
    failing_since: '2026-11-22',
    runs: 1,
  };
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
    isNew: false,
    onlyClosing: false,
    backlog: 0,
    lost: 0,
    reason: 'timeout',
    message: 'no answer',
  };
}

it('sums up a run in which everything fails, and lists a limited number of failures', () => {
  const tally = createTally();
  for (let user = 0; user < 10_003; user++)
    tally.add({ ...report(user, 'x'), changes: ['newly_failing'] }, failure(user), 1);
  const summary = tally.summary(FACTS);
  expect(summary.failures).toHaveLength(1_000);
  expect(summary.changes.newly_failing).toHaveLength(1_000);
  expect(summary).toMatchObject({
    failures_omitted: 9_003,
    changes_omitted: { newly_failing: 9_003, repaired: 0 },
    changes_by_platform: { x: { newly_failing: { timeout: 10_003 }, repaired: 0 } },
    days: { planned: 10_003, failed: 10_003 },
    platforms: { x: { failed: 10_003, reasons: { timeout: 10_003 } } },
  });
});

it('counts the accounts of a platform that lack a permission, with the first message', () => {
  const tally = createTally();
  const lacking = { ...report(1, 'x'), result: 'skipped', reason: 'missing_permission', days: { skipped: 1 } } as const;
  tally.add({ ...lacking, message: 'grant read_insights' }, null, 1);
  tally.add({ ...lacking, message: 'grant something else' }, null, 1);
  tally.add(report(2, 'y'), failure(2), 1);
  expect(tally.withoutPermission()).toEqual([{ platform: 'x', accounts: 2, message: 'grant read_insights' }]);
  expect(tally.summary(FACTS)).toMatchObject({ connections: { failed: 1, skipped: 2 }, failures: [{ user_id: 'u2' }] });
});

it('counts the values that were not written because of foreign rows', () => {
  expect(createTally().summary(FACTS).metrics).toEqual({ inserted: 3, updated: 2, unchanged: 1, foreign: 4 });
});

it('counts platforms under any name that a connection has', () => {
  const tally = createTally();
  for (const platform of ['constructor', '__proto__', 'constructor']) tally.add(report(1, platform), null, 1);
  const { platforms } = tally.summary(FACTS);
  expect(Object.entries(platforms).map(([name, { connections }]) => [name, connections])).toEqual([
    ['constructor', 2],
    ['__proto__', 1],
  ]);
});

it('counts the parts of a run, whatever their number, as it counts the whole', () => {
  const whole = createTally();
  const merged = createTally();
  whole.addIdle({ x: 3, y: 1 }, 2);
  merged.addIdle({ x: 3, y: 1 }, 2);
  let part = createTally({ keepsUsers: true });
  for (let number = 0; number < 2_500; number++) {
    const user = Math.floor(number / 3);
    const lacks = number % 7 === 0;
    const fails = !lacks && number % 2 === 0;
    const result: ConnectionReport = {
      ...report(user, number % 5 === 0 ? 'x' : 'y', [`2026-11-${10 + (number % 9)}`]),
      ...(lacks
        ? ({
            result: 'skipped',
            reason: 'missing_permission',
            message: `grant ${number}`,
            days: { skipped: 1 },
          } as const)
        : fails
          ? {}
          : ({ result: 'succeeded', reason: null, message: null, days: { settled: 1 }, metrics: 4 } as const)),
      changes: number % 2 === 0 ? ['newly_failing', 'newly_without_data'] : ['repaired'],
      isNew: number % 4 === 0,
      lost: number % 6,
      backlog: 1,
    };
    for (const tally of [whole, part]) {
      tally.add(result, fails ? failure(user) : null, 3);
      if (number % 11 === 0) tally.leave({ why: 'the time is up', dates: ['2026-11-01', '2026-11-02'] });
    }
    if (number % 25 === 24) {
      merged.merge(JSON.parse(JSON.stringify(part.parts)));
      part = createTally({ keepsUsers: true });
    }
  }
  merged.merge(part.parts);
  expect(merged.summary(FACTS)).toEqual(whole.summary(FACTS));
  expect(merged.lostDays()).toEqual(whole.lostDays());
  expect(merged.notReachedDays()).toEqual(whole.notReachedDays());
  expect(merged.withoutPermission()).toEqual(whole.withoutPermission());
});
