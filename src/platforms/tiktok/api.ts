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

/** As in `HttpRequest`, with their token endpoints. */
export const ACCOUNTS_API = 'TikTok Accounts API';
export const DISPLAY_API = 'TikTok Display API';

export interface ApiSettings {
  /** Base address, without a trailing slash. */
  readonly url: string;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

/** TikTok's two APIs have nothing in common: other apps, tokens, hosts and errors. */
export interface TiktokSettings {
  /** Base address of the page on which people consent, whichever API it is for. */
  readonly loginUrl: string;
  /** The Accounts API, part of TikTok API for Business. */
  readonly accounts: ApiSettings;
  /** The Display API, of TikTok for Developers. */
  readonly display: ApiSettings;
}

/** One of the two, for accounts whose tokens are its own. Everything throws `PlatformError` and `Interrupted`. */
export interface TiktokApi {
  collect(account: Account, days: NonEmpty<Day>, context: PlatformContext): Promise<Collected>;
  check(account: Account, context: CheckContext): ReturnType<Platform['check']>;
  renew(account: Account, context: CheckContext): Promise<RenewedTokens>;
  /** As in `Platform`. */
  readonly missingForRenewal: readonly (readonly string[])[];
}
