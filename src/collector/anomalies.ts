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

/** By platform and day: plain data, which can be stored and added up. */
export type AnomalyCounts = Record<string, Record<string, Count>>;

interface Count {
  /** Asked accounts that have zeros or no data. */
  fallen: number;
  asked: number;
  /** Accounts for which the day is already doubted as an anomaly. */
  known: number;
}

export interface Anomalies {
  readonly counts: AnomalyCounts;
  add(account: Pick<StoredAccount, 'platform' | 'ledger'>, days: readonly DayRecord[]): void;
  /** Adds what others have counted. */
  merge(counts: AnomalyCounts): void;
  /** `countValues`: how many of the platform's accounts have values for a day without being asked for it in this run. */
  found(countValues: (day: PlatformDay) => Promise<number>): Promise<Anomaly[]>;
}

/** Counts, by platform and day, the asked accounts that fell to zeros or no data. */
export function createAnomalies(): Anomalies {
  const counts: AnomalyCounts = Object.create(null);

  function countOf(platform: string, date: string): Count {
    counts[platform] ??= {};
    counts[platform][date] ??= { fallen: 0, asked: 0, known: 0 };
    return counts[platform][date];
  }

  return {
    counts,
    add({ platform, ledger }, days) {
      for (const { outcome, hasFallen } of days) {
        if (hasFallen === undefined) continue;
        const count = countOf(platform, outcome.date);
        count.asked++;
        if (hasFallen) count.fallen++;
        if (ledger.some((entry) => entry.date === outcome.date && entry.doubt === 'platform_anomaly')) count.known++;
      }
    },
    merge(more) {
      for (const [platform, date, { fallen, asked, known }] of entriesOf(more)) {
        const count = countOf(platform, date);
        count.fallen += fallen;
        count.asked += asked;
        count.known += known;
      }
    },
    async found(countValues) {
      const anomalies: Anomaly[] = [];
      for (const [platform, date, { fallen, asked, known }] of entriesOf(counts)) {
        // More accounts can only lower the share.
        if (fallen < ANOMALY_SHARE * Math.max(asked, FEWEST_ACCOUNTS)) continue;
        const accounts = asked + (await countValues({ platform, date }));
        if (accounts < FEWEST_ACCOUNTS || fallen < ANOMALY_SHARE * accounts) continue;
        anomalies.push({ platform, date, fallen, accounts, isNew: known === 0 });
      }
      return anomalies.sort((a, b) => `${a.platform} ${a.date}`.localeCompare(`${b.platform} ${b.date}`));
    },
  };
}

function entriesOf(counts: AnomalyCounts): (readonly [platform: string, date: string, count: Count])[] {
  return Object.entries(counts).flatMap(([platform, days]) =>
    Object.entries(days).map(([date, count]) => [platform, date, count] as const),
  );
}
