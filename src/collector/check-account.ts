import type { Clock } from '../clock.js';
import { createHttp } from '../http/client.js';
import type { Account, CheckContext, Platform } from '../platforms/contract.js';
import { bounded } from '../text.js';
import { accessEnd } from './access.js';
import { dateAt } from './day.js';
import { expiringBefore } from './renewal.js';

const LIMITS = { maxRequests: 100, maxDurationMs: 60_000, maxWaitMs: 0 };

/** What a platform says of an account and its token. */
export interface CheckedAccount {
  /** As the platform spells it, or else as it was given. */
  readonly accountId: string;
  readonly accountName: string | null;
  /** When the access token ends, if the platform says so. */
  readonly tokenExpiresAt: Date | null;
  readonly warnings: readonly string[];
}

/** Asks a platform something outside of any run. */
export async function withContext<T>(
  platform: string,
  clock: Clock,
  warn: (message: string) => void,
  use: (context: CheckContext) => Promise<T>,
): Promise<T> {
  const http = createHttp({
    concurrency: 1,
    signal: new AbortController().signal,
    counters: { total: 0, retried: 0 },
    clock,
    limits: LIMITS,
    warn,
  });
  try {
    return await use({ http: http.lane(platform, 'new'), now: clock.now, warn });
  } finally {
    http.close();
  }
}

/**
 * Asks the platform whether the token opens the account, outside of any run; an expired token is renewed in memory. Throws
 * `PlatformError`.
 */
export async function checkAccount(account: Account, platform: Platform, clock: Clock): Promise<CheckedAccount> {
  const warnings = new Set<string>();
  const warn = (message: string) => void warnings.add(message);
  return withContext(platform.name, clock, warn, async (context) => {
    const {
      accountId = account.accountId,
      accountName,
      tokenExpiresAt = null,
    } = await platform.check(account, context);
    // The token opens the account: for how long is only of use.
    const end = await accessEnd(
      platform,
      { ...account, tokenExpiresAt: account.tokenExpiresAt ?? tokenExpiresAt },
      context,
    ).catch(() => null);
    if (end !== null && end < expiringBefore(clock.now())) {
      warn(
        `the token, or its access to the account's data, ends on ${dateAt(end, 'UTC')}: let the owner consent again before that day`,
      );
    }
    return { accountId, accountName: accountName && bounded(accountName), tokenExpiresAt, warnings: [...warnings] };
  });
}
