import { z } from 'zod';
import type { MetricInfo } from '../platform.js';

const fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof fields>;

/** One of LinkedIn's statistics, an element a day. */
export interface Resource {
  readonly path: string;
  /** The finder and the parameter that names the page are called alike. */
  readonly finder: 'organization' | 'organizationalEntity';
  /** Where an element holds its numbers. */
  readonly fields: z.ZodType<Fields>;
  readonly metrics: readonly string[];
}

export const PAGE_STATISTICS: Resource = {
  path: 'organizationPageStatistics',
  finder: 'organization',
  fields: z
    .object({
      totalPageStatistics: z.object({ views: z.object({ allPageViews: fields.nullish() }).nullish() }).nullish(),
    })
    .transform((element) => element.totalPageStatistics?.views?.allPageViews ?? {}),
  metrics: ['pageViews', 'uniquePageViews'],
};

export const FOLLOWER_STATISTICS: Resource = {
  path: 'organizationalEntityFollowerStatistics',
  finder: 'organizationalEntity',
  fields: z.object({ followerGains: fields.nullish() }).transform((element) => element.followerGains ?? {}),
  metrics: ['organicFollowerGain', 'paidFollowerGain'],
};

export const SHARE_STATISTICS: Resource = {
  path: 'organizationalEntityShareStatistics',
  finder: 'organizationalEntity',
  fields: z.object({ totalShareStatistics: fields.nullish() }).transform(({ totalShareStatistics: found }) => ({
    ...found,
    // Both spellings are on the wire.
    uniqueImpressionsCount: found?.uniqueImpressionsCount ?? found?.uniqueImpressionsCounts,
  })),
  metrics: [
    'impressionCount',
    'uniqueImpressionsCount',
    'clickCount',
    'likeCount',
    'commentCount',
    'shareCount',
    'engagement',
  ],
};

export const FOLLOWERS_TOTAL = 'firstDegreeSize';

export const METRICS: readonly MetricInfo[] = [
  { name: 'pageViews', apiName: 'allPageViews.pageViews', unit: 'count', meaning: 'Visits to the page' },
  {
    name: 'uniquePageViews',
    apiName: 'allPageViews.uniquePageViews',
    unit: 'accounts',
    meaning: 'Members who visited the page; never to be summed over days',
  },
  {
    name: 'organicFollowerGain',
    apiName: 'organicFollowerGain',
    unit: 'accounts',
    meaning: 'Followers won without advertising, less those lost; may be negative',
  },
  {
    name: 'paidFollowerGain',
    apiName: 'paidFollowerGain',
    unit: 'accounts',
    meaning: 'Followers won by advertising, less those lost; may be negative',
  },
  {
    name: 'impressionCount',
    apiName: 'impressionCount',
    unit: 'count',
    meaning: "Times that the page's posts were shown, without advertising",
  },
  {
    name: 'uniqueImpressionsCount',
    apiName: 'uniqueImpressionsCount',
    unit: 'accounts',
    meaning: 'Members to whom posts were shown; never to be summed over days',
  },
  { name: 'clickCount', apiName: 'clickCount', unit: 'count', meaning: 'Clicks on posts' },
  {
    name: 'likeCount',
    apiName: 'likeCount',
    unit: 'count',
    meaning: 'Reactions to posts, less those taken back; may be negative',
  },
  { name: 'commentCount', apiName: 'commentCount', unit: 'count', meaning: 'Comments on posts' },
  { name: 'shareCount', apiName: 'shareCount', unit: 'count', meaning: 'Times that posts were shared' },
  {
    name: 'engagement',
    apiName: 'engagement',
    unit: 'ratio',
    meaning: "The day's clicks, reactions, comments and shares over its impressions; never to be summed or averaged",
  },
  {
    name: FOLLOWERS_TOTAL,
    apiName: FOLLOWERS_TOTAL,
    unit: 'accounts',
    meaning: 'Followers at the end of the day, as of the collection',
  },
];
