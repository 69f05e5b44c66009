import type { RefusedMetrics } from '../platforms/contract.js';
import { shorten } from '../text.js';

/** Instagram lists every valid metric in its refusal. */
const LONGEST_WHY = 80;
const ACCOUNTS_TO_GIVE_UP = 3;

/** Which metrics are refused to whom, for the length of a run. */
export interface Refusals {
  /** As one account is to know them. `clean` makes an API's words fit to be told. */
  of(account: number, clean: (text: string) => string): RefusedMetrics;
}

/**
 * Remembers which metrics an API refuses, account by account. A metric that three accounts are refused, and none is given, is
 * refused to all for the rest of the run. Warns of a metric's first refusal, and once it is given up.
 */
export function createRefusals(warn: (message: string) => void): Refusals {
  const accountsRefused = new Map<string, Set<number>>();
  const accepted = new Set<string>();
  const keyOf = (api: string, metric: string) => `${api} ${metric}`;
  const isGivenUp = (key: string, { size }: ReadonlySet<number>) => size >= ACCOUNTS_TO_GIVE_UP && !accepted.has(key);

  return {
    of: (account, clean) => ({
      has(api, metric) {
        const key = keyOf(api, metric);
        const accounts = accountsRefused.get(key);
        return accounts !== undefined && (accounts.has(account) || isGivenUp(key, accounts));
      },

      add(api, metric, why) {
        const key = keyOf(api, metric);
        const accounts = accountsRefused.get(key) ?? new Set();
        if (accounts.has(account)) return;
        accountsRefused.set(key, accounts.add(account));
        const said = shorten(clean(why), LONGEST_WHY);
        if (accounts.size === 1) {
          warn(`${api} refuses the metric ${metric} to an account, which is collected without it (${said})`);
        }
        if (accounts.size === ACCOUNTS_TO_GIVE_UP && isGivenUp(key, accounts)) {
          warn(
            `${api} refuses the metric ${metric} to every account, and is not asked for it again in this run (${said})`,
          );
        }
      },

      accept(api, metrics) {
        for (const metric of metrics) accepted.add(keyOf(api, metric));
      },
    }),
  };
}
