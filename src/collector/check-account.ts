import type { Clock } from '../clock.js';
import { createHttp } from '../http/client.js';
import type { Account, Platform } from '../platforms/contract.js';
import { bounded } from '../text.js';

const LIMITS = { maxRequests: 100, maxDurationMs: 60_000, maxWaitMs: 0 };

/**
 * Asks the platform whether the token opens the account, outside of any run; an expired token is renewed in memory. Returns the
 * account's name, if the platform gives one. Throws `PlatformError`.
 */
export async function checkAccount(account: Account, platform: Platform, clock: Clock): Promise<string | null> {
  const http = createHttp({
    concurrency: 1,
    signal: new AbortController().signal,
    counters: { total: 0, retried: 0 },
    clock,
    limits: LIMITS,
    warn: () => undefined,
  });
  try {
    const context = { http: http.lane(platform.name, 'new'), now: clock.now, warn: () => undefined };
    const { accountName } = await platform.check(account, context);
    return accountName && bounded(accountName);
  } finally {
    http.close();
  }
}
