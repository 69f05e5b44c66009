import type { Reconciliation } from '../contract.js';
import { type AskedMetric, apiNames, ofSeveralDays } from '../shared/metrics.js';

type Request =
  /** In one request, as totals of the day. */
  | 'totals'
  /** New and lost followers, which have values only by `follow_type`. */
  | 'follows'
  /** Still answered with the totals, but no longer documented: a day is complete without it. */
  | 'undocumented'
  /** Unique accounts of the 7 and 28 days that end with a day. */
  | 'reach'
  /** Of the profile, as of now. */
  | 'profile';

export const METRICS: readonly AskedMetric<Request>[] = [
  {
    name: 'reach',
    unit: 'accounts',
    aggregate: 'none',
    asked: 'totals',
    splits: ['postTypes', 'followTypes'],
    main: 'Reach',
    meaning: 'Accounts that saw any of the content; estimated, must not be summed over days',
  },
  {
    name: 'reach_7d',
    apiName: 'reach',
    unit: 'accounts',
    aggregate: 'none',
    asked: 'reach',
    period: 'week',
    meaning: 'Accounts that saw any of the content in the 7 days ending with this one, each counted once',
  },
  {
    name: 'reach_28d',
    apiName: 'reach',
    unit: 'accounts',
    aggregate: 'none',
    asked: 'reach',
    period: 'days_28',
    meaning: 'Accounts that saw any of the content in the 28 days ending with this one, each counted once',
  },
  {
    name: 'views',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    splits: ['postTypes', 'followTypes'],
    main: 'Views',
    meaning: 'Times content was played or shown',
  },
  {
    name: 'impressions',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'views',
    breaks: [{ from: '2025-04-21', change: 'Instagram retired impressions; views counts otherwise.' }],
    meaning: 'Retired name, kept for existing queries: repeats views, which replaced it',
  },
  {
    name: 'profile_views',
    unit: 'count',
    aggregate: 'sum',
    asked: 'undocumented',
    meaning: 'Visits to the profile; no longer documented, may be removed',
  },
  {
    name: 'website_clicks',
    unit: 'count',
    aggregate: 'sum',
    asked: 'undocumented',
    meaning: 'Taps on the website link in the profile; no longer documented, may be removed',
  },
  {
    name: 'accounts_engaged',
    unit: 'accounts',
    aggregate: 'none',
    asked: 'totals',
    meaning: 'Accounts that interacted with the content; estimated, must not be summed over days',
  },
  {
    name: 'total_interactions',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    splits: ['postTypes'],
    main: 'Interactions',
    meaning: 'Likes, comments, saves, shares and replies, minus those undone; may be negative',
  },
  { name: 'likes', unit: 'count', aggregate: 'sum', asked: 'totals', splits: ['postTypes'], meaning: 'Likes received' },
  {
    name: 'comments',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    splits: ['postTypes'],
    meaning: 'Comments received',
  },
  {
    name: 'saves',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    splits: ['postTypes'],
    meaning: 'Times content was saved',
  },
  {
    name: 'shares',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    splits: ['postTypes'],
    meaning: 'Times content was shared',
  },
  { name: 'replies', unit: 'count', aggregate: 'sum', asked: 'totals', meaning: 'Replies to stories' },
  { name: 'reposts', unit: 'count', aggregate: 'sum', asked: 'totals', meaning: 'Times content was reposted' },
  {
    name: 'profile_links_taps',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    meaning: 'Taps on the address, call, e-mail and text buttons',
  },
  {
    name: 'follows',
    apiName: 'follows_and_unfollows',
    unit: 'accounts',
    aggregate: 'sum',
    asked: 'follows',
    meaning:
      'Accounts that followed; not reported below 100 followers. Over several days, one that follows again counts again',
  },
  {
    name: 'unfollows',
    apiName: 'follows_and_unfollows',
    unit: 'accounts',
    aggregate: 'sum',
    asked: 'follows',
    meaning: 'Accounts that unfollowed or left Instagram; not reported below 100 followers',
  },
  {
    name: 'followers_count',
    unit: 'accounts',
    aggregate: 'last',
    asked: 'profile',
    period: 'lifetime',
    main: 'Followers',
    meaning: 'Followers at the end of the day, read when it is collected',
  },
  {
    name: 'follows_count',
    unit: 'accounts',
    aggregate: 'last',
    asked: 'profile',
    period: 'lifetime',
    meaning: 'Accounts that this one follows, read when the day is collected',
  },
  {
    name: 'media_count',
    unit: 'count',
    aggregate: 'last',
    asked: 'profile',
    period: 'lifetime',
    meaning: 'Posts, reels and other media on the profile, read when the day is collected',
  },
];

/**
 * Views are counts of plays, each in one type. Followers are not compared: their total is of the time of the request, not of the day's
 * end. Nor are unique accounts, which may be in several types, or counts from which undone interactions are taken off.
 */
export const RECONCILES: readonly Reconciliation[] = [
  { kind: 'split', metric: 'views', split: 'post_types' },
  { kind: 'split', metric: 'views', split: 'follow_types' },
];

export const TOTALS = askedAs('totals');
export const FOLLOWS = askedAs('follows');
export const UNDOCUMENTED = askedAs('undocumented');
export const PROFILE = askedAs('profile');
export const REACH_PERIODS = ofSeveralDays(METRICS);
/** Those that the API splits by `media_product_type`. */
export const SPLIT_BY_CONTENT = splitInto('postTypes');
/** Those that the API splits by `follow_type`. */
export const SPLIT_BY_FOLLOWER = splitInto('followTypes');

/** Stored name by `media_product_type`, the latter in lower case and without underscores: the API sends several spellings. */
export const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['post', 'post'],
  ['feed', 'post'],
  ['carouselcontainer', 'post'],
  ['reel', 'reel'],
  ['reels', 'reel'],
  ['story', 'story'],
  ['ad', 'ad'],
]);

/** Stored name by the viewer's `follow_type`, in the same spelling. */
export const FOLLOW_TYPES: ReadonlyMap<string, string> = new Map([
  ['follower', 'follower'],
  ['nonfollower', 'non_follower'],
]);

function askedAs(request: Request): string[] {
  return apiNames(METRICS.filter(({ asked }) => asked === request));
}

function splitInto(kind: 'postTypes' | 'followTypes'): string[] {
  return apiNames(METRICS.filter(({ splits }) => splits?.includes(kind)));
}
