import type { RefusedMetrics } from '../platforms/contract.js';
import { formatNumber, shorten } from '../text.js';

/** Instagram lists every valid metric in its refusal. */
const LONGEST_WHY = 80;
const ACCOUNTS_TO_GIVE_UP = 3;

/** Which metrics are refused for which accounts in this run. */
export interface Refusals {
  /** The view of one account. `clean` makes an API's message safe to print. */
  of(account: number, clean: (text: string) => string): RefusedMetrics;
  /** What was refused since it was last taken: plain data, which can be stored and added up. */
  taken(): RefusedCount[];
  /** Warns about the metrics that were refused for only some accounts. Call it when no more refusals can follow. */
  end(): void;
}

/** For how many accounts an API refused a metric. */
export interface RefusedCount {
  readonly api: string;
  readonly metric: string;
  readonly why: string;
  readonly accounts: number;
  /** Whether it was warned of. */
  readonly isTold: boolean;
}

interface Refused extends Pick<RefusedCount, 'api' | 'metric' | 'why'> {
  readonly accounts: Set<number>;
  taken: number;
  isTold: boolean;
}

/**
 * Remembers which metrics an API refuses, account by account. A metric that was refused for three accounts and accepted for none
 * is skipped for the rest of the run. Warns once about each refused metric.
 */
export function createRefusals(warn: (message: string) => void): Refusals {
  const refused = new Map<string, Refused>();
  const accepted = new Set<string>();
  const keyOf = (api: string, metric: string) => `${api} ${metric}`;
  const isGivenUp = (key: string, { accounts }: Refused) => accounts.size >= ACCOUNTS_TO_GIVE_UP && !accepted.has(key);

  function taken(): RefusedCount[] {
    return [...refused.values()].flatMap((entry) => {
      const { api, metric, why, isTold } = entry;
      const accounts = entry.accounts.size - entry.taken;
      entry.taken = entry.accounts.size;
      return accounts > 0 ? [{ api, metric, why, accounts, isTold }] : [];
    });
  }

  return {
    of: (account, clean) => ({
      has(api, metric) {
        const key = keyOf(api, metric);
        const entry = refused.get(key);
        return entry !== undefined && (entry.accounts.has(account) || isGivenUp(key, entry));
      },

      add(api, metric, why) {
        const key = keyOf(api, metric);
        const said = shorten(clean(why), LONGEST_WHY);
        const entry = refused.get(key) ?? { api, metric, why: said, accounts: new Set(), taken: 0, isTold: false };
        refused.set(key, entry);
        entry.accounts.add(account);
        if (entry.isTold || !isGivenUp(key, entry)) return;
        entry.isTold = true;
        warn(warningOf(entry, 'every account', 'it is skipped for the rest of this run'));
      },

      accept(api, metrics) {
        for (const metric of metrics) accepted.add(keyOf(api, metric));
      },
    }),

    taken,
    end() {
      for (const warning of refusalWarnings(taken())) warn(warning);
    },
  };
}

/** Adds up counts, so that there is one of each metric. */
export function summedRefusals(counts: Iterable<RefusedCount>): RefusedCount[] {
  const sums = new Map<string, RefusedCount>();
  for (const count of counts) {
    const key = `${count.api} ${count.metric}`;
    const { accounts, isTold } = sums.get(key) ?? { accounts: 0, isTold: false };
    sums.set(key, { ...count, accounts: accounts + count.accounts, isTold: isTold || count.isTold });
  }
  return [...sums.values()];
}

/** Warnings about the metrics that were refused for only some accounts, from all that a run has counted. */
export function refusalWarnings(counts: Iterable<RefusedCount>): string[] {
  return summedRefusals(counts).flatMap((sum) => {
    if (sum.isTold) return [];
    return sum.accounts === 1
      ? [warningOf(sum, 'an account', 'it is collected without it')]
      : [warningOf(sum, `${formatNumber(sum.accounts)} accounts`, 'they are collected without it')];
  });
}

function warningOf({ api, metric, why }: Pick<RefusedCount, 'api' | 'metric' | 'why'>, whom: string, then: string) {
  return `${api} refuses the metric "${metric}" for ${whom}; ${then} (${why})`;
}
