import type { MetricInfo } from '../contract.js';

/** The entity Account: https://docs.joinmastodon.org/entities/Account. */
export const METRICS: readonly MetricInfo[] = [
  {
    name: 'followers_count',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    main: 'Followers',
    meaning: 'Accounts that follow the account, as of the collection',
  },
  {
    name: 'follows_count',
    apiName: 'following_count',
    unit: 'accounts',
    aggregate: 'last',
    period: 'lifetime',
    main: 'Following',
    meaning: 'Accounts that the account follows, as of the collection',
  },
  {
    name: 'posts_count',
    apiName: 'statuses_count',
    unit: 'count',
    aggregate: 'last',
    period: 'lifetime',
    main: 'Posts',
    meaning: 'Posts of the account, as of the collection',
  },
];
