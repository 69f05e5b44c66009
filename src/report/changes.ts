import { DAY_MS } from '../clock.js';
import type { AccountRecord } from '../collector/outcome.js';
import type { OutcomeState, StoredAccount } from '../store/accounts.js';

/** What has changed about an account since it was last collected, or has lasted long enough to be reported. */
export const CHANGES = ['newly_failing', 'repaired', 'failing_over_3_nights', 'newly_without_data'] as const;

/** One of `CHANGES`. */
export type Change = (typeof CHANGES)[number];

/** Less than three days: a daily run that fails for the fourth time in a row exceeds it, even if it starts early. */
const OVER_THREE_DAYS_MS = 2.5 * DAY_MS;
const DAYS_WITHOUT_DATA = 3;

/** Compares an account as it was before a run with how it ended in it. */
export function changesOf(
  { ledger, failingSince }: Pick<StoredAccount, 'ledger' | 'failingSince'>,
  { row, days }: Pick<AccountRecord, 'row' | 'days'>,
  now: Date,
): Change[] {
  // A permission that a user has not granted is a warning, not a change.
  const isFailing = row !== null && row.reason !== null && row.reason !== 'missing_permission';
  const before = new Map(ledger.map(({ date, state }) => [date, state]));
  const after = new Map([...before, ...days.map(({ outcome }) => [outcome.date, outcome.state] as const)]);
  const changes: Record<Change, boolean> = {
    newly_failing: isFailing && failingSince === null,
    repaired: row?.reason === null && failingSince !== null,
    failing_over_3_nights: isFailing && failingSince !== null && isLongAgo(failingSince, now),
    newly_without_data: lacksData(after) && !lacksData(before),
  };
  return CHANGES.filter((change) => changes[change]);
}

function isLongAgo(instant: string, now: Date): boolean {
  return now.getTime() - Date.parse(instant) > OVER_THREE_DAYS_MS;
}

/** Whether the newest days that the platform has answered for have no data. Failed days do not count: they are reported separately. */
function lacksData(states: ReadonlyMap<string, OutcomeState>): boolean {
  const answered = [...states].filter(([, state]) => ['settled', 'provisional', 'no_data'].includes(state));
  const newest = answered.sort(([a], [b]) => b.localeCompare(a)).slice(0, DAYS_WITHOUT_DATA);
  return newest.length === DAYS_WITHOUT_DATA && newest.every(([, state]) => state === 'no_data');
}
