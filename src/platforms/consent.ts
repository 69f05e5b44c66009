import type { HttpAnswer, HttpRequest } from '../http/http.js';
import type { Account, CheckContext } from './contract.js';

/** One of an app's credentials, and the variable that holds it. */
export interface AppCredential {
  readonly variable: string;
  /** Null if the variable is not set. */
  readonly value: string | null;
}

/** The tokens that a consent gives. */
export interface Consent {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** When the access token ends; null if the answer does not say. */
  readonly expiresAt: Date | null;
  /** When the refresh token ends; null if it does not, or if there is none. */
  readonly refreshExpiresAt: Date | null;
  /** The whole answer of the token endpoint, in the form of RFC 6749. */
  readonly answer: unknown;
}

/** Names and values of an address or a form. */
export type RequestParameters = Readonly<Record<string, string>>;

/** An account that a consent opens, with the tokens to store for it. */
export interface ConsentedAccount extends Account {
  readonly accountName: string | null;
}

/** How the owner of accounts consents in a browser: the authorization code grant of OAuth 2.0 (RFC 6749). */
export interface ConsentFlow {
  /** The provider's name in messages: `Google`. */
  readonly provider: string;
  readonly clientId: AppCredential;
  readonly clientSecret: AppCredential;
  /** What to do when the app has no credentials, as a sentence. */
  readonly howToRegister: string;
  readonly authorizationUrl: string;
  /** The parameters of that address, given those of RFC 6749. Default: unchanged. */
  authorizationParameters?(standard: RequestParameters): RequestParameters;
  /** The scopes to request. A consent to fewer is refused. */
  readonly scopes: readonly string[];
  /** Whether the provider supports code challenges (RFC 7636). */
  readonly pkce: boolean;
  /**
   * Which redirect addresses the provider allows. `loopback`: any port of 127.0.0.1 (RFC 8252, section 7.3); `registered`: only the
   * addresses in the app's settings; `https`: only the https addresses among them.
   */
  readonly redirects: 'loopback' | 'registered' | 'https';
  readonly tokenUrl: string;
  /** The request that exchanges a code, given the form of RFC 6749, which includes the app's credentials. Default: that form. */
  tokenRequest?(standard: RequestParameters): Partial<Pick<HttpRequest, 'headers' | 'form' | 'json'>>;
  /** Converts the answer to it, or an error, to the form of RFC 6749. Default: unchanged. */
  tokenAnswer?(answer: HttpAnswer): HttpAnswer;
  /** What to do when the consent opens no account, as a sentence. */
  readonly whenNone: string;
  /** The accounts that the consent opens. Throws `PlatformError`, `Interrupted`. */
  accounts(consent: Consent, context: CheckContext): Promise<readonly ConsentedAccount[]>;
}
