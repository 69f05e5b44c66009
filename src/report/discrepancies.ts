import type { Platform } from '../platforms/contract.js';
import type { Discrepancy, ReconciledDays } from '../store/discrepancies.js';
import type { Store } from '../store/store.js';
import { statusWindows } from './status-windows.js';

interface Sources {
  readonly store: Store;
  readonly platforms: ReadonlyMap<string, Pick<Platform, 'day' | 'reconciles'>>;
}

/**
 * The settled days among the last `days` whose figures do not add up by the platform's own definition, in pages. Computed, never stored.
 * @public
 */
export function listDiscrepancies(
  { store, platforms }: Sources,
  days: number,
  now: Date,
): AsyncIterable<readonly Discrepancy[]> {
  return store.listDiscrepancies(reconciledDays(platforms, days, now));
}

/** What is compared. */
export function reconciledDays(platforms: Sources['platforms'], days: number, now: Date): ReconciledDays {
  const rules = [...platforms].flatMap(([name, { reconciles = [] }]) =>
    reconciles.length === 0 ? [] : [[name, reconciles] as const],
  );
  return { rules: Object.fromEntries(rules), windows: statusWindows(platforms, days, now) };
}
