import type { DayCounts } from '../store/account-states.js';

/** A day counts as complete for a platform if this share of its accounts have it. */
const COMPLETE_SHARE = 0.99;

/** The newest day that is complete for 99 % of the accounts that should have it; null if there is none. */
export function completeTo(days: readonly DayCounts[]): string | null {
  const isComplete = ({ complete, late, missing }: DayCounts) =>
    complete > 0 && complete >= COMPLETE_SHARE * (complete + late + missing);
  return days.filter(isComplete).at(-1)?.date ?? null;
}
