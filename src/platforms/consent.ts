import type { HttpAnswer, HttpRequest } from '../http/http.js';
import type { Account, CheckContext } from './contract.js';

/** One of an app's credentials, and the variable that holds it. */
export interface AppCredential {
  readonly variable: string;
  /** Null if the variable is not set. */
  readonly value: string | null;
}

/** The tokens that somebody's consent has given. */
export interface Consent {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** When the access token ends; null if the answer does not say. */
  readonly expiresAt: Date | null;
  /** When the refresh token ends; null if it does not, or if there is none. */
  readonly refreshExpiresAt: Date | null;
  /** The answer with the tokens, in the form of RFC 6749, for what else it tells. */
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
  /** Who asks for the consent, for people: `Google`. */
  readonly provider: string;
  readonly clientId: AppCredential;
  readonly clientSecret: AppCredential;
  /** What to do when the app has no credentials, as a sentence. */
  readonly howToRegister: string;
  readonly authorizationUrl: string;
  /** The parameters of that address, given those of RFC 6749. Default: these. */
  authorizationParameters?(standard: RequestParameters): RequestParameters;
  /** What is asked for. An answer that names fewer is refused. */
  readonly scopes: readonly string[];
  /** Whether the provider takes a code challenge (RFC 7636). */
  readonly pkce: boolean;
  /**
   * Where the browser may be sent in the end. `loopback`: any port of 127.0.0.1 (RFC 8252, section 7.3); `registered`: only the
   * addresses in the app's settings; `https`: of these, only https ones.
   */
  readonly redirects: 'loopback' | 'registered' | 'https';
  readonly tokenUrl: string;
  /** The request that exchanges a code, given the form of RFC 6749 with the app's credentials in it. Default: that form. */
  tokenRequest?(standard: RequestParameters): Partial<Pick<HttpRequest, 'headers' | 'form' | 'json'>>;
  /** The answer to it in the form of RFC 6749, errors included. Default: as it is. */
  tokenAnswer?(answer: HttpAnswer): HttpAnswer;
  /** What to do when the consent opens no account, as a sentence. */
  readonly whenNone: string;
  /** The accounts that the consent opens. Throws `PlatformError`, `Interrupted`. */
  accounts(consent: Consent, context: CheckContext): Promise<readonly ConsentedAccount[]>;
}
