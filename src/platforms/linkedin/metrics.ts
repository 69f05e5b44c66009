import { z } from 'zod';
import type { MetricInfo } from '../contract.js';
import { metricNumber } from '../shared/number.js';
import { list } from '../shared/shape.js';

const fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof fields>;

const buttons = list(z.object({ clicks: metricNumber }), 1_000);

/** One of LinkedIn's statistics, an element a day. */
export interface Resource {
  readonly path: string;
  /** The finder and the parameter that names the page are called alike. */
  readonly finder: 'organization' | 'organizationalEntity';
  /** Where an element holds its numbers. */
  readonly fields: z.ZodType<Fields>;
  readonly metrics: readonly string[];
  /** Those of them that a day is complete without. */
  readonly optional: readonly string[];
}

const OPTIONAL_OF_PAGE = ['desktopPageViews', 'mobilePageViews', 'desktopButtonClicks', 'mobileButtonClicks'];

export const PAGE_STATISTICS: Resource = {
  path: 'organizationPageStatistics',
  finder: 'organization',
  fields: z
    .object({
      totalPageStatistics: z
        .object({
          views: z.object({ allPageViews: fields.nullish() }).catchall(z.unknown()).nullish(),
          clicks: z.unknown().optional(),
        })
        .nullish(),
    })
    .transform(({ totalPageStatistics: found }) => {
      const clicks = fieldsOf(found?.clicks);
      return {
        ...found?.views?.allPageViews,
        desktopPageViews: fieldsOf(found?.views?.allDesktopPageViews).pageViews,
        mobilePageViews: fieldsOf(found?.views?.allMobilePageViews).pageViews,
        desktopButtonClicks: clicksOf(clicks.desktopCustomButtonClickCounts),
        mobileButtonClicks: clicksOf(clicks.mobileCustomButtonClickCounts),
      };
    }),
  metrics: ['pageViews', 'uniquePageViews', ...OPTIONAL_OF_PAGE],
  optional: OPTIONAL_OF_PAGE,
};

function fieldsOf(value: unknown): Fields {
  return fields.safeParse(value).data ?? {};
}

/** Over all buttons: an empty list says that none was clicked. What is no such list is read as a number, or found unreadable. */
function clicksOf(counts: unknown): unknown {
  const parsed = buttons.safeParse(counts);
  return parsed.success ? parsed.data.reduce((sum, { clicks }) => sum + clicks, 0) : (counts ?? undefined);
}

export const FOLLOWER_STATISTICS: Resource = {
  path: 'organizationalEntityFollowerStatistics',
  finder: 'organizationalEntity',
  fields: z.object({ followerGains: fields.nullish() }).transform((element) => element.followerGains ?? {}),
  metrics: ['organicFollowerGain', 'paidFollowerGain'],
  optional: [],
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
  optional: [],
};

export const FOLLOWERS_TOTAL = 'firstDegreeSize';

export const METRICS: readonly MetricInfo[] = [
  {
    name: 'pageViews',
    apiName: 'allPageViews.pageViews',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Visits to the page',
  },
  {
    name: 'uniquePageViews',
    apiName: 'allPageViews.uniquePageViews',
    unit: 'accounts',
    aggregate: 'none',
    meaning: 'Members who visited the page; never to be summed over days',
  },
  {
    name: 'desktopPageViews',
    apiName: 'allDesktopPageViews.pageViews',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Visits to the page from a desktop; part of pageViews',
  },
  {
    name: 'mobilePageViews',
    apiName: 'allMobilePageViews.pageViews',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Visits to the page from a mobile device; part of pageViews',
  },
  {
    name: 'desktopButtonClicks',
    apiName: 'desktopCustomButtonClickCounts',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Clicks on the page's own buttons, such as Visit website, from a desktop",
  },
  {
    name: 'mobileButtonClicks',
    apiName: 'mobileCustomButtonClickCounts',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Taps on the page's own buttons, such as Visit website, from a mobile device",
  },
  {
    name: 'organicFollowerGain',
    apiName: 'organicFollowerGain',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Followers won without advertising, less those lost; may be negative',
  },
  {
    name: 'paidFollowerGain',
    apiName: 'paidFollowerGain',
    unit: 'accounts',
    aggregate: 'sum',
    meaning: 'Followers won by advertising, less those lost; may be negative',
  },
  {
    name: 'impressionCount',
    apiName: 'impressionCount',
    unit: 'count',
    aggregate: 'sum',
    meaning: "Times that the page's posts were shown, without advertising",
  },
  {
    name: 'uniqueImpressionsCount',
    apiName: 'uniqueImpressionsCount',
    unit: 'accounts',
    aggregate: 'none',
    meaning: 'Members to whom posts were shown; never to be summed over days',
  },
  { name: 'clickCount', apiName: 'clickCount', unit: 'count', aggregate: 'sum', meaning: 'Clicks on posts' },
  {
    name: 'likeCount',
    apiName: 'likeCount',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Reactions to posts, less those taken back; may be negative',
  },
  { name: 'commentCount', apiName: 'commentCount', unit: 'count', aggregate: 'sum', meaning: 'Comments on posts' },
  {
    name: 'shareCount',
    apiName: 'shareCount',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Times that posts were shared',
  },
  {
    name: 'engagement',
    apiName: 'engagement',
    unit: 'ratio',
    aggregate: 'none',
    meaning: "The day's clicks, reactions, comments and shares over its impressions; never to be summed or averaged",
  },
  {
    name: FOLLOWERS_TOTAL,
    apiName: FOLLOWERS_TOTAL,
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Followers at the end of the day, as of the collection',
  },
];
