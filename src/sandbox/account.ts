export const SANDBOX_PLATFORMS = [
  'instagram',
  'facebook',
  'youtube',
  'linkedin',
  'pinterest',
  'threads',
  'tiktok',
  'bluesky',
  'mastodon',
] as const;

/** A platform that the sandbox simulates. */
export type SandboxPlatform = (typeof SANDBOX_PLATFORMS)[number];

/** An account in the sandbox, and how it misbehaves. All tokens are made up. */
export interface SandboxAccount {
  readonly platform: SandboxPlatform;
  /** The user of the collector who connected it. */
  readonly userId: string;
  /** The platform's own id: Instagram user, Facebook Page, YouTube channel, LinkedIn organization (its number), Pinterest account, Threads profile, TikTok `open_id`, Bluesky handle or DID, `user@server` of Mastodon. */
  readonly accountId: string;
  /** The `account_id` of the collector's connection, if it is not `accountId`: the Page of an Instagram account. */
  readonly connectedAs?: string;
  readonly name: string;
  /** Instagram: tokens that begin with `IG` are valid only at graph.instagram.com, all others only at graph.facebook.com. Empty for Bluesky and Mastodon. */
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** The `token_expires_at` of the collector's connection, ISO 8601; absent if it is unknown. */
  readonly tokenExpiresAt?: string;
  /** Facebook, and Instagram with the Facebook login: until when the app may read its data, ISO 8601. Default: for 90 days more. */
  readonly accessEndsAt?: string;
  /** Instagram: the Page it is connected to. */
  readonly pageId?: string;
  /** Facebook: the Page's own token. If given, `accessToken` is a user's and gives no insights; otherwise `accessToken` is the Page's. */
  readonly pageToken?: string;
  /** TikTok: its token is one of the Display API, or it is no Business account. Default: a Business account with a token of the Accounts API. */
  readonly kind?: 'display' | 'personal';
  /** Below 100, Instagram withholds `follower_count` and `follows_and_unfollows`. */
  readonly followers: number;
  readonly fault?: Fault;
  /** How its values appear over time: the first course that matches a metric and a day. If none does, the final value is shown at once. */
  readonly courses?: readonly Course[];
  /** Between these instants (ms since the epoch, the second excluded), answers for the account are empty. */
  readonly silences?: readonly (readonly [since: number, until: number])[];
}

export interface Course {
  /** The platform's own names of metrics that appear later than the rest of the day. Default: all. */
  readonly metrics?: readonly string[];
  /** Days of the platform, `YYYY-MM-DD`. Default: all. */
  readonly dates?: readonly string[];
  /** In chronological order; before the first there is no value. */
  readonly steps: readonly Step[];
}

/** The share of a day's final values that is shown from some hours after its end: 0.8 before a correction upwards, 1.05 before one downwards. */
interface Step {
  readonly fromHours: number;
  readonly share: number;
}

/** `times`: only this many first requests of the account meet the fault, as with a flaky account. Default: all do. */
export type Fault = { readonly times?: number } & (
  | { readonly kind: PlainFault }
  /** Days have no data until this many hours after their end. */
  | { readonly kind: 'late'; readonly hours: number }
  /** That day (`YYYY-MM-DD`) has no data, but the days around it do. */
  | { readonly kind: 'gap'; readonly date: string }
  /** Meta 190; YouTube 401 and `invalid_grant` for the refresh token; LinkedIn 401 65602, Pinterest 401 and TikTok 40105 likewise. `subcode`: Meta's, default 463. */
  | { readonly kind: 'dead_token'; readonly subcode?: number }
  /** `code`: Meta's (4, 17, 32, 613, 80001, 80002). `window`: how long YouTube's and LinkedIn's quota is used up, default a day. */
  | { readonly kind: 'throttled'; readonly code?: number; readonly window?: 'MINUTE' | 'DAY' }
  /** Meta and YouTube refuse the account this metric, as if they had retired it; Threads `followers_count`, as to one without Instagram. */
  | { readonly kind: 'refused_metric'; readonly metric: string }
  /** Meta answers each request for this metric with an unknown error, code -1. */
  | { readonly kind: 'broken_metric'; readonly metric: string }
  /** HTTP 500 with the platform's own message. `code`: Meta's, 1 (unknown) or 2 (service), default 2. */
  | { readonly kind: 'server_error'; readonly code?: 1 | 2 }
);

/** A fault without parameters. */
export type PlainFault =
  /** The access token has expired; the refresh token still works (YouTube, LinkedIn, Pinterest, TikTok). */
  | 'expired_token'
  /** Meta #10; YouTube, LinkedIn and Pinterest 403. */
  | 'missing_permission'
  /** Meta: the token belongs to another app, so that the `appsecret_proof` does not match. */
  | 'foreign_app'
  /** Meta: the account is of another kind, and refuses every metric. */
  | 'wrong_kind'
  /** Facebook without `read_insights`: HTTP 200 and `"data": []`, no error. */
  | 'permission_empty'
  /** HTTP 503 with an HTML page. */
  | 'api_down'
  /** HTTP 200 without data for any day. */
  | 'no_data'
  /** Answers as if there were fewer than 100 followers, whatever `followers` says. */
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
  /** Every object has an extra key. */
  | 'unknown_fields'
  /** Every second object of a list lacks its value. */
  | 'missing_fields'
  /** The request is accepted and never answered. */
  | 'stall'
  /** The connection is closed without an answer. */
  | 'reset';

export type FaultKind = Fault['kind'];
export type FaultOf<K extends FaultKind> = Fault & { readonly kind: K };

/** The connection that an application would have stored, with unencrypted tokens. */
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
