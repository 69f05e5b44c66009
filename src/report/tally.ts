import type { NotReached } from '../collector/not-reached.js';
import { type AccountCounts, OUTCOME_STATES, type RecordCounts } from '../store/accounts.js';
import { bounded } from '../text.js';
import type { Change } from './changes.js';
import type { ConnectionReport } from './events.js';
import {
  addDays,
  addParts,
  changesOf,
  MOST_CHANGES,
  MOST_FAILURES,
  noParts,
  type OfDays,
  type Parts,
  platformOf,
  widen,
} from './parts.js';
import type { Failure, Summary } from './summary.js';
import { createUserCounts } from './user-counts.js';

/** Counts the results of a run. Every account read is added once, so that the counts add up. */
export interface Tally {
  /** What has been counted so far. */
  readonly parts: Parts;
  /** Adds what another tally has counted. */
  merge(parts: Parts): void;
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
  /** Whether the accounts have nothing but closing figures. */
  readonly onlyClosing: boolean;
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

/** `keepsUsers`: whether its parts name the users, so that it can be merged; otherwise they are only counted. */
export function createTally({ keepsUsers } = { keepsUsers: false }): Tally {
  const users = createUserCounts();
  const parts = noParts();
  const { connections, days, platforms, lost, lostClosing, notReached, newAccounts, changes, changesOmitted } = parts;

  function addFailure(failure: Failure): void {
    if (parts.failures.length < MOST_FAILURES) parts.failures.push(failure);
    else parts.failuresOmitted++;
  }

  function addChange(change: Change, connectionId: string): void {
    if (changes[change].length < MOST_CHANGES) changes[change].push(connectionId);
    else changesOmitted[change]++;
  }

  function noteChanges({ platform, changes: own }: ConnectionReport, failure: Failure | null): void {
    const isNew = own.includes('newly_failing') && failure !== null;
    const isRepaired = own.includes('repaired');
    if (!isNew && !isRepaired) return;
    const known = changesOf(parts, platform);
    if (isRepaired) known.repaired++;
    if (isNew) known.newly_failing[failure.reason] = (known.newly_failing[failure.reason] ?? 0) + 1;
  }

  return {
    parts,
    merge(more) {
      addParts(parts, more);
      for (const [userId, accounts, hasFailed] of more.users) users.add(userId, accounts, hasFailed);
    },
    addIdle(accounts, idleUsers) {
      parts.idleUsers += idleUsers;
      for (const [name, count] of Object.entries(accounts)) {
        const platform = platformOf(parts, name);
        connections.total += count;
        connections.succeeded += count;
        platform.connections += count;
        platform.succeeded += count;
      }
    },
    add(report, failure, userAccounts) {
      const platform = platformOf(parts, report.platform);
      const result = report.result === 'nothing_due' ? 'succeeded' : report.result;
      connections.total++;
      connections[result]++;
      platform.connections++;
      platform[result]++;
      platform.metrics += report.metrics;
      if (report.reason !== null) platform.reasons[report.reason] = (platform.reasons[report.reason] ?? 0) + 1;
      if (report.reason === 'missing_permission') parts.permissionMessages[report.platform] ??= report.message ?? '';
      if (keepsUsers) parts.users.push([report.userId, userAccounts, result === 'failed']);
      else users.add(report.userId, userAccounts, result === 'failed');
      days.planned += report.dates.length;
      for (const state of [...OUTCOME_STATES, 'not_reached'] as const) days[state] += report.days[state] ?? 0;
      parts.dates = widen(parts.dates, report.dates);
      for (const change of report.changes) addChange(change, bounded(report.connectionId));
      noteChanges(report, failure);
      parts.backlog += report.backlog;
      const own = report.onlyClosing ? lostClosing : lost;
      if (report.lost > 0) addDays(own, report.platform, { accounts: 1, days: report.lost });
      if (report.isNew && !report.onlyClosing) newAccounts[report.platform] = (newAccounts[report.platform] ?? 0) + 1;
      if (failure !== null) addFailure(failure);
    },
    leave({ why, dates }) {
      addDays(notReached, why, { accounts: 1, days: dates.length });
    },
    doubt(accounts) {
      days.no_data -= accounts;
      days.provisional += accounts;
    },
    warn(message) {
      parts.warnings.push(message);
    },
    lostDays: () => [
      ...Object.entries(lost).map(([platform, counts]) => ({ platform, onlyClosing: false, ...counts })),
      ...Object.entries(lostClosing).map(([platform, counts]) => ({ platform, onlyClosing: true, ...counts })),
    ],
    notReachedDays: () => Object.entries(notReached).map(([why, counts]) => ({ why, ...counts })),
    withoutPermission: () =>
      Object.entries(parts.permissionMessages).map(([platform, message]) => ({
        platform,
        accounts: platforms[platform]?.reasons.missing_permission ?? 0,
        message,
      })),
    summary(run) {
      const { total: dueUsers, failed: failedUsers } = users.counts();
      const allUsers = parts.idleUsers + dueUsers;
      return {
        run_id: run.runId,
        status: statusOf(run.interrupted, connections),
        scope: run.scope,
        dry_run: run.dryRun,
        dates: parts.dates,
        started_at: run.startedAt.toISOString(),
        finished_at: run.finishedAt.toISOString(),
        duration_ms: Math.round(run.durationMs),
        users: { total: allUsers, succeeded: allUsers - failedUsers, failed: failedUsers },
        connections,
        days,
        lost: [lost, lostClosing].flatMap(Object.values<OfDays>).reduce((sum, { days }) => sum + days, 0),
        backlog: parts.backlog,
        backfill: run.backfill,
        metrics: { ...run.metrics, foreign: run.metrics.foreign.rows },
        requests: { ...run.requests },
        platforms,
        failures: parts.failures,
        failures_omitted: parts.failuresOmitted,
        changes,
        changes_omitted: changesOmitted,
        changes_by_platform: parts.changesByPlatform,
        warnings: parts.warnings,
      };
    },
  };
}

function statusOf(interrupted: boolean, { succeeded, failed }: Summary['connections']): Summary['status'] {
  if (interrupted) return 'interrupted';
  if (failed === 0) return 'completed';
  return succeeded === 0 ? 'failed' : 'partial';
}
