import type { SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';

/** Noon UTC: 2026-11-21 is the last day that has ended, in UTC as in Los Angeles. */
export const NOON = new Date('2026-11-22T12:00:00Z');

/** What a platform is held to, told apart from its code. */
export interface Expectation {
  readonly account: SandboxAccount;
  /** Stored under the name on the left, from what the platform calls as on the right. */
  readonly daily: Readonly<Record<string, string>>;
  /** Filed under the last ended day. */
  readonly closing: Readonly<Record<string, number>>;
  /** How each of the last seven days ends at `NOON`, oldest first, when nothing is wrong. */
  readonly states: string;
  /** At most so many requests for seven days of one healthy account. */
  readonly requests: number;
  /** A lateness that takes days away which have data otherwise, and how the days end then. */
  readonly late: { readonly hours: number; readonly states: string };
  /** A metric that the platform retires, and what is lost with it. */
  readonly refused: { readonly metric: string; readonly lost: readonly string[]; readonly warnings: number };
}

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
      ...SAME('shares', 'replies', 'reposts', 'profile_links_taps', 'follows', 'unfollows'),
      impressions: 'views',
    },
    closing: { followers_count: 1_000 },
    states: 'settled settled settled settled settled provisional provisional',
    requests: 4 * 7 + 1,
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
      page_impressions: 'page_media_view',
      page_engaged_users: 'page_post_engagements',
      page_views: 'page_views_total',
    },
    closing: {},
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
      ...['subscribersLost', 'likes', 'comments', 'shares'],
    ),
    closing: { subscriberCount: 12_300, viewCount: 123_456, videoCount: 321 },
    states: 'settled settled settled provisional provisional pending pending',
    requests: 3,
    late: { hours: 80, states: 'settled settled settled pending pending pending pending' },
    refused: { metric: 'engagedViews', lost: ['engagedViews'], warnings: 1 },
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
    ),
    closing: { firstDegreeSize: 1_000 },
    states: 'settled settled settled settled provisional provisional pending',
    requests: 4,
    late: { hours: 60, states: 'settled settled settled settled provisional pending pending' },
    // LinkedIn is asked for no metric by name: a retired one is a field that is no longer there.
    refused: { metric: 'likeCount', lost: ['likeCount'], warnings: 0 },
  },
};
