export const SANDBOX_PLATFORMS = ['instagram', 'facebook', 'youtube', 'linkedin'] as const;

/** A platform that the sandbox has in miniature. */
export type SandboxPlatform = (typeof SANDBOX_PLATFORMS)[number];

/** An account that the sandbox knows, and how it misbehaves. All tokens are made up. */
export interface SandboxAccount {
  readonly platform: SandboxPlatform;
  /** The user of the collector who connected it. */
  readonly userId: string;
  /** The platform's own id: Instagram user, Facebook Page, YouTube channel, LinkedIn organization (its number). */
  readonly accountId: string;
  /** What the collector's connection holds as `account_id`, where that is not `accountId`: the Page of an Instagram account. */
  readonly connectedAs?: string;
  readonly name: string;
  /** Instagram: tokens that begin with `IG` open graph.instagram.com only, all others graph.facebook.com only. */
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** What the collector's connection holds as `token_expires_at`, ISO 8601; absent, it does not know. */
  readonly tokenExpiresAt?: string;
  /** Instagram: the Page it is connected to. */
  readonly pageId?: string;
  /** Facebook: the Page's own token. Given, `accessToken` is a user's and opens no insights; absent, `accessToken` is the Page's. */
  readonly pageToken?: string;
  /** Below 100, Instagram withholds `follower_count` and `follows_and_unfollows`. */
  readonly followers: number;
  readonly fault?: Fault;
  /** How its values come to light: the first course that fits a metric and a day. Where none does, the final value is there at once. */
  readonly courses?: readonly Course[];
  /** From the first instant until before the second (ms since the epoch) it is given empty answers. */
  readonly silences?: readonly (readonly [since: number, until: number])[];
}

export interface Course {
  /** The platform's own names of metrics that come later than the rest of the day; absent, all. */
  readonly metrics?: readonly string[];
  /** Days of the platform, `YYYY-MM-DD`; absent, all. */
  readonly dates?: readonly string[];
  /** In the order of time; before the first there is no value. */
  readonly steps: readonly Step[];
}

/** From so many hours after a day's end, so much of its final values is shown: 0.8 before a correction upwards, 1.05 before one downwards. */
interface Step {
  readonly fromHours: number;
  readonly share: number;
}

/** `times`: only the first so many requests of the account meet the fault (a flaky account); absent, all do. */
export type Fault = { readonly times?: number } & (
  | { readonly kind: PlainFault }
  /** The last ended days have no data until so many hours after their end. */
  | { readonly kind: 'late'; readonly hours: number }
  /** That day (`YYYY-MM-DD`) has no data, the days around it have. */
  | { readonly kind: 'gap'; readonly date: string }
  /** Meta 190; YouTube 401 and `invalid_grant` for the refresh token; LinkedIn 401 65602 likewise. `subcode`: Meta's, default 463. */
  | { readonly kind: 'dead_token'; readonly subcode?: number }
  /** `code`: Meta's (4, 17, 32, 613, 80001, 80002). `window`: how long YouTube's and LinkedIn's quota is gone, default a day. */
  | { readonly kind: 'throttled'; readonly code?: number; readonly window?: 'MINUTE' | 'DAY' }
  /** Meta and YouTube refuse the account this metric, as if they had retired it. */
  | { readonly kind: 'refused_metric'; readonly metric: string }
  /** Meta answers each request for this metric with an unknown error, code -1. */
  | { readonly kind: 'broken_metric'; readonly metric: string }
  /** HTTP 500 in the platform's own words. `code`: Meta's, 1 (unknown) or 2 (service), default 2. */
  | { readonly kind: 'server_error'; readonly code?: 1 | 2 }
);

/** A fault with nothing more to say of it. */
export type PlainFault =
  /** The access token has run out; the refresh token still works (YouTube, LinkedIn). */
  | 'expired_token'
  /** Meta #10; YouTube and LinkedIn 403. */
  | 'missing_permission'
  /** Meta: the token is another app's, so that the `appsecret_proof` does not fit it. */
  | 'foreign_app'
  /** Meta: the account is of another kind, and refuses every metric. */
  | 'wrong_kind'
  /** Facebook without `read_insights`: HTTP 200 and `"data": []`, no error. */
  | 'permission_empty'
  /** HTTP 503 with an HTML page. */
  | 'api_down'
  /** HTTP 200, nothing in it for any day. */
  | 'no_data'
  /** As with fewer than 100 followers, whatever `followers` says. */
  | 'few_followers'
  /** HTTP 200 with an HTML page. */
  | 'html'
  /** HTTP 200 with the first half of the JSON. */
  | 'truncated_json'
  /** HTTP 200 with the body of an error. */
  | 'error_in_200'
  /** Words where numbers belong. */
  | 'wrong_types'
  | 'numbers_as_strings'
  /** Every object has one key more. */
  | 'unknown_fields'
  /** Every second object of a list has lost its value. */
  | 'missing_fields'
  /** The request is accepted and never answered. */
  | 'stall'
  /** The connection is cut before an answer. */
  | 'reset';

export type FaultKind = Fault['kind'];
export type FaultOf<K extends FaultKind> = Fault & { readonly kind: K };

/** The connection that an application would have stored, its tokens in clear. */
export function connectionOf(account: SandboxAccount) {
  return {
    userId: account.userId,
    platform: account.platform,
    accountId: account.connectedAs ?? account.accountId,
    accountName: account.name,
    accessToken: account.accessToken,
    refreshToken: account.refreshToken ?? null,
    tokenExpiresAt: account.tokenExpiresAt ?? null,
  };
}
