import type { PlatformDay, StoredAccount } from '../store/accounts.js';
import { ANOMALY_SHARE, FEWEST_ACCOUNTS } from './doubt.js';
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
  add(account: Pick<StoredAccount, 'platform' | 'ledger'>, days: readonly DayRecord[]): void;
  /** `countValues`: how many of the platform's accounts have values for a day without being asked for it in this run. */
  found(countValues: (day: PlatformDay) => Promise<number>): Promise<Anomaly[]>;
}

/** Counts, by platform and day, the asked accounts that fell to zeros or no data. */
export function createAnomalies(): Anomalies {
  const platforms = new Map<string, Map<string, Count>>();
  return {
    add({ platform, ledger }, days) {
      for (const { outcome, hasFallen } of days) {
        if (hasFallen === undefined) continue;
        const counts = entryOf(platforms, platform, () => new Map<string, Count>());
        const count = entryOf(counts, outcome.date, () => ({ fallen: 0, asked: 0, known: 0 }));
        count.asked++;
        if (hasFallen) count.fallen++;
        if (ledger.some((entry) => entry.date === outcome.date && entry.doubt === 'platform_anomaly')) count.known++;
      }
    },
    async found(countValues) {
      const anomalies: Anomaly[] = [];
      for (const [platform, counts] of platforms) {
        for (const [date, { fallen, asked, known }] of counts) {
          // More accounts can only lower the share.
          if (fallen < ANOMALY_SHARE * Math.max(asked, FEWEST_ACCOUNTS)) continue;
          const accounts = asked + (await countValues({ platform, date }));
          if (accounts < FEWEST_ACCOUNTS || fallen < ANOMALY_SHARE * accounts) continue;
          anomalies.push({ platform, date, fallen, accounts, isNew: known === 0 });
        }
      }
      return anomalies.sort((a, b) => `${a.platform} ${a.date}`.localeCompare(`${b.platform} ${b.date}`));
    },
  };
}

interface Count {
  fallen: number;
  asked: number;
  /** Accounts for which the day is already doubted as an anomaly. */
  known: number;
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const entry = map.get(key) ?? make();
  map.set(key, entry);
  return entry;
}
