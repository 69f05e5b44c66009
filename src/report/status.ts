import { HOUR_MS } from '../clock.js';
import { datesBetween } from '../collector/day.js';
import { expiringBefore } from '../collector/renewal.js';
import { type FailureReason, isSkipReason } from '../errors.js';
import type { Platform } from '../platforms/contract.js';
import type { FailingAccount, FailingGroup, PlatformStatusRow } from '../store/account-states.js';
import type { DateRange } from '../store/accounts.js';
import { ALL } from '../store/selection.js';
import type { RunRow, Store } from '../store/store.js';
import { bounded } from '../text.js';
import type { Keyring } from '../tokens/keyring.js';
import { comingEnds } from './coming.js';
import { completeTo } from './coverage.js';
import { reconciledDays } from './discrepancies.js';
import { type ExpiringToken as Expiring, expiringTokens } from './expiring.js';
import { FIXES, OTHER_FIXES } from './fixes.js';
import { nextRunAt } from './next-run.js';
import type {
  Action,
  DistributedRun,
  ExpiringToken,
  FailingReport,
  PlatformStatus,
  ReportedRun,
  StatusReport,
} from './status-report.js';
import { statusWindows } from './status-windows.js';
import { versionWarning } from './version.js';

/** How many expiring tokens are listed. */
const MOST_TOKENS = 100;
/** With more accounts, figures are not compared: it takes a tenth of a millisecond for each. */
const MOST_RECONCILED = 10_000;

export interface StatusSources {
  readonly store: Store;
  readonly platforms: ReadonlyMap<
    string,
    Pick<Platform, 'day' | 'reconciles' | 'version' | 'renewsTokens' | 'renewal' | 'endsByDate'>
  >;
  readonly keyring: Pick<Keyring, 'decrypt'>;
  /** As in `Collector`. */
  readonly renewsTokens?: boolean;
}

/** The last run, and the state of each platform over its own last `days` ended days. Throws what the store throws. */
export async function readStatus(
  { store, platforms, keyring, renewsTokens = false }: StatusSources,
  days: number,
  now: Date,
): Promise<StatusReport> {
  await store.check();
  const windows = statusWindows(platforms, days, now);
  const everywhere = { selection: ALL, platforms: [...platforms.keys()] };
  const [{ run, fullRun, starts, succeededAt }, status, ending] = await Promise.all([
    store.lastRuns(),
    store.readStatus(windows),
    store.tokensEnding(everywhere, expiringBefore(now).toISOString()),
  ]);
  const expiring = expiringTokens(ending, { platforms, keyring, renewsTokens }, now);
  const rows = status.platforms.filter(isInUse);
  const accounts = rows.reduce((sum, row) => sum + row.accounts, 0);
  const discrepancies =
    accounts > MOST_RECONCILED ? null : await store.countDiscrepancies(reconciledDays(platforms, days, now));
  const inUse = rows.flatMap(({ platform }) => platforms.get(platform) ?? []);
  const warnings = inUse.map((platform) => versionWarning(platform, now));
  return {
    store: store.description,
    last_run: await reportedRun(run, store, now),
    last_full_run: await reportedRun(fullRun, store, now),
    next_run_at: nextRunAt(starts, now)?.toISOString() ?? null,
    last_success: succeededAt === null ? null : { started_at: succeededAt, age_hours: hoursSince(succeededAt, now) },
    platforms: rows.flatMap((row) => {
      const window = windows[row.platform];
      return window === undefined
        ? []
        : [platformStatus(row, window, discrepancies && (discrepancies[row.platform] ?? 0))];
    }),
    actions: rows.flatMap(actionsOf).sort((a, b) => b.accounts - a.accounts),
    ignored: Object.fromEntries(Object.entries(status.ignored).map(([service, number]) => [bounded(service), number])),
    expiring_tokens: expiring.tokens.slice(0, MOST_TOKENS).map(expiringToken),
    expiring_tokens_omitted:
      Math.max(0, expiring.tokens.length - MOST_TOKENS) + expiring.omitted.token + expiring.omitted.access,
    warnings: [...new Set(warnings)].filter((warning) => warning !== null),
    coming: comingEnds(inUse, expiring, now),
  };
}

async function reportedRun(run: RunRow | null, store: Store, now: Date): Promise<ReportedRun | null> {
  if (run === null) return null;
  const distributed = run.status === 'running' ? await distributedRun(run.runId, store) : null;
  return {
    run_id: run.runId,
    scope: run.scope,
    trigger: run.trigger,
    status: run.status,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    age_hours: hoursSince(run.startedAt, now),
    summary: run.summary,
    ...(distributed !== null && { distributed }),
  };
}

async function distributedRun(runId: string, { shared }: Store): Promise<DistributedRun | null> {
  const { isShared, isPlanned, workers, pieces, accounts } = await shared.progress(runId);
  return isShared ? { workers, pieces, planned: isPlanned, connections: accounts } : null;
}

function platformStatus(
  row: PlatformStatusRow,
  { since, until }: DateRange,
  discrepancies: number | null,
): PlatformStatus {
  const { states } = row;
  return {
    platform: row.platform,
    since,
    until,
    accounts: row.accounts,
    accounts_with_data: row.accountsWithData,
    complete: states.complete,
    late: states.late,
    no_data: states.no_data,
    failing_total: states.failing + states.not_reached,
    skipped: states.skipped,
    complete_to: completeTo(row.days),
    days: [...row.days],
    newest_day: row.newestDay,
    days_missing: row.daysMissing,
    lost_days: row.lostDays,
    discrepancies,
    ...troubled(row, until),
  };
}

type Trouble = 'failing' | 'failing_omitted' | 'missing_permission' | 'missing_permission_omitted' | 'reasons';

function troubled({ reasons, failing }: PlatformStatusRow, until: string): Pick<PlatformStatus, Trouble> {
  const [lacking, failed] = partition(failing);
  const [lackingGroups, failedGroups] = partition(reasons);
  return {
    failing: failed.map((account) => failingReport(account, until)),
    failing_omitted: sizeOf(failedGroups) - failed.length,
    missing_permission: lacking.map((account) => failingReport(account, until)),
    missing_permission_omitted: sizeOf(lackingGroups) - lacking.length,
    reasons: Object.fromEntries(reasons.map(({ reason, accounts }) => [reason, accounts])),
  };
}

/** Those that lack a permission, and those that fail. */
function partition<Of extends { readonly reason: FailureReason }>(all: readonly Of[]): [Of[], Of[]] {
  return [all.filter(({ reason }) => isSkipReason(reason)), all.filter(({ reason }) => !isSkipReason(reason))];
}

function sizeOf(groups: readonly FailingGroup[]): number {
  return groups.reduce((sum, { accounts }) => sum + accounts, 0);
}

function actionsOf({ platform, reasons, states, since }: PlatformStatusRow): Action[] {
  const others = (['no_data', 'not_reached'] as const).flatMap((reason): Action[] => {
    const first = since[reason];
    if (states[reason] === 0 || first === null) return [];
    const fix = OTHER_FIXES[reason];
    return [{ platform, reason, accounts: states[reason], since: first, runs: 0, by_runs: [], fix }];
  });
  const failing = reasons.map(({ byRuns, ...group }): Action => {
    return { platform, ...group, by_runs: [...byRuns], fix: FIXES[group.reason] };
  });
  return [...failing, ...others];
}

function expiringToken(end: Expiring): ExpiringToken {
  return {
    connection_id: bounded(end.id),
    user_id: bounded(end.userId),
    platform: end.platform,
    account_id: end.accountId,
    account_name: end.accountName,
    token_expires_at: end.endsAt,
    ends: end.ends,
  };
}

function hoursSince(instant: string, now: Date): number {
  return Math.round(((now.getTime() - Date.parse(instant)) / HOUR_MS) * 10) / 10;
}

function isInUse({ accounts, newestDay }: PlatformStatusRow): boolean {
  return accounts > 0 || newestDay !== null;
}

function failingReport(account: FailingAccount, until: string): FailingReport {
  return {
    connection_id: bounded(account.connectionId),
    user_id: bounded(account.userId),
    account_id: account.accountId,
    account_name: account.accountName,
    reason: account.reason,
    message: account.message,
    failing_since: account.failingSince,
    days: Math.max(1, datesBetween(account.failingSince, until).length),
    runs: account.runs,
  };
}
