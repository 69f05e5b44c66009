import type { Reconciliation } from '../contract.js';
import { type AskedMetric, apiNames, givenUpFirst, ofSeveralDays } from '../shared/metrics.js';

export const REACTIONS = 'page_actions_post_reactions_total';
export const UNIQUE_VIEWERS = 'page_total_media_view_unique';

const REACH_RETIRED = [
  { from: '2026-06-15', change: 'Facebook retired its metrics of reach; unique viewers of media are counted instead.' },
];

/** `daily`: in one request for all days. `reach`: unique viewers of the 7 and 28 days that end with a day, in the same request. */
export const METRICS: readonly AskedMetric<'daily' | 'reach'>[] = [
  {
    name: 'page_media_view',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    main: 'Views',
    meaning: "Times the Page's content was played or shown",
  },
  {
    name: 'page_impressions',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'page_media_view',
    breaks: [{ from: '2025-11-15', change: 'Facebook retired page_impressions; page_media_view counts otherwise.' }],
    meaning:
      'Retired name, kept for existing queries: repeats page_media_view, which replaced it and counts differently',
  },
  {
    name: UNIQUE_VIEWERS,
    unit: 'accounts',
    aggregate: 'none',
    asked: 'daily',
    breaks: REACH_RETIRED,
    main: 'Reach',
    meaning: "Accounts that saw any of the Page's content; must not be summed over days",
  },
  {
    name: 'reach_7d',
    apiName: UNIQUE_VIEWERS,
    unit: 'accounts',
    aggregate: 'none',
    asked: 'reach',
    period: 'week',
    breaks: REACH_RETIRED,
    meaning: "Accounts that saw any of the Page's content in the 7 days ending with this one, each counted once",
  },
  {
    name: 'reach_28d',
    apiName: UNIQUE_VIEWERS,
    unit: 'accounts',
    aggregate: 'none',
    asked: 'reach',
    period: 'days_28',
    breaks: REACH_RETIRED,
    meaning: "Accounts that saw any of the Page's content in the 28 days ending with this one, each counted once",
  },
  {
    name: 'page_post_engagements',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    main: 'Engagements',
    meaning: 'Reactions, comments, shares and clicks on posts',
  },
  {
    name: 'page_engaged_users',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'page_post_engagements',
    approximate: true,
    meaning:
      'Retired name, kept for existing queries: repeats page_post_engagements, which counts events; this one counted people',
  },
  {
    name: 'page_views_total',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    meaning: 'Visits to the Page itself',
  },
  {
    name: 'page_views',
    unit: 'count',
    aggregate: 'sum',
    aliasOf: 'page_views_total',
    approximate: true,
    meaning: 'Retired name, kept for existing queries: repeats page_views_total, the nearest metric that still exists',
  },
  {
    name: 'page_follows',
    unit: 'accounts',
    aggregate: 'last',
    asked: 'daily',
    main: 'Followers',
    meaning: 'Followers at the end of the day',
  },
  {
    name: 'page_daily_follows_unique',
    unit: 'accounts',
    aggregate: 'sum',
    asked: 'daily',
    meaning:
      'Accounts that followed, each counted once per day. Over several days, one that follows again counts again',
  },
  {
    name: 'page_daily_unfollows_unique',
    unit: 'accounts',
    aggregate: 'sum',
    asked: 'daily',
    meaning:
      'Accounts that unfollowed, each counted once per day. Over several days, one that leaves twice counts twice',
  },
  {
    name: 'page_total_actions',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 2,
    meaning: "Clicks on the Page's contact details and call-to-action button",
  },
  {
    name: 'page_video_views',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 2,
    meaning: "Times the Page's videos played for at least 3 seconds, or to the end if they are shorter",
  },
  {
    name: 'page_video_view_time',
    unit: 'milliseconds',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 2,
    meaning: "Time people spent watching the Page's videos",
  },
  {
    name: REACTIONS,
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    givenUp: 2,
    meaning: 'Reactions to posts: the sum over the kinds of reaction. No value if the API lists no kind',
  },
  {
    name: 'page_messages_new_conversations_unique',
    unit: 'count',
    aggregate: 'sum',
    asked: 'daily',
    optional: true,
    // Requires the most permissions.
    givenUp: 1,
    meaning: 'Messenger conversations with people who had never written to the Page before',
  },
];

/** All three are figures of the Page's day; someone who follows and leaves on the same day is in both counts. */
export const RECONCILES: readonly Reconciliation[] = [
  {
    kind: 'change',
    level: 'page_follows',
    gained: 'page_daily_follows_unique',
    lost: 'page_daily_unfollows_unique',
  },
];

export const DAILY = apiNames(METRICS.filter(({ asked }) => asked === 'daily'));
/** Metrics that a day is complete without. */
export const OPTIONAL = apiNames(METRICS.filter(({ optional }) => optional));
export const GIVEN_UP_FIRST = givenUpFirst(METRICS);
export const REACH_PERIODS = ofSeveralDays(METRICS);
