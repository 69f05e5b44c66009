import type { RefusedMetrics } from '../platforms/contract.js';
import { formatNumber, shorten } from '../text.js';

/** Instagram lists every valid metric in its refusal. */
const LONGEST_WHY = 80;
const ACCOUNTS_TO_GIVE_UP = 3;

/** Which metrics are refused for which accounts in this run. */
export interface Refusals {
  /** The view of one account. `clean` makes an API's message safe to print. */
  of(account: number, clean: (text: string) => string): RefusedMetrics;
  /** Warns about the metrics that were refused for only some accounts. Call it when no more refusals can follow. */
  end(): void;
}

interface Refused {
  readonly api: string;
  readonly metric: string;
  readonly why: string;
  readonly accounts: Set<number>;
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
  const warnOf = (entry: Refused, whom: string, then: string) => {
    if (!entry.isTold) warn(`${entry.api} refuses the metric "${entry.metric}" for ${whom}; ${then} (${entry.why})`);
    entry.isTold = true;
  };

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
        const entry = refused.get(key) ?? { api, metric, why: said, accounts: new Set(), isTold: false };
        refused.set(key, entry);
        entry.accounts.add(account);
        if (isGivenUp(key, entry)) warnOf(entry, 'every account', 'it is skipped for the rest of this run');
      },

      accept(api, metrics) {
        for (const metric of metrics) accepted.add(keyOf(api, metric));
      },
    }),

    end() {
      for (const entry of refused.values()) {
        const { size } = entry.accounts;
        if (size === 1) warnOf(entry, 'an account', 'it is collected without it');
        else warnOf(entry, `${formatNumber(size)} accounts`, 'they are collected without it');
      }
    },
  };
}
