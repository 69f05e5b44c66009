import type { NotReached } from '../collector/not-reached.js';
import { type AccountCounts, OUTCOME_STATES, type RecordCounts } from '../store/accounts.js';
import type { PlatformSummary } from '../store/run-summary.js';
import { bounded } from '../text.js';
import type { Change } from './changes.js';
import type { ConnectionReport } from './events.js';
import type { Failure, PlatformChanges, Summary } from './summary.js';
import { createUserCounts } from './user-counts.js';

/** Bounds memory and the printed summary when every connection fails. */
export const MOST_FAILURES = 1_000;
const MOST_CHANGES = 1_000;

/** Counts the results of a run. Every account read is added once, so that the counts add up. */
export interface Tally {
  /** Accounts with nothing due, by platform, and how many users have no others. */
  addIdle(accounts: AccountCounts['idle'], users: number): void;
  /** With its failure, if it failed; `userAccounts` as in `StoredAccount`. */
  add(report: ConnectionReport, failure: Failure | null, userAccounts: number): void;
  /** Notes which limit left days of an account undone, for the warning. */
  leave(notReached: NotReached): void;
  /** Moves this many days from `no_data` to `provisional`, because their lack of data is doubtful. */
  doubt(accounts: number): void;
  warn(message: string): void;
  withoutPermission(): WithoutPermission[];
  lostDays(): LostDays[];
  notReachedDays(): NotReachedDays[];
  /** How many accounts were collected for the first time, by platform. */
  readonly newAccounts: ReadonlyMap<string, number>;
  summary(run: RunFacts): Summary;
}

/** The accounts of a platform that were skipped, entirely or on some days, because a permission is missing. */
export interface WithoutPermission {
  readonly platform: string;
  readonly accounts: number;
  /** The message of the first of them. */
  readonly message: string;
}

/** Days of a platform's accounts that the platform no longer answers for. */
export interface LostDays {
  readonly platform: string;
  readonly accounts: number;
  readonly days: number;
}

/** Days that a limit of the run left undone. */
export interface NotReachedDays {
  readonly why: string;
  readonly accounts: number;
  readonly days: number;
}

export interface RunFacts {
  readonly runId: string;
  readonly scope: string;
  readonly dryRun: boolean;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** Measured on a monotonic clock. */
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly metrics: RecordCounts;
  readonly requests: { readonly total: number; readonly retried: number };
  readonly backfill: Summary['backfill'];
}

export function createTally(): Tally {
  const connections = { total: 0, succeeded: 0, failed: 0, skipped: 0 };
  const days: Summary['days'] = {
    planned: 0,
    settled: 0,
    provisional: 0,
    pending: 0,
    no_data: 0,
    failed: 0,
    skipped: 0,
    not_reached: 0,
  };
  let idleUsers = 0;
  const users = createUserCounts();
  const platforms = new Map<string, PlatformSummary>();
  const permissionMessages = new Map<string, string>();
  const failures: Summary['failures'] = [];
  let failuresOmitted = 0;
  let backlog = 0;
  const lost = new Map<string, LostDays>();
  const notReached = new Map<string, NotReachedDays>();
  const newAccounts = new Map<string, number>();
  const warnings: string[] = [];
  const changes: Record<Change, string[]> = {
    newly_failing: [],
    repaired: [],
    failing_over_3_nights: [],
    newly_without_data: [],
  };
  const changesOmitted: Record<Change, number> = {
    newly_failing: 0,
    repaired: 0,
    failing_over_3_nights: 0,
    newly_without_data: 0,
  };
  const changesByPlatform = new Map<string, PlatformChanges>();
  let dates: Summary['dates'] = null;

  function platformNamed(name: string): PlatformSummary {
    const platform = platforms.get(name) ?? {
      connections: 0,
      succeeded: 0,
      failed: 0,
      skipped: 0,
      metrics: 0,
      reasons: {},
    };
    platforms.set(name, platform);
    return platform;
  }

  function noteChanges({ platform, changes: own }: ConnectionReport, failure: Failure | null): void {
    const isNew = own.includes('newly_failing') && failure !== null;
    const isRepaired = own.includes('repaired');
    if (!isNew && !isRepaired) return;
    const known = changesByPlatform.get(platform) ?? { newly_failing: {}, repaired: 0 };
    changesByPlatform.set(platform, known);
    if (isRepaired) known.repaired++;
    if (isNew) known.newly_failing[failure.reason] = (known.newly_failing[failure.reason] ?? 0) + 1;
  }

  return {
    addIdle(accounts, users) {
      idleUsers += users;
      for (const [name, count] of Object.entries(accounts)) {
        const platform = platformNamed(name);
        connections.total += count;
        connections.succeeded += count;
        platform.connections += count;
        platform.succeeded += count;
      }
    },
    add(report, failure, userAccounts) {
      const platform = platformNamed(report.platform);
      const result = report.result === 'nothing_due' ? 'succeeded' : report.result;
      connections.total++;
      connections[result]++;
      platform.connections++;
      platform[result]++;
      platform.metrics += report.metrics;
      if (report.reason !== null) platform.reasons[report.reason] = (platform.reasons[report.reason] ?? 0) + 1;
      if (report.reason === 'missing_permission' && !permissionMessages.has(report.platform)) {
        permissionMessages.set(report.platform, report.message ?? '');
      }
      users.add(report.userId, userAccounts, result === 'failed');
      days.planned += report.dates.length;
      for (const state of [...OUTCOME_STATES, 'not_reached'] as const) days[state] += report.days[state] ?? 0;
      dates = widen(dates, report.dates);
      for (const change of report.changes) {
        if (changes[change].length < MOST_CHANGES) changes[change].push(bounded(report.connectionId));
        else changesOmitted[change]++;
      }
      noteChanges(report, failure);
      backlog += report.backlog;
      if (report.lost > 0) {
        const before = lost.get(report.platform) ?? { platform: report.platform, accounts: 0, days: 0 };
        lost.set(report.platform, { ...before, accounts: before.accounts + 1, days: before.days + report.lost });
      }
      if (report.isNew) newAccounts.set(report.platform, (newAccounts.get(report.platform) ?? 0) + 1);
      if (failure === null) return;
      if (failures.length < MOST_FAILURES) failures.push(failure);
      else failuresOmitted++;
    },
    leave({ why, dates }) {
      const before = notReached.get(why) ?? { why, accounts: 0, days: 0 };
      notReached.set(why, { why, accounts: before.accounts + 1, days: before.days + dates.length });
    },
    doubt(accounts) {
      days.no_data -= accounts;
      days.provisional += accounts;
    },
    warn(message) {
      warnings.push(message);
    },
    newAccounts,
    lostDays: () => [...lost.values()],
    notReachedDays: () => [...notReached.values()],
    withoutPermission: () =>
      [...permissionMessages].map(([platform, message]) => ({
        platform,
        accounts: platforms.get(platform)?.reasons.missing_permission ?? 0,
        message,
      })),
    summary(run) {
      const { total: dueUsers, failed: failedUsers } = users.counts();
      const allUsers = idleUsers + dueUsers;
      return {
        run_id: run.runId,
        status: statusOf(run.interrupted, connections),
        scope: run.scope,
        dry_run: run.dryRun,
        dates,
        started_at: run.startedAt.toISOString(),
        finished_at: run.finishedAt.toISOString(),
        duration_ms: Math.round(run.durationMs),
        users: { total: allUsers, succeeded: allUsers - failedUsers, failed: failedUsers },
        connections,
        days,
        lost: [...lost.values()].reduce((sum, { days }) => sum + days, 0),
        backlog,
        backfill: run.backfill,
        metrics: { ...run.metrics, foreign: run.metrics.foreign.rows },
        requests: { ...run.requests },
        platforms: Object.fromEntries(platforms),
        failures,
        failures_omitted: failuresOmitted,
        changes,
        changes_omitted: changesOmitted,
        changes_by_platform: Object.fromEntries(changesByPlatform),
        warnings,
      };
    },
  };
}

function statusOf(interrupted: boolean, { succeeded, failed }: Summary['connections']): Summary['status'] {
  if (interrupted) return 'interrupted';
  if (failed === 0) return 'completed';
  return succeeded === 0 ? 'failed' : 'partial';
}

function widen(range: Summary['dates'], dates: readonly string[]): Summary['dates'] {
  const [since, until] = [dates.at(0), dates.at(-1)];
  if (since === undefined || until === undefined) return range;
  if (range === null) return { since, until };
  return { since: since < range.since ? since : range.since, until: until > range.until ? until : range.until };
}
