import type { MetricInfo } from '../platform.js';

/** In one request for all days. */
export const ASKED = [
  'page_media_view',
  'page_total_media_view_unique',
  'page_post_engagements',
  'page_views_total',
  'page_follows',
  'page_daily_follows_unique',
  'page_daily_unfollows_unique',
] as const;

/** Names that Meta retired and readers know, each beside the metric it now holds. */
export const KEPT_NAMES: Readonly<Record<string, string>> = {
  page_media_view: 'page_impressions',
  page_post_engagements: 'page_engaged_users',
  page_views_total: 'page_views',
};

export const METRICS: readonly MetricInfo[] = [
  {
    name: 'page_media_view',
    apiName: 'page_media_view',
    unit: 'count',
    meaning: "Times that the Page's content was played or shown",
  },
  {
    name: 'page_impressions',
    apiName: 'page_media_view',
    unit: 'count',
    meaning: 'The retired name, kept for its readers: holds page_media_view',
  },
  {
    name: 'page_total_media_view_unique',
    apiName: 'page_total_media_view_unique',
    unit: 'accounts',
    meaning: 'Accounts that saw any of it; never to be summed over days',
  },
  {
    name: 'page_post_engagements',
    apiName: 'page_post_engagements',
    unit: 'count',
    meaning: 'Reactions, comments, shares and clicks on posts',
  },
  {
    name: 'page_engaged_users',
    apiName: 'page_post_engagements',
    unit: 'count',
    meaning: 'The retired name, kept for its readers: holds page_post_engagements',
  },
  { name: 'page_views_total', apiName: 'page_views_total', unit: 'count', meaning: 'Visits to the Page itself' },
  {
    name: 'page_views',
    apiName: 'page_views_total',
    unit: 'count',
    meaning: 'The retired name, kept for its readers: holds page_views_total',
  },
  { name: 'page_follows', apiName: 'page_follows', unit: 'accounts', meaning: 'Followers at the end of the day' },
  {
    name: 'page_daily_follows_unique',
    apiName: 'page_daily_follows_unique',
    unit: 'accounts',
    meaning: 'Accounts that began to follow',
  },
  {
    name: 'page_daily_unfollows_unique',
    apiName: 'page_daily_unfollows_unique',
    unit: 'accounts',
    meaning: 'Accounts that ceased to follow',
  },
];
