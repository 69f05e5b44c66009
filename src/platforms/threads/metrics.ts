import { type AskedMetric, apiNames } from '../shared/metrics.js';

/** `series`: a value for each day of a window. `totals`: one value for a window of one day. `now`: as of the request, in a request of its own. */
export const METRICS: readonly AskedMetric<'series' | 'totals' | 'now'>[] = [
  {
    name: 'views',
    unit: 'count',
    aggregate: 'sum',
    asked: 'series',
    main: 'Views',
    // Meta calls it views of the profile. Over two measured months, it differed from the sum of the posts' views by 0.4 %.
    meaning: 'Times content was shown; not visits to the profile',
  },
  {
    name: 'likes',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    main: 'Likes',
    meaning: 'Likes on posts',
  },
  {
    name: 'replies',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    main: 'Replies',
    meaning: 'Replies to posts; replies to replies are not counted',
  },
  { name: 'reposts', unit: 'count', aggregate: 'sum', asked: 'totals', meaning: 'Times posts were reposted' },
  { name: 'quotes', unit: 'count', aggregate: 'sum', asked: 'totals', meaning: 'Times posts were quoted' },
  {
    name: 'clicks',
    unit: 'count',
    aggregate: 'sum',
    asked: 'totals',
    meaning: "Clicks on the account's links: the sum over the links. No value if the API lists no link",
  },
  {
    name: 'followers_count',
    unit: 'accounts',
    aggregate: 'last',
    asked: 'now',
    period: 'lifetime',
    main: 'Followers',
    meaning:
      'Followers at the end of the day, read when it is collected; not reported without a linked Instagram account',
  },
];

export const SERIES = askedAs('series');
export const TOTALS = askedAs('totals');
export const NOW = askedAs('now');

function askedAs(request: 'series' | 'totals' | 'now'): string[] {
  return apiNames(METRICS.filter(({ asked }) => asked === request));
}
