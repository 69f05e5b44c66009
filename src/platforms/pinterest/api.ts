import type { Account, CheckContext } from '../contract.js';
import { judgePinterest } from './errors.js';

export interface PinterestSettings {
  /** Base address, without a trailing slash. */
  readonly apiUrl: string;
  /** Base address of the page on which people consent. */
  readonly loginUrl: string;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  /** Requests that the app may send in a day. */
  readonly dailyRequests: number;
}

/** As in `HttpRequest`: all requests of the app count together, perhaps including those to the token endpoint. */
export const API = 'Pinterest';

/** Pinterest's API v5, called with one account's token. */
export interface Pinterest {
  /** Figures by day of the account that the token was given for. Dates are UTC, both inclusive. Throws `PlatformError`, `Interrupted`. */
  analytics(since: string, until: string): Promise<unknown>;
  /** The account's own profile. Throws `PlatformError`, `Interrupted`. */
  profile(): Promise<unknown>;
}

export function openPinterest(
  { apiUrl }: PinterestSettings,
  { accessToken, refreshToken }: Pick<Account, 'accessToken' | 'refreshToken'>,
  { http }: CheckContext,
): Pinterest {
  const get = (path: string) =>
    http.ask(
      {
        api: API,
        method: 'GET',
        url: new URL(`${apiUrl}/v5/${path}`),
        headers: { authorization: `Bearer ${accessToken}` },
      },
      (answer) => judgePinterest(answer, refreshToken !== null),
    );
  return {
    // Without `metric_types`, Pinterest gives all metrics. With it, a retired name would have the whole request refused.
    analytics: (since, until) => get(`user_account/analytics?start_date=${since}&end_date=${until}`),
    profile: () => get('user_account'),
  };
}
