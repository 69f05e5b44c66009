import type {
  Account,
  CheckContext,
  Collected,
  Day,
  NonEmpty,
  Platform,
  PlatformContext,
  RenewedTokens,
} from '../contract.js';

/** As in `HttpRequest`, token endpoints included. */
export const ACCOUNTS_API = 'TikTok Accounts API';
export const DISPLAY_API = 'TikTok Display API';

export interface ApiSettings {
  /** Base address, without a trailing slash. */
  readonly url: string;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

/** TikTok's two APIs differ in everything: apps, tokens, hosts and errors. */
export interface TiktokSettings {
  /** Base address of the page on which people consent, for either API. */
  readonly loginUrl: string;
  /** The Accounts API, part of TikTok API for Business. */
  readonly accounts: ApiSettings;
  /** The Display API, of TikTok for Developers. */
  readonly display: ApiSettings;
}

/** One of the two APIs, for accounts with its tokens. All functions throw `PlatformError` and `Interrupted`. */
export interface TiktokApi {
  collect(account: Account, days: NonEmpty<Day>, context: PlatformContext): Promise<Collected>;
  check(account: Account, context: CheckContext): ReturnType<Platform['check']>;
  renew(account: Account, context: CheckContext): Promise<RenewedTokens>;
  /** As in `Platform`. */
  readonly missingForRenewal: readonly (readonly string[])[];
}
