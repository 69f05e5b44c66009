import type { MetricInfo } from '../platform.js';

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

/** Answered, but no longer documented: asked apart, so that its end does not cost the others. */
export const UNDOCUMENTED = ['profile_views'] as const;

/** What every row of `follows_and_unfollows` broken down by `follow_type` stands for: gained and lost, as measured, not as documented. */
export const FOLLOW_TYPES: ReadonlyMap<string, string> = new Map([
  ['FOLLOWER', 'follows'],
  ['NON_FOLLOWER', 'unfollows'],
]);

/** `media_product_type` under the names that readers know; both spellings are on the wire. Others keep their name, lower case. */
export const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['POST', 'post'],
  ['FEED', 'post'],
  ['CAROUSEL_CONTAINER', 'post'],
  ['REEL', 'reel'],
  ['REELS', 'reel'],
  ['STORY', 'story'],
  ['AD', 'ad'],
]);

export const METRICS: readonly MetricInfo[] = [
  {
    name: 'reach',
    apiName: 'reach',
    unit: 'accounts',
    meaning: 'Accounts that saw any of the content; estimated, never to be summed over days',
  },
  { name: 'views', apiName: 'views', unit: 'count', meaning: 'Times that content was played or shown' },
  {
    name: 'impressions',
    apiName: 'views',
    unit: 'count',
    meaning: 'The retired name, kept for its readers: holds views',
  },
  {
    name: 'profile_views',
    apiName: 'profile_views',
    unit: 'count',
    meaning: 'Visits to the profile; no longer documented, may cease',
  },
  {
    name: 'accounts_engaged',
    apiName: 'accounts_engaged',
    unit: 'accounts',
    meaning: 'Accounts that interacted; estimated, never to be summed over days',
  },
  {
    name: 'total_interactions',
    apiName: 'total_interactions',
    unit: 'count',
    meaning: 'Likes, comments, saves, shares and replies, less those undone',
  },
  { name: 'likes', apiName: 'likes', unit: 'count', meaning: 'Likes received' },
  { name: 'comments', apiName: 'comments', unit: 'count', meaning: 'Comments received' },
  { name: 'saves', apiName: 'saves', unit: 'count', meaning: 'Times that content was saved' },
  { name: 'shares', apiName: 'shares', unit: 'count', meaning: 'Times that content was shared' },
  { name: 'replies', apiName: 'replies', unit: 'count', meaning: 'Replies to stories' },
  { name: 'reposts', apiName: 'reposts', unit: 'count', meaning: 'Times that content was reposted' },
  {
    name: 'profile_links_taps',
    apiName: 'profile_links_taps',
    unit: 'count',
    meaning: 'Taps on the address, call, e-mail and text buttons',
  },
  {
    name: 'follows',
    apiName: 'follows_and_unfollows',
    unit: 'accounts',
    meaning: 'Accounts that began to follow; none below 100 followers',
  },
  {
    name: 'unfollows',
    apiName: 'follows_and_unfollows',
    unit: 'accounts',
    meaning: 'Accounts that ceased to follow, or left; none below 100 followers',
  },
  {
    name: 'followers_count',
    apiName: 'followers_count',
    unit: 'accounts',
    meaning: 'Followers at the end of the day, as of the collection',
  },
];
