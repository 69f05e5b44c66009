import type { MetricInfo } from '../contract.js';

/** In one request, as totals of the day. */
export const TOTALS = [
  'reach',
  'views',
  'accounts_engaged',
  'total_interactions',
  'likes',
  'comments',
  'saves',
  'shares',
  'replies',
  'reposts',
  'profile_links_taps',
] as const;

/** Those that the API splits by `media_product_type`. */
export const SPLIT_BY_CONTENT = [
  'reach',
  'views',
  'total_interactions',
  'likes',
  'comments',
  'saves',
  'shares',
] as const;

/** What `follow_type` is asked of. `follows_and_unfollows` has no value without it. */
export const SPLIT_BY_FOLLOWER = ['reach', 'views', 'follows_and_unfollows'] as const;

/** Of those, what a day is complete without. */
export const OPTIONAL_BY_FOLLOWER: readonly string[] = ['reach', 'views'];

/** Answered, but no longer documented: asked apart, so that its end does not cost the others. */
export const UNDOCUMENTED = ['profile_views', 'website_clicks'] as const;

/** Of the profile, as of now. */
export const PROFILE = ['followers_count', 'follows_count', 'media_count'] as const;

/** Unique accounts of several days, which cannot be had from those of each: the API's period and the name stored. */
export const REACH_PERIODS = [
  { period: 'week', metric: 'reach_7d' },
  { period: 'days_28', metric: 'reach_28d' },
] as const;

/** `media_product_type`, lower case and without underscores, under the names that readers know; both spellings are on the wire. */
export const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['post', 'post'],
  ['feed', 'post'],
  ['carouselcontainer', 'post'],
  ['reel', 'reel'],
  ['reels', 'reel'],
  ['story', 'story'],
  ['ad', 'ad'],
]);

/** `follow_type` of a viewer. */
export const FOLLOW_TYPES: ReadonlyMap<string, string> = new Map([
  ['follower', 'follower'],
  ['nonfollower', 'non_follower'],
]);

export const METRICS: readonly MetricInfo[] = [
  {
    name: 'reach',
    apiName: 'reach',
    unit: 'accounts',
    aggregate: 'none',
    meaning: 'Accounts that saw any of the content; estimated, never to be summed over days',
  },
  {
    name: 'reach_7d',
    apiName: 'reach',
    unit: 'accounts',
    aggregate: 'none',
    period: 'week',
    meaning: 'Accounts that saw any of the content in the 7 days that end with this one, each counted once',
  },
  {
    name: 'reach_28d',
    apiName: 'reach',
    unit: 'accounts',
    aggregate: 'none',
    period: 'days_28',
    meaning: 'Accounts that saw any of the content in the 28 days that end with this one, each counted once',
  },
  {
    name: 'views',
    apiName: 'views',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Times that content was played or shown',
  },
  {
    name: 'impressions',
    apiName: 'views',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'views',
    meaning: 'The retired name, kept for its readers: repeats views, which succeeded it',
  },
  {
    name: 'profile_views',
    apiName: 'profile_views',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Visits to the profile; no longer documented, may cease',
  },
  {
    name: 'website_clicks',
    apiName: 'website_clicks',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Taps on the website of the profile; no longer documented, may cease',
  },
  {
    name: 'accounts_engaged',
    apiName: 'accounts_engaged',
    unit: 'accounts',
    aggregate: 'none',
    meaning: 'Accounts that interacted; estimated, never to be summed over days',
  },
  {
    name: 'total_interactions',
    apiName: 'total_interactions',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Likes, comments, saves, shares and replies, less those undone; may be negative',
  },
  { name: 'likes', apiName: 'likes', unit: 'count', aggregate: 'sum', meaning: 'Likes received' },
  { name: 'comments', apiName: 'comments', unit: 'count', aggregate: 'sum', meaning: 'Comments received' },
  { name: 'saves', apiName: 'saves', unit: 'count', aggregate: 'sum', meaning: 'Times that content was saved' },
  { name: 'shares', apiName: 'shares', unit: 'count', aggregate: 'sum', meaning: 'Times that content was shared' },
  { name: 'replies', apiName: 'replies', unit: 'count', aggregate: 'sum', meaning: 'Replies to stories' },
  { name: 'reposts', apiName: 'reposts', unit: 'count', aggregate: 'sum', meaning: 'Times that content was reposted' },
  {
    name: 'profile_links_taps',
    apiName: 'profile_links_taps',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Taps on the address, call, e-mail and text buttons',
  },
  {
    name: 'follows',
    apiName: 'follows_and_unfollows',
    unit: 'accounts',
    aggregate: 'sum',
    meaning:
      'Accounts that began to follow; not given below 100 followers. Over several days, one that came back counts again',
  },
  {
    name: 'unfollows',
    apiName: 'follows_and_unfollows',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Accounts that ceased to follow, or left Instagram; not given below 100 followers',
  },
  {
    name: 'followers_count',
    apiName: 'followers_count',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Followers at the end of the day, as of the collection',
  },
  {
    name: 'follows_count',
    apiName: 'follows_count',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Accounts that this one follows, as of the collection',
  },
  {
    name: 'media_count',
    apiName: 'media_count',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Posts, reels and other media on the profile, as of the collection',
  },
];
