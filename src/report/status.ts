import { HOUR_MS } from '../clock.js';
import { datesBetween } from '../collector/day.js';
import { windowRange } from '../collector/window.js';
import { type FailureReason, isSkipReason } from '../errors.js';
import type { Platform } from '../platforms/contract.js';
import type { DateRange } from '../store/accounts.js';
import type { TokenEnd } from '../store/opening.js';
import { ALL } from '../store/selection.js';
import type { FailingAccount, FailingGroup, PlatformStatusRow, RunRow, Store } from '../store/store.js';
import { bounded } from '../text.js';
import type { Keyring } from '../tokens/keyring.js';
import { expiringBefore, expiringTokens } from './expiring.js';
import { FIXES } from './fixes.js';
import { versionWarning } from './version.js';

/** How many expiring tokens are listed. */
const MOST_TOKENS = 100;

/** What `status` shows and `status --json` prints. */
export interface StatusReport {
  store: string;
  last_run: {
    run_id: string;
    scope: string;
    trigger: string;
    status: RunRow['status'];
    started_at: string;
    finished_at: string | null;
    /** Hours since it started. */
    age_hours: number;
    summary: RunRow['summary'];
  } | null;
  /** The newest run over all users that completed, fully or partially. */
  last_success: { started_at: string; age_hours: number } | null;
  platforms: PlatformStatus[];
  /** What there is to do, by platform and reason, for the most accounts first. */
  actions: Action[];
  /** Active connections of services that are not collected, by service. */
  ignored: Record<string, number>;
  /** Tokens that have expired or expire within ten days, and that only their user can renew: the soonest hundred. */
  expiring_tokens: ExpiringToken[];
  /** How many more tokens with an early date there may be. */
  expiring_tokens_omitted: number;
  /** API versions in use that have ended or end soon. */
  warnings: string[];
}

/** A connection whose token its user has to renew, and when the token expires: ISO 8601, UTC. */
export interface ExpiringToken {
  connection_id: string;
  user_id: string;
  platform: string;
  account_id: string | null;
  account_name: string | null;
  token_expires_at: string;
}

/** The state of one platform's accounts. Dates are in the platform's time zone. */
export interface PlatformStatus {
  platform: string;
  /** The period reported on: ended days of the platform. */
  since: string;
  until: string;
  /** Accounts that an active connection opens, and those of them with data in the window. */
  accounts: number;
  accounts_with_data: number;
  newest_day: string | null;
  days_missing: number;
  /** Days of its accounts that the platform stopped answering for before they were collected. */
  lost_days: number;
  /** Up to a hundred accounts of each reason, those failing longest first. */
  failing: FailingReport[];
  /** Accounts that fail beyond those. */
  failing_omitted: number;
  /** Up to a hundred accounts that lack a permission: `message` says what to grant. Nothing of theirs has failed. */
  missing_permission: FailingReport[];
  missing_permission_omitted: number;
  /** How many accounts fail or lack a permission, by reason, the most frequent first. */
  reasons: Record<string, number>;
}

/** What to do about the accounts of a platform that fail for one reason, or lack a permission. */
export interface Action {
  platform: string;
  reason: FailureReason;
  accounts: number;
  /** From when on the first of them fails: `YYYY-MM-DD`, UTC. */
  since: string;
  /** The most consecutive runs in which one of them failed. */
  runs: number;
  fix: string;
}

/** An account that fails or lacks a permission, and since when: `YYYY-MM-DD`, UTC. */
export interface FailingReport {
  connection_id: string;
  user_id: string;
  account_id: string | null;
  account_name: string | null;
  reason: FailureReason;
  message: string | null;
  failing_since: string;
  /** Days from `failing_since` to the window's end, inclusive. */
  days: number;
  /** Consecutive runs that failed. */
  runs: number;
}

export interface StatusSources {
  readonly store: Store;
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'day' | 'version' | 'renewsTokens' | 'endsByDate'>>;
  readonly keyring: Pick<Keyring, 'decrypt'>;
}

/** The last run, and the state of each platform over its own last `days` ended days. Throws what the store throws. */
export async function readStatus(
  { store, platforms, keyring }: StatusSources,
  days: number,
  now: Date,
): Promise<StatusReport> {
  await store.check();
  const windowIn = (timeZone: string): DateRange => windowRange({ kind: 'lookback', days }, timeZone, now);
  const windows = Object.fromEntries([...platforms].map(([name, { day }]) => [name, windowIn(day.timeZone)]));
  const everywhere = { selection: ALL, platforms: [...platforms.keys()] };
  const [{ run: lastRun, succeededAt }, status, ending] = await Promise.all([
    store.lastRuns(),
    store.readStatus(windows),
    store.tokensEnding(everywhere, expiringBefore(now).toISOString()),
  ]);
  const expiring = expiringTokens(ending, platforms, keyring);
  const rows = status.platforms.filter(isInUse);
  const warnings = rows.map(({ platform }) => {
    const known = platforms.get(platform);
    return known ? versionWarning(known, now) : null;
  });
  return {
    store: store.description,
    last_run: lastRun && {
      run_id: lastRun.runId,
      scope: lastRun.scope,
      trigger: lastRun.trigger,
      status: lastRun.status,
      started_at: lastRun.startedAt,
      finished_at: lastRun.finishedAt,
      age_hours: hoursSince(lastRun.startedAt, now),
      summary: lastRun.summary,
    },
    last_success: succeededAt === null ? null : { started_at: succeededAt, age_hours: hoursSince(succeededAt, now) },
    platforms: rows.map((row) => {
      const window = windowIn(platforms.get(row.platform)?.day.timeZone ?? 'UTC');
      return {
        platform: row.platform,
        ...window,
        accounts: row.accounts,
        accounts_with_data: row.accountsWithData,
        newest_day: row.newestDay,
        days_missing: row.daysMissing,
        lost_days: row.lostDays,
        ...troubled(row, window.until),
      };
    }),
    actions: rows
      .flatMap(({ platform, reasons }) => reasons.map((group) => actionOf(platform, group)))
      .sort((a, b) => b.accounts - a.accounts),
    ignored: Object.fromEntries(Object.entries(status.ignored).map(([service, number]) => [bounded(service), number])),
    expiring_tokens: expiring.tokens.slice(0, MOST_TOKENS).map(expiringToken),
    expiring_tokens_omitted: Math.max(0, expiring.tokens.length - MOST_TOKENS) + expiring.omitted,
    warnings: [...new Set(warnings)].filter((warning) => warning !== null),
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

function actionOf(platform: string, { reason, accounts, since, runs }: FailingGroup): Action {
  return { platform, reason, accounts, since, runs, fix: FIXES[reason] };
}

function expiringToken(end: TokenEnd): ExpiringToken {
  return {
    connection_id: bounded(end.id),
    user_id: bounded(end.userId),
    platform: end.platform,
    account_id: end.accountId,
    account_name: end.accountName,
    token_expires_at: end.tokenExpiresAt,
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
