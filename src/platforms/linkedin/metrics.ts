import type { AskedMetric } from '../shared/metrics.js';

/** The resources of the API that have metrics. */
export type Request =
  | 'organizationPageStatistics'
  | 'organizationalEntityFollowerStatistics'
  | 'organizationalEntityShareStatistics'
  | 'networkSizes';

export const FOLLOWERS_TOTAL = 'firstDegreeSize';

export const METRICS: readonly AskedMetric<Request>[] = [
  {
    name: 'pageViews',
    apiName: 'allPageViews.pageViews',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationPageStatistics',
    meaning: 'Visits to the page',
  },
  {
    name: 'uniquePageViews',
    apiName: 'allPageViews.uniquePageViews',
    unit: 'accounts',
    aggregate: 'none',
    asked: 'organizationPageStatistics',
    meaning: 'Members who visited the page; must not be summed over days',
  },
  {
    name: 'desktopPageViews',
    apiName: 'allDesktopPageViews.pageViews',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationPageStatistics',
    optional: true,
    meaning: 'Visits to the page from a desktop; included in pageViews',
  },
  {
    name: 'mobilePageViews',
    apiName: 'allMobilePageViews.pageViews',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationPageStatistics',
    optional: true,
    meaning: 'Visits to the page from a mobile device; included in pageViews',
  },
  {
    name: 'desktopButtonClicks',
    apiName: 'desktopCustomButtonClickCounts',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationPageStatistics',
    optional: true,
    meaning: "Clicks on the page's own buttons, such as Visit website, from a desktop",
  },
  {
    name: 'mobileButtonClicks',
    apiName: 'mobileCustomButtonClickCounts',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationPageStatistics',
    optional: true,
    meaning: "Taps on the page's own buttons, such as Visit website, from a mobile device",
  },
  {
    name: 'organicFollowerGain',
    unit: 'accounts',
    aggregate: 'sum',
    asked: 'organizationalEntityFollowerStatistics',
    meaning: 'Followers gained without advertising, minus those lost; may be negative',
  },
  {
    name: 'paidFollowerGain',
    unit: 'accounts',
    aggregate: 'sum',
    asked: 'organizationalEntityFollowerStatistics',
    meaning: 'Followers gained through advertising, minus those lost; may be negative',
  },
  {
    name: 'impressionCount',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationalEntityShareStatistics',
    main: 'Impressions',
    meaning: "Times the page's posts were shown, not counting advertising",
  },
  {
    name: 'uniqueImpressionsCount',
    unit: 'accounts',
    aggregate: 'none',
    asked: 'organizationalEntityShareStatistics',
    main: 'Reach',
    meaning: 'Members who were shown posts; must not be summed over days',
  },
  {
    name: 'clickCount',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationalEntityShareStatistics',
    main: 'Clicks',
    meaning: 'Clicks on posts',
  },
  {
    name: 'likeCount',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationalEntityShareStatistics',
    meaning: 'Reactions to posts, minus those withdrawn; may be negative',
  },
  {
    name: 'commentCount',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationalEntityShareStatistics',
    meaning: 'Comments on posts',
  },
  {
    name: 'shareCount',
    unit: 'count',
    aggregate: 'sum',
    asked: 'organizationalEntityShareStatistics',
    meaning: 'Times posts were shared',
  },
  {
    name: 'engagement',
    unit: 'ratio',
    aggregate: 'none',
    asked: 'organizationalEntityShareStatistics',
    meaning:
      "The day's clicks, reactions, comments and shares divided by its impressions; must not be summed or averaged over days",
  },
  {
    name: FOLLOWERS_TOTAL,
    unit: 'accounts',
    aggregate: 'last',
    asked: 'networkSizes',
    period: 'lifetime',
    main: 'Followers',
    meaning: 'Followers at the end of the day, read when it is collected',
  },
];
