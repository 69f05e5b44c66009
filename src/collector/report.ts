import type { StoredConnection } from '../store/store.js';
import { changesOf } from './changes.js';
import type { ConnectionReport } from './events.js';
import type { DayRecord } from './outcome.js';
import type { Plan } from './plan.js';

/** How a connection ended, from its records; without any, what is due of it. */
export function reportOn(
  connection: StoredConnection,
  planned: Plan,
  records: readonly DayRecord[],
  now: Date,
): ConnectionReport {
  const outcomes = records.map(({ outcome }) => outcome);
  const failed = outcomes.find(({ state }) => state === 'failed');
  const skipped = outcomes.find(({ state }) => state === 'skipped');
  const telling = failed ?? skipped;
  const days: Record<string, number> = {};
  for (const { state } of outcomes) days[state] = (days[state] ?? 0) + 1;
  if (records.length === 0 && planned.due.length > 0) days.due = planned.due.length;
  return {
    connectionId: connection.id,
    userId: connection.userId,
    platform: connection.platform,
    accountId: connection.accountId,
    accountName: connection.accountName,
    result: resultOf(
      outcomes.length,
      failed !== undefined,
      outcomes.every(({ state }) => state === 'skipped'),
    ),
    days,
    dates: outcomes.length > 0 ? outcomes.map(({ date }) => date) : planned.due.map(({ date }) => date),
    metrics: outcomes.reduce((sum, { metrics }) => sum + metrics, 0),
    changes: changesOf(connection.ledger, outcomes, now),
    reason: telling?.reason ?? null,
    message: telling?.message ?? null,
  };
}

function resultOf(outcomes: number, failed: boolean, allSkipped: boolean): ConnectionReport['result'] {
  if (outcomes === 0) return 'nothing_due';
  if (failed) return 'failed';
  return allSkipped ? 'skipped' : 'succeeded';
}
