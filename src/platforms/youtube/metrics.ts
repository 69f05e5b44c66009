import type { MetricInfo } from '../contract.js';

/** By day, in one request for all days. */
export const DAILY = [
  'views',
  'engagedViews',
  'redViews',
  'estimatedMinutesWatched',
  'averageViewDuration',
  'averageViewPercentage',
  'subscribersGained',
  'subscribersLost',
  'likes',
  'comments',
  'shares',
  'videosAddedToPlaylists',
  'videosRemovedFromPlaylists',
] as const;

/** What a day is complete without. */
export const OPTIONAL: readonly string[] = [
  'videosAddedToPlaylists',
  'videosRemovedFromPlaylists',
  'redViews',
  'averageViewPercentage',
];

/**
 * Given up in this order when YouTube refuses the whole query without naming the metric at fault: first what a day is complete
 * without, last `engagedViews`, which is what `views` meant before August 2026.
 */
export const GIVEN_UP_FIRST: readonly (readonly string[])[] = [
  OPTIONAL,
  ['likes', 'comments', 'shares'],
  ['engagedViews'],
];

/** An average over content types is not the sum of theirs. */
export const SPLIT_BY_CONTENT: readonly string[] = DAILY.filter((metric) => !metric.startsWith('average'));

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
    aggregate: 'sum',
    meaning:
      'Views, counted from the first frame since late August 2026 (Shorts since 31 March 2025): a break in the series',
  },
  {
    name: 'engagedViews',
    apiName: 'engagedViews',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Views past the first frame, or begun with a click or tap: what views meant before',
  },
  {
    name: 'redViews',
    apiName: 'redViews',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Views by members of YouTube Premium; part of views',
  },
  {
    name: 'estimatedMinutesWatched',
    apiName: 'estimatedMinutesWatched',
    unit: 'minutes',
    aggregate: 'sum',
    meaning: 'Time that viewers spent watching',
  },
  {
    name: 'averageViewDuration',
    apiName: 'averageViewDuration',
    unit: 'seconds',
    aggregate: 'none',
    meaning: 'Average length of a view; never to be summed or averaged over days',
  },
  {
    name: 'averageViewPercentage',
    apiName: 'averageViewPercentage',
    unit: 'percent',
    aggregate: 'none',
    meaning: 'Average part of a video that a view lasted; never to be summed or averaged over days',
  },
  {
    name: 'subscribersGained',
    apiName: 'subscribersGained',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Accounts that subscribed',
  },
  {
    name: 'subscribersLost',
    apiName: 'subscribersLost',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Accounts that unsubscribed',
  },
  {
    name: 'likes',
    apiName: 'likes',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Likes received, less those taken back',
  },
  { name: 'comments', apiName: 'comments', unit: 'count', aggregate: 'sum', meaning: 'Comments received' },
  { name: 'shares', apiName: 'shares', unit: 'count', aggregate: 'sum', meaning: 'Times that videos were shared' },
  {
    name: 'videosAddedToPlaylists',
    apiName: 'videosAddedToPlaylists',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Times that the channel's videos were added to a playlist, whoever's it is",
  },
  {
    name: 'videosRemovedFromPlaylists',
    apiName: 'videosRemovedFromPlaylists',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Times that the channel's videos were removed from a playlist, whoever's it is",
  },
  {
    name: 'subscriberCount',
    apiName: 'subscriberCount',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Subscribers at the end of the day, as of the collection; rounded down to three digits above 1,000',
  },
  {
    name: 'viewCount',
    apiName: 'viewCount',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Views of the channel since it began, as of the collection',
  },
  {
    name: 'videoCount',
    apiName: 'videoCount',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Public videos of the channel, as of the collection',
  },
];
