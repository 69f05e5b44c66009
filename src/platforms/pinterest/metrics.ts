import type { MetricInfo } from '../contract.js';

/** Counted by day, under the names of `metric_types`. Rates are not among them: they cannot be added up. */
export const DAILY: readonly (MetricInfo & { readonly apiName: string })[] = [
  {
    name: 'impression',
    apiName: 'IMPRESSION',
    unit: 'count',
    aggregate: 'sum',
    main: 'Impressions',
    meaning: 'Times Pins were on screen, including advertising',
  },
  {
    name: 'engagement',
    apiName: 'ENGAGEMENT',
    unit: 'count',
    aggregate: 'sum',
    main: 'Engagements',
    meaning: 'Saves, clicks and other interactions with Pins, including advertising',
  },
  {
    name: 'pin_click',
    apiName: 'PIN_CLICK',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Clicks on Pins, to content on Pinterest or elsewhere; including advertising',
  },
  {
    name: 'outbound_click',
    apiName: 'OUTBOUND_CLICK',
    unit: 'count',
    aggregate: 'sum',
    main: 'Outbound clicks',
    meaning: 'Clicks on Pins that led to a destination outside Pinterest, including advertising',
  },
  {
    name: 'save',
    apiName: 'SAVE',
    unit: 'count',
    aggregate: 'sum',
    meaning: 'Times Pins were saved to a board, including advertising',
  },
];

/** Totals on the profile at the time of the request. */
export const CLOSING: readonly MetricInfo[] = [
  {
    name: 'follower_count',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    main: 'Followers',
    meaning: 'Followers at the end of the day, read when it is collected',
  },
  {
    name: 'following_count',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Accounts that this one follows, read when the day is collected',
  },
  {
    name: 'pin_count',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    meaning: 'Pins on the profile, read when the day is collected',
  },
];
