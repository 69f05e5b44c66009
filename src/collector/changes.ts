import type { LedgerEntry, OutcomeRow, OutcomeState } from '../store/store.js';

/** What is new about a connection since it was last collected, or has gone on for so long that it should be told. */
export const CHANGES = ['newly_failing', 'repaired', 'failing_over_3_nights', 'newly_without_data'] as const;

export type Change = (typeof CHANGES)[number];

/** Three nights and a bit less than one more: a nightly run that fails the fourth time in a row is past it, however quick it is. */
const OVER_THREE_NIGHTS_MS = 2.5 * 24 * 3_600_000;
const DAYS_WITHOUT_DATA = 3;

/** Compares a connection's ledger as it was before a run with the outcomes that the run wrote. Without outcomes nothing changed. */
export function changesOf(
  ledger: readonly LedgerEntry[],
  outcomes: readonly Pick<OutcomeRow, 'date' | 'state'>[],
  now: Date,
): Change[] {
  const written = new Map(outcomes.map(({ date, state }) => [date, state]));
  // A failed day is always due, so that those of before are among the outcomes unless they lie outside of the window.
  const failedBefore = ledger.filter(({ date, state }) => state === 'failed' && written.has(date));
  const isFailing = outcomes.some(({ state }) => state === 'failed');
  const before = new Map(ledger.map(({ date, state }) => [date, state]));
  const after = new Map([...before, ...written]);
  const changes: Record<Change, boolean> = {
    newly_failing: isFailing && failedBefore.length === 0,
    repaired: !isFailing && failedBefore.length > 0,
    failing_over_3_nights: isFailing && failedBefore.some(({ failedSince }) => isLongAgo(failedSince, now)),
    newly_without_data: lacksData(after) && !lacksData(before),
  };
  return CHANGES.filter((change) => changes[change]);
}

function isLongAgo(instant: string | null, now: Date): boolean {
  return instant !== null && now.getTime() - Date.parse(instant) > OVER_THREE_NIGHTS_MS;
}

/** Whether the newest days that a platform gave its last word on had nothing. A failure is another trouble, told on its own. */
function lacksData(states: ReadonlyMap<string, OutcomeState>): boolean {
  const answered = [...states].filter(([, state]) => ['settled', 'provisional', 'no_data'].includes(state));
  const newest = answered.sort(([a], [b]) => b.localeCompare(a)).slice(0, DAYS_WITHOUT_DATA);
  return newest.length === DAYS_WITHOUT_DATA && newest.every(([, state]) => state === 'no_data');
}
