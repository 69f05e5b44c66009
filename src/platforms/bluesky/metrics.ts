import type { MetricInfo } from '../contract.js';

/** `app.bsky.actor.defs#profileViewDetailed` in the lexicons of github.com/bluesky-social/atproto. */
export const METRICS: readonly MetricInfo[] = [
  {
    name: 'followers_count',
    apiName: 'followersCount',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    main: 'Followers',
    meaning: 'Accounts that follow the account, as of the collection',
  },
  {
    name: 'follows_count',
    apiName: 'followsCount',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    main: 'Following',
    meaning: 'Accounts that the account follows, as of the collection',
  },
  {
    name: 'posts_count',
    apiName: 'postsCount',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    main: 'Posts',
    meaning: 'Posts of the account, as of the collection',
  },
];
