import type { Reconciliation } from '../contract.js';
import { type AskedMetric, apiNames, givenUpFirst } from '../shared/metrics.js';

/**
 * `daily`: by day, in one request for all days. `totals`: of the channel, as of now. Optional metrics are given up first;
 * `engagedViews` is given up last, because it is what `views` meant before August 2026. Averages have no splits: an average over
 * content types is not the sum of theirs.
 */
export const METRICS: readonly AskedMetric<'daily' | 'totals'>[] = [
  {
    name: 'views',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    splits: ['postTypes'],
    breaks: [
      { from: '2025-03-31', change: 'YouTube counts every start and replay of a Short.' },
      {
        from: '2026-08-24',
        until: '2026-08-27',
        change:
          'YouTube counts a view from the first frame, of long-form and live videos too; engagedViews keeps the former meaning.',
      },
    ],
    main: 'Views',
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
    meaning: 'Views that went past the first frame or began with a click or tap: what views counted before',
  },
  {
    name: 'redViews',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 1,
    splits: ['postTypes'],
    meaning: 'Views by YouTube Premium members; included in views',
  },
  {
    name: 'estimatedMinutesWatched',
    unit: 'minutes',
    aggregate: 'sum',
    asked: 'daily',
    splits: ['postTypes'],
    main: 'Watch time',
    meaning: 'Time viewers spent watching',
  },
  {
    name: 'averageViewDuration',
    unit: 'seconds',
    aggregate: 'none',
    asked: 'daily',
    meaning: 'Average length of a view; must not be summed or averaged over days',
  },
  {
    name: 'averageViewPercentage',
    unit: 'percent',
    aggregate: 'none',
    asked: 'daily',
    optional: true,
    givenUp: 1,
    meaning: 'Average share of a video that a view lasted; must not be summed or averaged over days',
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
    main: 'Likes',
    meaning: 'Likes received, minus those withdrawn',
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
    meaning: 'Times videos were shared',
  },
  {
    name: 'videosAddedToPlaylists',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 1,
    splits: ['postTypes'],
    meaning: "Times the channel's videos were added to anyone's playlist",
  },
  {
    name: 'videosRemovedFromPlaylists',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 1,
    splits: ['postTypes'],
    meaning: "Times the channel's videos were removed from anyone's playlist",
  },
  {
    name: 'subscriberCount',
    unit: 'accounts',
    aggregate: 'last',
    asked: 'totals',
    period: 'lifetime',
    main: 'Subscribers',
    meaning:
      'Subscribers at the end of the day, read when it is collected; rounded down to three significant digits above 1,000',
  },
  {
    name: 'viewCount',
    unit: 'count',
    aggregate: 'last',
    asked: 'totals',
    period: 'lifetime',
    meaning: 'Views of the channel since it was created, read when the day is collected',
  },
  {
    name: 'videoCount',
    unit: 'count',
    aggregate: 'last',
    asked: 'totals',
    period: 'lifetime',
    meaning: 'Public videos of the channel, read when the day is collected',
  },
];

/** Each view is of one video, which has one type. Subscribers are not compared: their total is rounded. Nor are minutes, rounded by type. */
export const RECONCILES: readonly Reconciliation[] = [
  { kind: 'split', metric: 'views', split: 'post_types' },
  { kind: 'split', metric: 'engagedViews', split: 'post_types' },
];

export const DAILY = apiNames(METRICS.filter(({ asked }) => asked === 'daily'));
export const TOTALS = apiNames(METRICS.filter(({ asked }) => asked === 'totals'));
/** Metrics that a day is complete without. */
export const OPTIONAL = apiNames(METRICS.filter(({ optional }) => optional));
export const GIVEN_UP_FIRST = givenUpFirst(METRICS);
export const SPLIT_BY_CONTENT = apiNames(METRICS.filter(({ splits }) => splits?.includes('postTypes')));

/**
 * Stored name by `creatorContentType`, the latter in lower case and without underscores: it is documented as `VIDEO_ON_DEMAND`
 * and answered as `videoOnDemand`.
 */
export const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['shorts', 'short'],
  ['videoondemand', 'video'],
  ['livestream', 'live'],
  ['story', 'story'],
  ['posts', 'post'],
]);
