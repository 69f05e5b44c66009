import type { StoredAccount } from '../store/accounts.js';
import { ANOMALY_SHARE, FEWEST_ACCOUNTS, hasValues } from './doubt.js';
import type { DayRecord } from './outcome.js';

/** A day on which most accounts of a platform have zeros or no data. */
export interface Anomaly {
  readonly platform: string;
  readonly date: string;
  /** Accounts with values on other days that have zeros or no data on this one. */
  readonly fallen: number;
  /** Accounts with values on other days. */
  readonly accounts: number;
  /** Whether no earlier run has reported it. */
  readonly isNew: boolean;
}

export interface Anomalies {
  add(account: StoredAccount, days: readonly DayRecord[]): void;
  found(): Anomaly[];
}

/** Counts, by platform and day, the accounts that fell to zeros or no data. */
export function createAnomalies(): Anomalies {
  const platforms = new Map<string, Map<string, Count>>();
  return {
    add({ platform, ledger }, days) {
      const counts = entryOf(platforms, platform, () => new Map<string, Count>());
      const countOf = (date: string) => entryOf(counts, date, () => ({ fallen: 0, accounts: 0, known: 0 }));
      for (const { outcome, hasFallen } of days) {
        if (hasFallen === undefined) continue;
        const count = countOf(outcome.date);
        count.accounts++;
        if (hasFallen) count.fallen++;
        if (ledger.some((entry) => entry.date === outcome.date && entry.doubt === 'platform_anomaly')) count.known++;
      }
      // Accounts that were not asked for a day in this run, but have its values, have not fallen.
      const asked = new Set(days.map(({ outcome }) => outcome.date));
      for (const entry of ledger) {
        if (entry.state === 'settled' && hasValues(entry) && !asked.has(entry.date)) countOf(entry.date).accounts++;
      }
    },
    found: () =>
      [...platforms]
        .flatMap(([platform, counts]) => [...counts].map(([date, count]) => ({ platform, date, ...count })))
        .filter(({ fallen, accounts }) => accounts >= FEWEST_ACCOUNTS && fallen >= ANOMALY_SHARE * accounts)
        .map(({ known, ...count }) => ({ ...count, isNew: known === 0 }))
        .sort((a, b) => `${a.platform} ${a.date}`.localeCompare(`${b.platform} ${b.date}`)),
  };
}

interface Count {
  fallen: number;
  accounts: number;
  /** Accounts whose day is already doubted because of an anomaly. */
  known: number;
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const entry = map.get(key) ?? make();
  map.set(key, entry);
  return entry;
}
