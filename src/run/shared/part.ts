import { type AnomalyCounts, createAnomalies } from '../../collector/anomalies.js';
import { joinedRecord } from '../../collector/chunks.js';
import { NO_DAYS } from '../../collector/outcome.js';
import type { RefusedCount } from '../../collector/refusals.js';
import type { HttpCounters } from '../../http/client.js';
import { noParts, type Parts } from '../../report/parts.js';
import { createTally } from '../../report/tally.js';
import { countAccount } from '../../report/telling.js';
import type { OutcomeRow } from '../../store/accounts.js';
import type { AccountResult } from '../collecting.js';

/** The form of what calls count: raised when it changes, so that processes of different versions do not add up what they do not know. */
export const COUNTED_AS = 1;

/** What one call counts of a run that processes share. */
export interface Part {
  readonly tally: Parts;
  readonly anomalies: AnomalyCounts;
  readonly refused: readonly RefusedCount[];
  readonly requests: HttpCounters;
}

export const NOTHING: Part = {
  tally: noParts(),
  anomalies: {},
  refused: [],
  requests: { total: 0, retried: 0 },
};

/** The counts of accounts. */
export function partOf(results: readonly AccountResult[], startedAt: Date): Part {
  const tally = createTally({ keepsUsers: true });
  const anomalies = createAnomalies();
  for (const { account, planned, record } of results) {
    countAccount(tally, account, planned, record, startedAt);
    anomalies.add(account, record?.days ?? []);
  }
  return { ...NOTHING, tally: tally.parts, anomalies: anomalies.counts };
}

/** A result as it would be if the days that an earlier attempt at its piece recorded belonged to it. */
export function withRecorded(result: AccountResult, recorded: readonly OutcomeRow[]): AccountResult {
  const { account, planned, record } = result;
  const own = new Set(recorded.map(({ date }) => date));
  const again = new Set([...planned.due, ...planned.tooOld].map(({ date }) => date));
  const days = recorded.filter(({ date }) => !again.has(date)).map((outcome) => ({ outcome, snapshots: [] }));
  return {
    account: {
      ...account,
      firstDay: account.firstDay !== null && own.has(account.firstDay) ? null : account.firstDay,
      ledger: account.ledger.filter(({ date }) => !own.has(date)),
    },
    planned,
    record: joinedRecord([{ ...NO_DAYS, days }, record ?? NO_DAYS]),
  };
}
