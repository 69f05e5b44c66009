import type { StoredAccount } from '../store/accounts.js';
import { changesOf } from './changes.js';
import type { ConnectionReport } from './events.js';
import type { AccountRecord } from './outcome.js';
import type { Plan } from './plan.js';

/** How an account ended; without a record, what is due of it. */
export function reportOn(
  account: StoredAccount,
  planned: Plan,
  record: AccountRecord | null,
  now: Date,
): ConnectionReport {
  const days: Record<string, number> = {};
  const outcomes = record?.days.map(({ outcome }) => outcome) ?? [];
  for (const { state } of outcomes) days[state] = (days[state] ?? 0) + 1;
  const failedDates = record?.failedDates ?? [];
  if (failedDates.length > 0) days.failed = (days.failed ?? 0) + failedDates.length;
  if (record === null && planned.due.length > 0) days.due = planned.due.length;
  const skipped = outcomes.find(({ state }) => state === 'skipped');
  return {
    connectionId: record?.row?.connection_id ?? account.connections[0].id,
    userId: account.userId,
    platform: account.platform,
    accountId: account.accountId,
    accountName: account.accountName,
    result: resultOf(record),
    days,
    dates: record ? [...outcomes.map(({ date }) => date), ...failedDates].sort() : planned.due.map(({ date }) => date),
    metrics: outcomes.reduce((sum, { metrics }) => sum + metrics, 0),
    changes: record ? changesOf(account, record, now) : [],
    reason: record?.row?.reason ?? skipped?.reason ?? null,
    message: record?.row?.message ?? skipped?.message ?? null,
  };
}

function resultOf(record: AccountRecord | null): ConnectionReport['result'] {
  if (record === null) return 'nothing_due';
  if (record.row !== null && record.row.reason !== null) return 'failed';
  return record.days.every(({ outcome }) => outcome.state === 'skipped') ? 'skipped' : 'succeeded';
}
