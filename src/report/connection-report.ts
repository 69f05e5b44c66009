import { type AccountRecord, failuresOf } from '../collector/outcome.js';
import type { Plan } from '../collector/plan.js';
import { NOT_REACHED } from '../errors.js';
import type { StoredAccount } from '../store/accounts.js';
import { bounded } from '../text.js';
import { changesOf } from './changes.js';
import type { ConnectionReport } from './events.js';
import type { Failure } from './summary.js';

/** The result of an account; without a record, its due days. */
export function reportOn(
  account: StoredAccount,
  planned: Plan,
  record: AccountRecord | null,
  now: Date,
): ConnectionReport {
  const days: Record<string, number> = {};
  const outcomes = record?.days.map(({ outcome }) => outcome) ?? [];
  for (const { state } of outcomes) days[state] = (days[state] ?? 0) + 1;
  const { failedDates = [], skippedDates = [] } = record ?? {};
  if (failedDates.length > 0) days.failed = (days.failed ?? 0) + failedDates.length;
  if (skippedDates.length > 0) days.skipped = (days.skipped ?? 0) + skippedDates.length;
  const left = record?.notReached;
  if (left) days.not_reached = left.dates.length;
  if (record === null && planned.due.length > 0) days.due = planned.due.length;
  const result = resultOf(record);
  const skipped =
    left && result === 'skipped'
      ? { reason: NOT_REACHED, message: left.why }
      : // Days without closing figures are counted as lost, once.
        outcomes.find(
          ({ state, reason }) => state === 'skipped' && !(record?.onlyClosing && reason === 'out_of_reach'),
        );
  return {
    connectionId: record?.row?.connectionId ?? account.connections[0].id,
    userId: account.userId,
    platform: account.platform,
    accountId: account.accountId,
    accountName: account.accountName,
    result,
    days,
    dates: record
      ? [...outcomes.map(({ date }) => date), ...failedDates, ...skippedDates, ...(left?.dates ?? [])].sort()
      : planned.due.map(({ date }) => date),
    metrics: outcomes.reduce((sum, { metrics }) => sum + metrics, record?.closing.length ?? 0),
    changes: record ? changesOf(account, record, now) : [],
    isNew: account.firstDay === null && outcomes.some(({ state }) => state === 'settled' || state === 'provisional'),
    onlyClosing: record?.onlyClosing ?? false,
    backlog: record?.backlog ?? planned.backlog,
    lost: record?.row?.daysLost ?? 0,
    reason: record?.row?.reason ?? skipped?.reason ?? null,
    message: record?.row?.message ?? skipped?.message ?? null,
  };
}

/** An account's entry among the failures of a summary; null if it did not fail. */
export function failureOf(
  account: StoredAccount,
  { row, days, failedDates }: AccountRecord,
  report: ConnectionReport,
  now: Date,
): Failure | null {
  const dates = [...failuresOf(days).map(({ day }) => day), ...failedDates].sort();
  const [since, until] = [dates.at(0), dates.at(-1)];
  const reason = row?.reason ?? null;
  if (report.result !== 'failed' || reason === null || since === undefined || until === undefined) return null;
  return {
    user_id: bounded(account.userId),
    platform: account.platform,
    account_id: account.accountId,
    connection_id: bounded(report.connectionId),
    reason,
    message: row?.message ?? '',
    days: dates.length,
    since,
    until,
    failing_since: new Date(account.failingSince ?? now).toISOString().slice(0, 10),
    runs: account.failingRuns + 1,
  };
}

function resultOf(record: AccountRecord | null): ConnectionReport['result'] {
  if (record === null) return 'nothing_due';
  const reason = record.row?.reason ?? null;
  if (reason !== null && reason !== 'missing_permission') return 'failed';
  return record.days.every(({ outcome }) => outcome.state === 'skipped') ? 'skipped' : 'succeeded';
}
