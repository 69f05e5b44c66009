import { PlatformError, RunLimit } from '../../errors.js';
import type { NonEmpty, Platform } from '../contract.js';
import { accountsApi } from './accounts.js';
import { ACCOUNTS_API, DISPLAY_API, type TiktokApi, type TiktokSettings } from './api.js';
import { tiktokConsent } from './consent.js';
import { displayApi } from './display.js';
import { METRICS } from './metrics.js';

/** Temporary failures, which do not show which API a token belongs to. */
const PASSING: readonly string[] = ['throttled', 'quota_exhausted', 'platform_error', 'timeout'];

/**
 * TikTok accounts: daily series for the tokens of the Accounts API, and totals as of now for those of the Display API. Days are UTC,
 * and their values come 24 to 48 hours later (id=1746624508278786 of https://business-api.tiktok.com/portal/docs).
 */
export function tiktok(settings: TiktokSettings): Platform {
  const apis = apisOf(settings);
  return {
    name: 'tiktok',
    api: 'tiktok',
    // 60 days fit into one request (id=1762228399168514).
    day: { timeZone: 'UTC', settlesAfterHours: 48, reachDays: 60, asks: 'range' },
    // 600 requests a minute (id=1740029171730433; "Rate limits" of TikTok for Developers).
    pace: { [ACCOUNTS_API]: { perSecond: 10 }, [DISPLAY_API]: { perSecond: 10 } },
    metrics: METRICS,
    version: { name: 'v1.3', endsOn: null, variable: null },
    renewsTokens: true,
    renewal: {
      when: 'expired',
      async renew(account, context) {
        expectApp(settings);
        return fromWhichever(apis, (api) => api.renew(account, context));
      },
    },
    missingForRenewal: apis.flatMap((api) => api.missingForRenewal),
    consent: tiktokConsent(settings),
    endsByDate: () => true,
    storageRule: null,
    collect: (account, days, context) => fromWhichever(apis, (api) => api.collect(account, days, context)),
    check: (account, context) => fromWhichever(apis, (api) => api.check(account, context)),
  };
}

/** A token does not show which API it belongs to. If the app of only one API is set, it is that one: others could not be renewed. */
function apisOf({ accounts, display }: TiktokSettings): NonEmpty<TiktokApi> {
  const [first, second] = [accountsApi(accounts), displayApi(display)];
  if ((accounts.clientId === null) === (display.clientId === null)) return [first, second];
  return [accounts.clientId === null ? second : first];
}

function expectApp({ accounts, display }: TiktokSettings): void {
  if (accounts.clientId !== null || display.clientId !== null) return;
  throw new PlatformError(
    'configuration',
    'the TikTok access token has expired and cannot be renewed without the app that it was given to; set TIKTOK_BUSINESS_CLIENT_ID and TIKTOK_BUSINESS_CLIENT_SECRET if that is one of TikTok API for Business, and otherwise TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET',
    'connection',
  );
}

/**
 * The answer of the first API that accepts the token. If both refuse it, an API that does not know the token says less than the other.
 * Nothing is remembered: a connection may get a token of the other API at any time.
 */
async function fromWhichever<T>([api, other]: NonEmpty<TiktokApi>, ask: (api: TiktokApi) => Promise<T>): Promise<T> {
  try {
    return await ask(api);
  } catch (error) {
    if (other === undefined || !isRefusal(error)) throw error;
    try {
      return await ask(other);
    } catch (another) {
      if (!isRefusal(another)) throw another;
      throw error.reason === 'needs_reconnect' && another.reason !== 'needs_reconnect' ? another : error;
    }
  }
}

function isRefusal(error: unknown): error is PlatformError {
  return error instanceof PlatformError && !(error instanceof RunLimit) && !PASSING.includes(error.reason);
}
