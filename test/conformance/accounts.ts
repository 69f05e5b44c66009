import type { FaultKind, SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';

/** Noon UTC: 2026-11-21 is the last day that has ended, in UTC as in Los Angeles. */
export const NOON = new Date('2026-11-22T12:00:00Z');

/** What a platform is held to, told apart from its code. */
export interface Expectation {
  readonly account: SandboxAccount;
  /** Stored under the name on the left, from what the platform calls as on the right. */
  readonly daily: Readonly<Record<string, string>>;
  /** Those of them that are asked for only once a day has settled. */
  readonly settledOnly?: readonly string[];
  /** As of now, filed under the last ended day, whether that has data or not. */
  readonly closing: Readonly<Record<string, number>>;
  /** Metrics that only accounts of another kind have. */
  readonly others?: readonly string[];
  /** Of several days, filed under the last ended day where that has data: unique people, counted by what the platform calls as given. */
  readonly rolling: Readonly<Record<string, { readonly of: string; readonly days: number }>>;
  /** How each of the last seven days ends at `NOON`, oldest first, when nothing is wrong. */
  readonly states: string;
  /** At most so many requests for seven days of one healthy account. */
  readonly requests: number;
  /** A lateness that takes days away which have data otherwise, and how the days end then; null for figures as of now. */
  readonly late: { readonly hours: number; readonly states: string } | null;
  /** A metric that the platform retires, and what is lost with it. */
  readonly refused: { readonly metric: string; readonly lost: readonly string[]; readonly warnings: number };
}

/** The faults that a platform cannot have, and why. It is held to all others. */
export const IMPOSSIBLE: Readonly<Partial<Record<SandboxPlatform, Readonly<Partial<Record<FaultKind, string>>>>>> = {
  bluesky: { dead_token: 'there is no token', late: 'figures are as of now' },
  mastodon: { dead_token: 'there is no token', late: 'figures are as of now' },
};

const SAME = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
const base = { userId: 'u1', name: 'Oslo Cycles' };

export const EXPECTED: Readonly<Record<SandboxPlatform, Expectation>> = {
  instagram: {
    account: {
      ...base,
      platform: 'instagram',
      accountId: '17841400000000001',
      accessToken: 'EAAinstagram',
      followers: 1_000,
    },
    daily: {
      ...SAME(
        'reach',
        'views',
        'profile_views',
        'accounts_engaged',
        'total_interactions',
        'likes',
        'comments',
        'saves',
      ),
      ...SAME('shares', 'replies', 'reposts', 'profile_links_taps', 'follows', 'unfollows', 'website_clicks'),
      impressions: 'views',
    },
    settledOnly: ['follows', 'unfollows'],
    closing: { followers_count: 1_000, follows_count: 180, media_count: 321 },
    rolling: { reach_7d: { of: 'reach', days: 7 }, reach_28d: { of: 'reach', days: 28 } },
    states: 'settled settled settled settled settled provisional provisional',
    requests: 3 * 5 + 2 + 1 + 2,
    late: { hours: 30, states: 'settled settled settled settled settled pending pending' },
    refused: { metric: 'replies', lost: ['replies'], warnings: 1 },
  },
  facebook: {
    account: {
      ...base,
      platform: 'facebook',
      accountId: '104500000000001',
      accessToken: 'EAApage',
      followers: 1_000,
    },
    daily: {
      ...SAME('page_media_view', 'page_total_media_view_unique', 'page_post_engagements', 'page_views_total'),
      ...SAME('page_follows', 'page_daily_follows_unique', 'page_daily_unfollows_unique'),
      ...SAME('page_total_actions', 'page_video_views', 'page_video_view_time'),
      ...SAME('page_actions_post_reactions_total', 'page_messages_new_conversations_unique'),
      page_impressions: 'page_media_view',
      page_engaged_users: 'page_post_engagements',
      page_views: 'page_views_total',
    },
    closing: {},
    rolling: {
      reach_7d: { of: 'page_total_media_view_unique', days: 7 },
      reach_28d: { of: 'page_total_media_view_unique', days: 28 },
    },
    states: 'settled settled settled settled settled provisional provisional',
    requests: 1,
    late: { hours: 30, states: 'settled settled settled settled settled pending pending' },
    refused: { metric: 'page_views_total', lost: ['page_views_total', 'page_views'], warnings: 1 },
  },
  youtube: {
    account: {
      ...base,
      platform: 'youtube',
      accountId: 'UCsandbox000000000000001',
      accessToken: 'ya29.one',
      refreshToken: '1//one',
      followers: 12_345,
    },
    daily: SAME(
      ...['views', 'engagedViews', 'estimatedMinutesWatched', 'averageViewDuration', 'subscribersGained'],
      ...['subscribersLost', 'likes', 'comments', 'shares', 'redViews', 'averageViewPercentage'],
      ...['videosAddedToPlaylists', 'videosRemovedFromPlaylists'],
    ),
    closing: { subscriberCount: 12_300, viewCount: 123_456, videoCount: 321 },
    rolling: {},
    states: 'settled settled settled provisional provisional pending pending',
    requests: 3,
    late: { hours: 80, states: 'settled settled settled pending pending pending pending' },
    // Where YouTube does not say which metric it refuses, all that a day is complete without are given up.
    refused: {
      metric: 'redViews',
      lost: ['videosAddedToPlaylists', 'videosRemovedFromPlaylists', 'redViews', 'averageViewPercentage'],
      warnings: 4,
    },
  },
  linkedin: {
    account: {
      ...base,
      platform: 'linkedin',
      accountId: '7000001',
      accessToken: 'AQXone',
      refreshToken: 'AQYone',
      followers: 1_000,
    },
    daily: SAME(
      ...['pageViews', 'uniquePageViews', 'organicFollowerGain', 'paidFollowerGain', 'impressionCount'],
      ...['uniqueImpressionsCount', 'clickCount', 'likeCount', 'commentCount', 'shareCount', 'engagement'],
      ...['desktopPageViews', 'mobilePageViews', 'desktopButtonClicks', 'mobileButtonClicks'],
    ),
    closing: { firstDegreeSize: 1_000 },
    rolling: {},
    states: 'settled settled settled settled provisional provisional pending',
    requests: 4,
    late: { hours: 60, states: 'settled settled settled settled provisional pending pending' },
    // LinkedIn is asked for no metric by name: a retired one is a field that is no longer there.
    refused: { metric: 'likeCount', lost: ['likeCount'], warnings: 0 },
  },
  pinterest: {
    account: {
      ...base,
      platform: 'pinterest',
      accountId: '2783136121146311751',
      accessToken: 'pina_one',
      refreshToken: 'pinr_one',
      followers: 1_000,
    },
    daily: {
      impression: 'IMPRESSION',
      pin_click: 'PIN_CLICK',
      outbound_click: 'OUTBOUND_CLICK',
      save: 'SAVE',
      engagement: 'ENGAGEMENT',
    },
    closing: { follower_count: 1_000, following_count: 347, pin_count: 339 },
    rolling: {},
    // Pinterest says itself which day is final: at noon, that of yesterday has no data and the one before is an estimate.
    states: 'settled settled settled settled settled provisional pending',
    requests: 2,
    late: { hours: 40, states: 'settled settled settled settled settled pending pending' },
    // Pinterest is asked for no metric by name: a retired one is no longer among those given.
    refused: { metric: 'SAVE', lost: ['save'], warnings: 0 },
  },
  threads: {
    account: {
      ...base,
      platform: 'threads',
      accountId: '25890000000000001',
      accessToken: 'THAAone',
      // A token whose end is not known is renewed first.
      tokenExpiresAt: '2027-01-20T00:00:00Z',
      followers: 1_000,
    },
    daily: SAME('views', 'likes', 'replies', 'reposts', 'quotes', 'clicks'),
    closing: { followers_count: 1_000 },
    rolling: {},
    states: 'settled settled settled settled settled provisional provisional',
    requests: 1 + 7 + 1,
    late: { hours: 30, states: 'settled settled settled settled settled pending pending' },
    refused: { metric: 'quotes', lost: ['quotes'], warnings: 1 },
  },
  tiktok: {
    account: {
      ...base,
      platform: 'tiktok',
      accountId: '_000RHcfeS51EbQXiIAxBzPvZ1Ww',
      accessToken: 'act.one',
      refreshToken: 'rft.one',
      followers: 1_000,
    },
    daily: SAME(
      ...['video_views', 'profile_views', 'likes', 'comments', 'shares', 'followers_count', 'unique_video_views'],
      ...['engaged_audience', 'daily_total_followers', 'daily_new_followers', 'daily_lost_followers'],
      ...['bio_link_clicks', 'phone_number_clicks', 'email_clicks', 'address_clicks', 'app_download_clicks'],
      'lead_submissions',
    ),
    closing: { following_count: 12, total_likes: 207_996, videos_count: 321 },
    // Those of the Display API: test/platforms/tiktok/display.test.ts.
    others: ['follower_count', 'likes_count', 'video_count'],
    rolling: {},
    // Values come 24 hours after the day's end, and are final after 48.
    states: 'settled settled settled settled settled provisional pending',
    requests: 1,
    late: { hours: 40, states: 'settled settled settled settled settled pending pending' },
    refused: { metric: 'shares', lost: ['shares'], warnings: 1 },
  },
  bluesky: {
    account: {
      ...base,
      platform: 'bluesky',
      accountId: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz',
      accessToken: '',
      followers: 1_000,
    },
    daily: {},
    closing: { followers_count: 1_000, follows_count: 180, posts_count: 321 },
    rolling: {},
    states: 'settled',
    requests: 1,
    late: null,
    refused: { metric: 'postsCount', lost: ['posts_count'], warnings: 0 },
  },
  mastodon: {
    account: {
      ...base,
      platform: 'mastodon',
      accountId: 'oslo_cycles@mastodon.example',
      accessToken: '',
      followers: 1_000,
    },
    daily: {},
    closing: { followers_count: 1_000, follows_count: 180, posts_count: 321 },
    rolling: {},
    states: 'settled',
    requests: 1,
    late: null,
    refused: { metric: 'statuses_count', lost: ['posts_count'], warnings: 0 },
  },
};
