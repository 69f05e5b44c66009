import type { StoredAccount } from '../store/accounts.js';
import type { Store } from '../store/store.js';
import { ANOMALY_SHARE, FEWEST_ACCOUNTS } from './doubt.js';
import { anomalyWarning } from './messages.js';
import type { DayRecord } from './outcome.js';
import type { Tally } from './tally.js';

/** A day on which most accounts of a platform fell to zeros or nothing. */
export interface Anomaly {
  readonly platform: string;
  readonly date: string;
  /** Accounts with values on other days that show zeros or nothing. */
  readonly fallen: number;
  /** Accounts with values on other days. */
  readonly accounts: number;
  /** No run before has told of it. */
  readonly isNew: boolean;
}

export interface Anomalies {
  add(account: StoredAccount, days: readonly DayRecord[]): void;
  found(): Anomaly[];
}

/** Counts, by platform and day, how many accounts fell. */
export function createAnomalies(): Anomalies {
  const counts = new Map<string, { platform: string; date: string; fallen: number; accounts: number; known: number }>();
  return {
    add({ platform, ledger }, days) {
      for (const { outcome, hasFallen } of days) {
        if (hasFallen === undefined) continue;
        const { date } = outcome;
        const key = `${platform} ${date}`;
        const count = counts.get(key) ?? { platform, date, fallen: 0, accounts: 0, known: 0 };
        counts.set(key, count);
        count.accounts++;
        if (hasFallen) count.fallen++;
        if (ledger.some((entry) => entry.date === date && entry.doubt === 'platform_anomaly')) count.known++;
      }
    },
    found: () =>
      [...counts.values()]
        .filter(({ fallen, accounts }) => accounts >= FEWEST_ACCOUNTS && fallen >= ANOMALY_SHARE * accounts)
        .map(({ known, ...count }) => ({ ...count, isNew: known === 0 }))
        .sort((a, b) => `${a.platform} ${a.date}`.localeCompare(`${b.platform} ${b.date}`)),
  };
}

/** Records that these days are not believed, and tells of those that no run before has told of. */
export async function recordAnomalies(
  found: readonly Anomaly[],
  runId: string,
  store: Pick<Store, 'doubtDay'>,
  tally: Pick<Tally, 'doubt'>,
  warn: (message: string) => void,
): Promise<void> {
  for (const anomaly of found) {
    tally.doubt(await store.doubtDay(runId, anomaly));
    if (anomaly.isNew) warn(anomalyWarning(anomaly));
  }
}
