import type { MetricInfo } from '../platform.js';

/** By day, in one request for all days. */
export const DAILY = [
  'views',
  'engagedViews',
  'estimatedMinutesWatched',
  'averageViewDuration',
  'subscribersGained',
  'subscribersLost',
  'likes',
  'comments',
  'shares',
] as const;

/**
 * Given up in this order when YouTube refuses the whole query without naming the metric at fault: first the one that its
 * deprecation policy does not protect, then all that are not the heart of the matter.
 */
export const GIVEN_UP_FIRST: readonly (readonly string[])[] = [['engagedViews'], ['likes', 'comments', 'shares']];

/** An average over content types is not the sum of theirs. */
export const SPLIT_BY_CONTENT: readonly string[] = DAILY.filter((metric) => metric !== 'averageViewDuration');

/**
 * `creatorContentType`, lower case and without underscores (documented as `VIDEO_ON_DEMAND`, answered as `videoOnDemand`), under
 * the names that readers know.
 */
export const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['shorts', 'short'],
  ['videoondemand', 'video'],
  ['livestream', 'live'],
  ['story', 'story'],
  ['posts', 'post'],
]);

/** Of the channel, as of now. */
export const TOTALS = ['subscriberCount', 'viewCount', 'videoCount'] as const;

export const METRICS: readonly MetricInfo[] = [
  {
    name: 'views',
    apiName: 'views',
    unit: 'count',
    meaning:
      'Views, counted from the first frame since late August 2026 (Shorts since April 2025): a break in the series',
  },
  {
    name: 'engagedViews',
    apiName: 'engagedViews',
    unit: 'count',
    meaning: 'Views past the first frame, or begun with a click or tap: what views meant before',
  },
  {
    name: 'estimatedMinutesWatched',
    apiName: 'estimatedMinutesWatched',
    unit: 'minutes',
    meaning: 'Time that viewers spent watching',
  },
  {
    name: 'averageViewDuration',
    apiName: 'averageViewDuration',
    unit: 'seconds',
    meaning: 'Average length of a view; never to be summed or averaged over days',
  },
  { name: 'subscribersGained', apiName: 'subscribersGained', unit: 'accounts', meaning: 'Accounts that subscribed' },
  { name: 'subscribersLost', apiName: 'subscribersLost', unit: 'accounts', meaning: 'Accounts that unsubscribed' },
  { name: 'likes', apiName: 'likes', unit: 'count', meaning: 'Likes received, less those taken back' },
  { name: 'comments', apiName: 'comments', unit: 'count', meaning: 'Comments received' },
  { name: 'shares', apiName: 'shares', unit: 'count', meaning: 'Times that videos were shared' },
  {
    name: 'subscriberCount',
    apiName: 'subscriberCount',
    unit: 'accounts',
    meaning: 'Subscribers at the end of the day, as of the collection; rounded down to three digits above 1,000',
  },
  {
    name: 'viewCount',
    apiName: 'viewCount',
    unit: 'count',
    meaning: 'Views of the channel since it began, as of the collection',
  },
  {
    name: 'videoCount',
    apiName: 'videoCount',
    unit: 'count',
    meaning: 'Public videos of the channel, as of the collection',
  },
];
