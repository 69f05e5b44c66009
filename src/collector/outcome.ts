import type { CollectError, FailureReason, PlatformError } from '../errors.js';
import type { Day, DayResult, MetricValue, Platform } from '../platforms/platform.js';
import type { OutcomeRow, OutcomeState, SnapshotRow, StoredConnection } from '../store/store.js';
import { oneLine } from './one-line.js';
import { hasSettled } from './plan.js';

/** How a day ended, with the rows that belong to it: written together or not at all. */
export interface DayRecord {
  readonly outcome: OutcomeRow;
  readonly snapshots: readonly SnapshotRow[];
}

export interface RecordInput {
  readonly connection: StoredConnection;
  readonly platform: Pick<Platform, 'api' | 'day'>;
  readonly day: Day;
  readonly result: DayResult;
  /** When the platform was asked: what it said then is no more settled for having been long in coming. */
  readonly askedAt: Date;
  /** Makes an API's words fit to be stored. */
  readonly clean: (text: string) => string;
}

/** Turns what a platform said of a day into the ledger's entry and the table's rows. */
export function recordDay({ connection, platform, day, result, askedAt, clean }: RecordInput): DayRecord {
  if (result.kind === 'skipped') return recordSkip(connection, day.date, clean(result.why));
  const known = connection.ledger.find(({ date }) => date === day.date)?.state;
  const state = stateOf(result, hasSettled(day, platform.day.settlesAfterHours, askedAt), known);
  const unique = new Map(result.values.map((value) => [value.metric, value]));
  const snapshots = [...unique.values()].map(
    (value): SnapshotRow => ({
      user_id: connection.userId,
      platform: connection.platform,
      source: 'api',
      metric: value.metric,
      value: value.value,
      date: day.date,
      metadata: metadataOf(value, {
        api: platform.api,
        accountId: connection.accountId,
        askedAt,
        settled: value.closing === true || state === 'settled',
      }),
    }),
  );
  const error = result.kind === 'failed' ? result.error : null;
  return {
    outcome: outcomeRow(
      connection,
      day.date,
      state,
      error?.reason ?? null,
      error && clean(error.message),
      snapshots.length,
    ),
    snapshots,
  };
}

/** A failure of a day without a word from the platform on that day. */
export function recordFailure(
  connection: StoredConnection,
  date: string,
  error: PlatformError,
  clean: (text: string) => string,
): DayRecord {
  return { outcome: outcomeRow(connection, date, 'failed', error.reason, clean(error.message), 0), snapshots: [] };
}

/** A day whose rows the database does not take, told in the database's words. */
export function refusedByStore({ outcome }: DayRecord, error: CollectError): DayRecord {
  const message = oneLine(`the database refuses the values of this day: ${error.message}`);
  return {
    outcome: { ...outcome, state: 'failed', reason: 'unexpected_response', message, metrics: 0 },
    snapshots: [],
  };
}

export function recordSkip(connection: StoredConnection, date: string, why: string): DayRecord {
  return { outcome: outcomeRow(connection, date, 'skipped', null, why, 0), snapshots: [] };
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

function outcomeRow(
  connection: StoredConnection,
  date: string,
  state: OutcomeState,
  reason: FailureReason | null,
  message: string | null,
  metrics: number,
): DayRecord['outcome'] {
  return {
    connection_id: connection.id,
    date,
    user_id: connection.userId,
    platform: connection.platform,
    state,
    reason,
    message,
    metrics,
  };
}
