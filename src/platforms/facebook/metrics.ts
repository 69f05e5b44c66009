import type { MetricInfo } from '../contract.js';

export const REACTIONS = 'page_actions_post_reactions_total';
export const UNIQUE_VIEWERS = 'page_total_media_view_unique';

/** In one request for all days. */
export const ASKED = [
  'page_media_view',
  UNIQUE_VIEWERS,
  'page_post_engagements',
  'page_views_total',
  'page_follows',
  'page_daily_follows_unique',
  'page_daily_unfollows_unique',
  'page_total_actions',
  'page_video_views',
  'page_video_view_time',
  REACTIONS,
  'page_messages_new_conversations_unique',
] as const;

/** What a day is complete without. */
export const OPTIONAL: readonly string[] = [
  'page_total_actions',
  'page_video_views',
  'page_video_view_time',
  REACTIONS,
  'page_messages_new_conversations_unique',
];

/** Given up in this order when the request fails for a reason that may lie in them: messages want the most permissions. */
export const GIVEN_UP_FIRST: readonly (readonly string[])[] = [['page_messages_new_conversations_unique'], OPTIONAL];

/** Unique viewers of several days, which cannot be had from those of each: the API's period and the name stored. */
export const REACH_PERIODS = [
  { period: 'week', metric: 'reach_7d' },
  { period: 'days_28', metric: 'reach_28d' },
] as const;

export const METRICS: readonly MetricInfo[] = [
  {
    name: 'page_media_view',
    apiName: 'page_media_view',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Times that the Page's content was played or shown",
  },
  {
    name: 'page_impressions',
    apiName: 'page_media_view',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'page_media_view',
    meaning: 'The retired name, kept for its readers: repeats page_media_view, which succeeded it and counts otherwise',
  },
  {
    name: UNIQUE_VIEWERS,
    apiName: UNIQUE_VIEWERS,
    unit: 'accounts',
    aggregate: 'none',
    meaning: 'Accounts that saw any of it; never to be summed over days',
  },
  {
    name: 'reach_7d',
    apiName: UNIQUE_VIEWERS,
    unit: 'accounts',
    aggregate: 'none',
    period: 'week',
    meaning: 'Accounts that saw any of it in the 7 days that end with this one, each counted once',
  },
  {
    name: 'reach_28d',
    apiName: UNIQUE_VIEWERS,
    unit: 'accounts',
    aggregate: 'none',
    period: 'days_28',
    meaning: 'Accounts that saw any of it in the 28 days that end with this one, each counted once',
  },
  {
    name: 'page_post_engagements',
    apiName: 'page_post_engagements',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Reactions, comments, shares and clicks on posts',
  },
  {
    name: 'page_engaged_users',
    apiName: 'page_post_engagements',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'page_post_engagements',
    approximate: true,
    meaning:
      'The retired name, kept for its readers: repeats page_post_engagements, which counts events where this counted people',
  },
  {
    name: 'page_views_total',
    apiName: 'page_views_total',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Visits to the Page itself',
  },
  {
    name: 'page_views',
    apiName: 'page_views_total',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'page_views_total',
    approximate: true,
    meaning: 'The retired name, kept for its readers: repeats page_views_total, the nearest metric that is left',
  },
  {
    name: 'page_follows',
    apiName: 'page_follows',
    unit: 'accounts',
    aggregate: 'last',
    meaning: 'Followers at the end of the day',
  },
  {
    name: 'page_daily_follows_unique',
    apiName: 'page_daily_follows_unique',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Accounts that began to follow, each once a day. Over several days, one that came back counts again',
  },
  {
    name: 'page_daily_unfollows_unique',
    apiName: 'page_daily_unfollows_unique',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Accounts that ceased to follow, each once a day. Over several days, one that left twice counts twice',
  },
  {
    name: 'page_total_actions',
    apiName: 'page_total_actions',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Clicks on the Page's contact details and call-to-action button",
  },
  {
    name: 'page_video_views',
    apiName: 'page_video_views',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Times that the Page's videos played for at least 3 seconds, or to their end where they are shorter",
  },
  {
    name: 'page_video_view_time',
    apiName: 'page_video_view_time',
    unit: 'milliseconds',
    aggregate: 'sum',
    meaning: "Time that people spent watching the Page's videos",
  },
  {
    name: REACTIONS,
    apiName: REACTIONS,
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Reactions to posts: the sum of the kinds, which are all that the API gives. None where it lists no kind',
  },
  {
    name: 'page_messages_new_conversations_unique',
    apiName: 'page_messages_new_conversations_unique',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Conversations in Messenger with people who had never written to the Page before',
  },
];
