import type { Breakdown } from './values.js';

/** The API's own list, in its order, because it appears in an error message. */
export const INSTAGRAM_METRIC_NAMES = [
  'reach',
  'follower_count',
  'website_clicks',
  'profile_views',
  'online_followers',
  'accounts_engaged',
  'total_interactions',
  'likes',
  'comments',
  'shares',
  'saves',
  'replies',
  'engaged_audience_demographics',
  'reached_audience_demographics',
  'follower_demographics',
  'follows_and_unfollows',
  'profile_links_taps',
  'views',
  'threads_likes',
  'threads_replies',
  'reposts',
  'quotes',
  'threads_followers',
  'threads_follower_demographics',
  'content_views',
  'threads_views',
  'threads_clicks',
  'threads_reposts',
] as const;

/** Metrics with `values[]`; all others need `metric_type=total_value`. */
export const SERIES_METRICS: ReadonlySet<string> = new Set(['reach', 'follower_count', 'online_followers']);
/** Metrics that have no `total_value`. */
export const SERIES_ONLY_METRICS: ReadonlySet<string> = new Set(['follower_count', 'online_followers']);
/** Metrics that exist only with `period=lifetime`. */
export const LIFETIME_METRICS: ReadonlySet<string> = new Set([
  'online_followers',
  'engaged_audience_demographics',
  'reached_audience_demographics',
  'follower_demographics',
  'threads_follower_demographics',
]);

export const PERIODS = ['day', 'week', 'days_28', 'month', 'lifetime', 'total_over_range'] as const;

/** All values that the parameter accepts; the metrics that support each are below. */
export const BREAKDOWN_NAMES = [
  'media_product_type',
  'follow_type',
  'contact_button_type',
  'age',
  'city',
  'country',
  'gender',
] as const;

const MEDIA: readonly Breakdown[] = ['media_product_type'];

export const BREAKDOWNS: Readonly<Record<string, readonly Breakdown[]>> = {
  reach: ['media_product_type', 'follow_type'],
  views: ['media_product_type', 'follow_type'],
  total_interactions: MEDIA,
  likes: MEDIA,
  comments: MEDIA,
  saves: MEDIA,
  shares: MEDIA,
  follows_and_unfollows: ['follow_type'],
  profile_links_taps: ['contact_button_type'],
};
