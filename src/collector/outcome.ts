import type { CollectError, PlatformError } from '../errors.js';
import type { Day, DayResult, MetricValue, Platform } from '../platforms/platform.js';
import type {
  AccountRow,
  OutcomeRow,
  OutcomeState,
  SnapshotRow,
  StoredAccount,
  StoredConnection,
} from '../store/store.js';
import { oneLine } from './one-line.js';
import { hasSettled } from './plan.js';

/** How a day ended, with the rows that belong to it: written together or not at all. */
export interface DayRecord {
  readonly outcome: OutcomeRow;
  readonly snapshots: readonly SnapshotRow[];
}

/** How an account ended in a run, with its days. */
export interface AccountRecord {
  readonly row: AccountRow;
  readonly days: readonly DayRecord[];
  /** The days that failed with the account as a whole, ascending: its own row says why, once. */
  readonly failedDates: readonly string[];
}

export interface RecordInput {
  readonly account: StoredAccount;
  readonly platform: Pick<Platform, 'api' | 'day'>;
  readonly day: Day;
  readonly result: DayResult;
  /** When the platform was asked: what it said then is no more settled for having been long in coming. */
  readonly askedAt: Date;
  /** Makes an API's words fit to be stored. */
  readonly clean: (text: string) => string;
}

/** Turns what a platform said of a day into the ledger's entry and the table's rows. */
export function recordDay({ account, platform, day, result, askedAt, clean }: RecordInput): DayRecord {
  if (result.kind === 'skipped') return skippedDay(account, day.date, clean(result.why));
  const known = account.ledger.find(({ date }) => date === day.date)?.state;
  const state = stateOf(result, hasSettled(day, platform.day.settlesAfterHours, askedAt), known);
  const unique = new Map(result.values.map((value) => [value.metric, value]));
  const snapshots = [...unique.values()].map(
    (value): SnapshotRow => ({
      account: account.id,
      metric: value.metric,
      value: value.value,
      date: day.date,
      metadata: metadataOf(value, {
        api: platform.api,
        accountId: account.accountId,
        askedAt,
        settled: value.closing === true || state === 'settled',
      }),
    }),
  );
  const error = result.kind === 'failed' ? result.error : null;
  const outcome = {
    account: account.id,
    date: day.date,
    state,
    reason: error?.reason ?? null,
    message: error && clean(error.message),
    metrics: snapshots.length,
  };
  return { outcome, snapshots };
}

/** A failure of a day without a word from the platform on that day. */
export function failedDay(
  { id: account }: Pick<StoredAccount, 'id'>,
  date: string,
  { reason, message }: PlatformError,
  clean: (text: string) => string,
): DayRecord {
  return { outcome: { account, date, state: 'failed', reason, message: clean(message), metrics: 0 }, snapshots: [] };
}

export function skippedDay({ id: account }: Pick<StoredAccount, 'id'>, date: string, why: string): DayRecord {
  return { outcome: { account, date, state: 'skipped', reason: null, message: why, metrics: 0 }, snapshots: [] };
}

/** A day whose rows the database does not take, told in the database's words. */
export function refusedByStore({ outcome }: DayRecord, error: CollectError): DayRecord {
  const message = oneLine(`the database refuses the values of this day: ${error.message}`);
  return {
    outcome: { ...outcome, state: 'failed', reason: 'unexpected_response', message, metrics: 0 },
    snapshots: [],
  };
}

/** An account's days; with `failed`, an account that failed as a whole on the days still due. */
export function accountRecord(
  { id }: Pick<StoredAccount, 'id'>,
  { id: connectionId }: Pick<StoredConnection, 'id'>,
  days: readonly DayRecord[],
  failed: {
    readonly error: PlatformError;
    readonly dates: readonly string[];
    readonly clean: (text: string) => string;
  } | null = null,
): AccountRecord {
  const row = { id, connection_id: connectionId, reason: null, message: null };
  if (failed === null) return withDays({ row, days, failedDates: [] }, days);
  const { error, dates, clean } = failed;
  return { row: { ...row, reason: error.reason, message: clean(error.message) }, days, failedDates: dates };
}

/** The same account with other days, such as those that were written: it fails where one of them does. */
export function withDays(record: AccountRecord, days: readonly DayRecord[]): AccountRecord {
  const failed = days.find(({ outcome }) => outcome.state === 'failed')?.outcome;
  if (record.row.reason !== null || failed === undefined) return { ...record, days };
  return { ...record, days, row: { ...record.row, reason: failed.reason, message: failed.message } };
}

/**
 * Closing figures say nothing of the day's own metrics: a day with nothing else is still pending. An answer without a value
 * takes nothing back (`known`): APIs give a day's values on one call and none on the next, and a provisional day stays due.
 */
function stateOf(
  result: Exclude<DayResult, { kind: 'skipped' }>,
  settled: boolean,
  known: OutcomeState | undefined,
): OutcomeState {
  if (result.kind === 'failed') return 'failed';
  const hasValues = result.kind === 'collected' && !result.values.every((value) => value.closing);
  if (hasValues) return settled ? 'settled' : 'provisional';
  if (known === 'provisional' || known === 'settled') return known;
  return settled || result.kind === 'no_data' ? 'no_data' : 'pending';
}

function metadataOf(
  value: MetricValue,
  { api, accountId, askedAt, settled }: { api: string; accountId: string | null; askedAt: Date; settled: boolean },
): Record<string, unknown> {
  const metadata: Record<string, unknown> = {
    api,
    period: value.closing ? 'lifetime' : 'day',
    account_id: accountId,
    fetched_at: askedAt.toISOString(),
    settled,
  };
  if (value.apiMetric) metadata.api_metric = value.apiMetric;
  const types = Object.keys(value.postTypes ?? {});
  if (types.length > 0) metadata.post_types = value.postTypes;
  if (types.length === 1) metadata.post_type = types[0];
  return metadata;
}
