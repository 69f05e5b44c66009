import type { LedgerEntry, StoredAccount } from '../store/accounts.js';
import { addDays, dateAt } from './day.js';

/** A metric is expected if the account had it within this many days. */
const EXPECTED_DAYS = 28;

/** The first and last day on which an account had each metric, updated with the given days. */
export function withDays(
  known: StoredAccount['metrics'],
  days: readonly { readonly date: string; readonly metrics: readonly string[] }[],
): StoredAccount['metrics'] {
  const all = new Map(Object.entries(known));
  for (const { date, metrics } of days) {
    for (const metric of metrics) {
      const [first, last] = all.get(metric) ?? [date, date];
      all.set(metric, [date < first ? date : first, date > last ? date : last]);
    }
  }
  return Object.fromEntries(all);
}

/** Metrics that the account had on other recent days, but never on this one. */
export function missingMetrics(
  { metrics, ledger }: Pick<StoredAccount, 'metrics' | 'ledger'>,
  date: string,
  given: ReadonlySet<string>,
  now: Date,
): string[] {
  const recent = addDays(dateAt(now, 'UTC'), -EXPECTED_DAYS);
  const before = ledger.find((entry) => entry.date === date);
  return Object.entries(metrics)
    .filter(([metric, [first, last]]) => {
      const isExpected = last >= recent && !(first === date && last === date);
      const wasThere = hadValues(before) && first <= date && !before.missing.includes(metric);
      return isExpected && !wasThere && !given.has(metric);
    })
    .map(([metric]) => metric)
    .sort();
}

function hadValues(entry: LedgerEntry | undefined): entry is LedgerEntry {
  return entry?.state === 'settled' || entry?.state === 'provisional';
}

/** A metric that the account first had after this day is missing on it. */
export function isIncomplete({ date, missing }: LedgerEntry, metrics: StoredAccount['metrics'], now: Date): boolean {
  const recent = addDays(dateAt(now, 'UTC'), -EXPECTED_DAYS);
  return Object.entries(metrics).some(
    ([metric, [first, last]]) => last >= recent && (first > date || missing.includes(metric)),
  );
}
