import { DAY_MS } from '../../clock.js';
import { PlatformError } from '../../errors.js';
import type { Platform } from '../contract.js';
import { askClosing, lastOf } from '../shared/parts.js';
import { missingCredentials } from '../shared/token-endpoint.js';
import { resultsFrom } from './analytics.js';
import { API, openPinterest, type PinterestSettings } from './api.js';
import { pinterestConsent } from './consent.js';
import { CLOSING, DAILY } from './metrics.js';
import { type Profile, profileFrom } from './profile.js';
import { APP, renewTokens } from './renewal.js';

/**
 * Pinterest accounts. Days are UTC. Pinterest says of each day whether it is final, but not when that will be. See
 * `/user_account/analytics` in https://github.com/pinterest/api-description, v5/openapi.yaml.
 */
export function pinterest(settings: PinterestSettings): Platform {
  return {
    name: 'pinterest',
    api: 'pinterest_v5',
    // A request for an earlier day is refused as a whole (gitroomhq/postiz-app#1726). 89 days fit into one, which may have 90.
    day: { timeZone: 'UTC', settlesAfterHours: 48, reachDays: 89, asks: 'range' },
    pace: { [API]: { perDay: settings.dailyRequests } },
    metrics: [...DAILY, ...CLOSING],
    version: { name: 'v5', endsOn: null, variable: null },
    renewsTokens: true,
    consent: pinterestConsent(settings),
    missingForRenewal: missingCredentials(APP, settings),
    renewal: { when: 'expired', renew: (account, context) => renewTokens(settings, account, context) },
    endsByDate: () => true,
    storageRule: null,

    async collect(account, days, context) {
      const api = openPinterest(settings, account, context);
      const results = resultsFrom(await api.analytics(days[0].date, lastOf(days).date), days);
      let profile: Profile | null = null;
      const closing = await askClosing(`pinterest: ${CLOSING[0]?.name}`, context, async () => {
        profile = profileFrom(await api.profile());
        return profile.closing;
      });
      refuseOther(profile, account.accountId);
      return { days: results, closing };
    },

    async check(account, context) {
      const api = openPinterest(settings, account, context);
      const profile = profileFrom(await api.profile());
      refuseOther(profile, account.accountId);
      const yesterday = new Date(context.now().getTime() - DAY_MS).toISOString().slice(0, 10);
      await api.analytics(yesterday, yesterday);
      return { ...(profile.id !== null && { accountId: profile.id }), accountName: profile.username };
    },
  };
}

/** Pinterest answers for the account that the token was given for. Its figures must not be filed under another one. */
function refuseOther(profile: Profile | null, accountId: string): void {
  if (!profile?.isOther(accountId)) return;
  throw new PlatformError(
    'configuration',
    `the token opens ${profile.username === null ? 'another Pinterest account' : `the Pinterest account ${profile.username}, not this one`}; correct the account id, or connect the account again`,
    'connection',
  );
}
