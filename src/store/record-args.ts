import type { AccountRow, KnownAccess, PieceCall, RecordBatch, SnapshotRow } from './accounts.js';

/** The arguments of `record_collection`. */
export function recordArgs({ runId, at, accounts, snapshots, outcomes, refresh, adopt, piece }: RecordBatch) {
  return {
    run_id: runId,
    recorded_at: at.toISOString(),
    accounts: accounts.map(accountArg),
    snapshots: snapshots.map(snapshotArg),
    outcomes,
    refresh,
    adopt,
    ...(piece && { piece: pieceArg(piece) }),
  };
}

/** Without the names of its fields, which would be a fifth of what a call sends. */
function snapshotArg({ account, metric, value, date, metadata }: SnapshotRow) {
  return [account, metric, value, date, metadata];
}

function pieceArg({ isDone, ...piece }: PieceCall) {
  return { ...piece, is_done: isDone };
}

function accountArg(row: AccountRow) {
  return {
    id: row.id,
    connection_id: row.connectionId,
    reason: row.reason,
    message: row.message,
    reached: row.reached,
    done_to: row.doneTo,
    done_to_before: row.doneToBefore,
    closing_day: row.closingDay,
    metrics: row.metrics,
    days_lost: row.daysLost,
    closed_to: row.closedTo,
    due_at: row.dueAt?.toISOString() ?? null,
    ...(row.access && { access: accessArg(row.access) }),
  };
}

function accessArg({ token, endsAt, askedAt }: KnownAccess) {
  return { token, ends_at: endsAt?.toISOString() ?? null, asked_at: askedAt.toISOString() };
}
