import { PlatformError } from '../../errors.js';
import type { Account, CheckContext, MetricValue, Platform } from '../contract.js';
import { readValues } from './parts.js';

/** A public profile, as an API shows it to anyone. */
export interface Profile {
  readonly name: string | null;
  /** By the API's names; undefined or null if it does not say. */
  readonly figures: Readonly<Record<string, unknown>>;
}

interface ProfileApi extends Pick<Platform, 'name' | 'api' | 'version' | 'pace' | 'metrics' | 'accountIdOf'> {
  /** Throws `PlatformError` and `Interrupted`. */
  profileOf(account: Account, context: CheckContext): Promise<Profile>;
}

/** A platform of public profiles: only figures as of now, read without a token, and none by day. */
export function profilePlatform({ profileOf, ...known }: ProfileApi): Platform {
  async function figures(account: Account, context: CheckContext): Promise<readonly MetricValue[]> {
    const { figures } = await profileOf(account, context);
    const named = Object.fromEntries(known.metrics.map(({ name, apiName = name }) => [name, figures[apiName]]));
    const { values, error } = readValues(named, Object.keys(named));
    if (error !== null) throw new PlatformError(error.reason, error.message, 'connection');
    return values;
  }

  return {
    ...known,
    day: { timeZone: 'UTC', settlesAfterHours: 0, reachDays: 1, asks: 'day' },
    needsToken: false,
    renewsTokens: false,
    endsByDate: () => false,
    storageRule: null,
    async collect(account, days, context) {
      const closing = context.wantsClosing ? await figures(account, context) : [];
      return { days: days.map(({ date }) => ({ date, kind: 'no_data' })), closing };
    },
    async check(account, context) {
      return { accountName: (await profileOf(account, context)).name };
    },
  };
}
