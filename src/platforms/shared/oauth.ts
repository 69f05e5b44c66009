import { PlatformError, StaleToken } from '../../errors.js';
import type { Judge } from '../../http/http.js';
import type { Account, CheckContext } from '../contract.js';
import { configured, judgeTokens, type OAuthApp } from './token-endpoint.js';

const WEEK_SECONDS = 7 * 86_400;

/** An app's registration with an OAuth provider. */
export interface OAuthClient extends OAuthApp {
  readonly tokenUrl: string;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  /** Any one of them opens the metrics; the first one is requested. */
  readonly scopes: readonly string[];
  /** What to do when refresh tokens expire within a week; absent if they never do. */
  readonly whenShortLived?: string;
}

export interface SessionRequest {
  /** As in `HttpRequest`. */
  readonly api: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An account's API, called with an access token that is renewed when necessary, at most once. */
export interface Session {
  /** Throws `PlatformError` (`StaleToken` when renewal does not help) and `Interrupted`. */
  get<T>(request: SessionRequest, judge: Judge<T>): Promise<T>;
}

export type Tokens = Pick<Account, 'accessToken' | 'refreshToken' | 'tokenExpiresAt'>;

/**
 * Opens a session for one connection. The token is renewed before the first request when it has expired, else after the first
 * 401; concurrent requests share that renewal. The new token is kept as long as the session.
 */
export function openSession(client: OAuthClient, tokens: Tokens, context: CheckContext): Session {
  const { accessToken, refreshToken, tokenExpiresAt } = tokens;
  const expired = tokenExpiresAt !== null && tokenExpiresAt <= context.now();
  let renewal: Promise<string> | null = null;
  const renew = (token: string) => {
    renewal ??= refresh(client, token, context);
    return renewal;
  };

  return {
    async get({ api, url, headers = {} }, judge) {
      const ask = (token: string) =>
        context.http.ask({ api, method: 'GET', url, headers: { ...headers, authorization: `Bearer ${token}` } }, judge);
      if (refreshToken === null) return ask(accessToken);
      if (expired || renewal !== null) return ask(await renew(refreshToken));
      try {
        return await ask(accessToken);
      } catch (error) {
        if (!(error instanceof StaleToken)) throw error;
        return ask(await renew(refreshToken));
      }
    },
  };
}

/** Warns if the app's refresh tokens end so soon that something is wrong with the app. */
export function warnOfShortLives(client: OAuthClient, seconds: number, warn: CheckContext['warn']): void {
  if (client.whenShortLived === undefined || seconds > WEEK_SECONDS) return;
  warn(`the ${client.provider} refresh tokens of this app expire within 7 days; ${client.whenShortLived}`);
}

/** A new access token, RFC 6749 section 6. Throws `PlatformError` and `Interrupted`. */
async function refresh(client: OAuthClient, refreshToken: string, { http, warn }: CheckContext): Promise<string> {
  const form = {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: configured(client, 'id', client.clientId),
    client_secret: configured(client, 'secret', client.clientSecret),
  };
  const answer = await http.ask(
    { api: `${client.provider} token endpoint`, method: 'POST', url: new URL(client.tokenUrl), headers: {}, form },
    (given) => judgeTokens(client, given, warn),
  );
  const { access_token: token, scope, refresh_token_expires_in: seconds = Number.POSITIVE_INFINITY } = answer;
  warnOfShortLives(client, seconds, warn);
  // People may untick a permission when they consent; an answer need not name the scopes.
  const granted = scope?.split(/[\s,]+/).filter(Boolean) ?? [];
  if (granted.length > 0 && !client.scopes.some((needed) => granted.includes(needed))) {
    throw new PlatformError(
      'missing_permission',
      `the token lacks the permission ${client.scopes[0]}; connect the account again and allow it`,
      'connection',
    );
  }
  return token;
}
