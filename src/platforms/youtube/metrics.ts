import { type AskedMetric, apiNames, givenUpFirst } from '../shared/metrics.js';

/**
 * `daily`: by day, in one request for all days. `totals`: of the channel, as of now. What a day is complete without is given up
 * first, `engagedViews` last, which is what `views` meant before August 2026. An average over content types is not the sum of theirs.
 */
export const METRICS: readonly AskedMetric<'daily' | 'totals'>[] = [
  {
    name: 'views',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    splits: ['postTypes'],
    meaning:
      'Views, counted from the first frame since late August 2026 (Shorts since 31 March 2025): a break in the series',
  },
  {
    name: 'engagedViews',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    givenUp: 3,
    splits: ['postTypes'],
    meaning: 'Views past the first frame, or begun with a click or tap: what views meant before',
  },
  {
    name: 'redViews',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 1,
    splits: ['postTypes'],
    meaning: 'Views by members of YouTube Premium; part of views',
  },
  {
    name: 'estimatedMinutesWatched',
    unit: 'minutes',
    aggregate: 'sum',
    asked: 'daily',
    splits: ['postTypes'],
    meaning: 'Time that viewers spent watching',
  },
  {
    name: 'averageViewDuration',
    unit: 'seconds',
    aggregate: 'none',
    asked: 'daily',
    meaning: 'Average length of a view; never to be summed or averaged over days',
  },
  {
    name: 'averageViewPercentage',
    unit: 'percent',
    aggregate: 'none',
    asked: 'daily',
    optional: true,
    givenUp: 1,
    meaning: 'Average part of a video that a view lasted; never to be summed or averaged over days',
  },
  {
    name: 'subscribersGained',
    unit: 'accounts',
    aggregate: 'sum',
    asked: 'daily',
    splits: ['postTypes'],
    meaning: 'Accounts that subscribed',
  },
  {
    name: 'subscribersLost',
    unit: 'accounts',
    aggregate: 'sum',
    asked: 'daily',
    splits: ['postTypes'],
    meaning: 'Accounts that unsubscribed',
  },
  {
    name: 'likes',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    givenUp: 2,
    splits: ['postTypes'],
    meaning: 'Likes received, less those taken back',
  },
  {
    name: 'comments',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    givenUp: 2,
    splits: ['postTypes'],
    meaning: 'Comments received',
  },
  {
    name: 'shares',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    givenUp: 2,
    splits: ['postTypes'],
    meaning: 'Times that videos were shared',
  },
  {
    name: 'videosAddedToPlaylists',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 1,
    splits: ['postTypes'],
    meaning: "Times that the channel's videos were added to a playlist, no matter whose",
  },
  {
    name: 'videosRemovedFromPlaylists',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 1,
    splits: ['postTypes'],
    meaning: "Times that the channel's videos were removed from a playlist, no matter whose",
  },
  {
    name: 'subscriberCount',
    unit: 'accounts',
    aggregate: 'last',
    asked: 'totals',
    period: 'lifetime',
    meaning: 'Subscribers at the end of the day, as of the collection; rounded down to three digits above 1,000',
  },
  {
    name: 'viewCount',
    unit: 'count',
    aggregate: 'last',
    asked: 'totals',
    period: 'lifetime',
    meaning: 'Views of the channel since it began, as of the collection',
  },
  {
    name: 'videoCount',
    unit: 'count',
    aggregate: 'last',
    asked: 'totals',
    period: 'lifetime',
    meaning: 'Public videos of the channel, as of the collection',
  },
];

export const DAILY = apiNames(METRICS.filter(({ asked }) => asked === 'daily'));
export const TOTALS = apiNames(METRICS.filter(({ asked }) => asked === 'totals'));
/** What a day is complete without. */
export const OPTIONAL = apiNames(METRICS.filter(({ optional }) => optional));
export const GIVEN_UP_FIRST = givenUpFirst(METRICS);
export const SPLIT_BY_CONTENT = apiNames(METRICS.filter(({ splits }) => splits?.includes('postTypes')));

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
