import { expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import type { Account } from '../../../src/platforms/contract.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { answerFrom, type Expectation, holdRecorded, readRecorded } from '../../support/recorded.js';
import { instagramAt } from './at.js';

const ACCOUNT: Account = {
  accountId: '17841400000000001',
  accessToken: 'EAAtoken',
  refreshToken: null,
  tokenExpiresAt: null,
};
const NOW = new Date('2026-11-22T12:00:00Z');
const DATE = '2026-11-21';
const EMPTY: Answer = [200, { data: [] }];

interface OfInstagram extends Expectation {
  /** The day asked for; the day before `NOW` if not said. */
  readonly date?: string;
  /** The insights requests that get the recorded answer; all if not said. The others are answered as `others` says. */
  readonly when?: (query: URLSearchParams) => boolean;
  readonly others?: (query: URLSearchParams) => Answer;
}

/** Every metric at 1, without a split. */
const ones = (query: URLSearchParams): Answer => [
  200,
  { data: (query.get('metric') ?? '').split(',').map((name) => ({ name, total_value: { value: 1 } })) },
];
const asks = (metric: string) => (query: URLSearchParams) => query.get('metric')?.split(',').includes(metric) ?? false;
const isTotals = (query: URLSearchParams) => !query.has('breakdown') && asks('likes')(query);

const TOTALS =
  'reach views impressions accounts_engaged total_interactions likes comments saves shares replies reposts profile_links_taps';
const onesOf = (...without: string[]) =>
  Object.fromEntries(
    `${TOTALS} profile_views website_clicks`
      .split(' ')
      .filter((name) => !without.includes(name))
      .map((name) => [name, 1]),
  );

const TABLE: Readonly<Record<string, OfInstagram>> = {
  'total-value-day.json': {
    shows: 'totals without a series',
    rows: { [DATE]: { reach: 2164, accounts_engaged: 13, total_interactions: 27, profile_views: 67 } },
  },
  'reach-by-media-product-type.json': {
    shows: 'slices of unique accounts that exceed their total',
    rows: { [DATE]: { reach: 257 } },
    splits: { reach: { postTypes: { post: 5, reel: 255 } } },
  },
  'reach-time-series-localised.json': {
    shows: 'the value labelled with the asked day, among several, under a title in another language',
    date: '2025-10-11',
    rows: { '2025-10-11': { reach: 2 } },
  },
  'values-and-total-value-together.json': {
    shows: 'one value given in both forms, which is one value',
    edit: (body) => `{"data":[${body.replaceAll('navigation"', 'replies"')}]}`,
    rows: { [DATE]: { replies: 25 } },
  },
  'breakdown-carousel-and-post.json': {
    shows: 'two types that are one of ours, whose unique accounts are not added up',
    rows: { [DATE]: { reach: 224 } },
    splits: {},
  },
  'follows-and-unfollows.json': {
    shows: 'followers won and lost, in a breakdown without a total',
    rows: { [DATE]: { follows: 12, unfollows: 5 } },
  },
  'follows-and-unfollows-no-total.json': { shows: 'an insight without any value, which is not zero' },
  'breakdown-only-one-category.json': {
    shows: 'a total of zero beside a breakdown without categories',
    rows: { [DATE]: { profile_links_taps: 0 } },
    splits: {},
  },
  'one-day-all-zero.json': { shows: 'a zero, as it is given', rows: { [DATE]: { reach: 0 } } },
  'old-month-negative-interactions.json': {
    shows: 'interactions undone, as they are given',
    rows: { [DATE]: { views: 0, impressions: 0, total_interactions: -3 } },
  },
  'follower-count-and-reach-series.json': {
    shows: 'a series of one, beside an insight that nobody asked for',
    date: '2024-01-15',
    rows: { '2024-01-15': { reach: 500 } },
  },
  'error-100-since-two-years.json': {
    shows: 'a day further back than the API answers for, which is lost',
    date: '2024-11-22',
    skips: 'out_of_reach',
  },
  'error-100-metric-list.json': {
    shows: 'the list of valid metrics: what is not in it is dropped, the rest asked again',
    when: (query) => asks('views')(query) || asks('reposts')(query),
    others: ones,
    rows: { [DATE]: onesOf('views', 'impressions', 'reposts') },
    warns: [/refuses views/, /refuses reposts/],
  },
  'error-100-impressions-retired.json': {
    shows: 'a metric retired by name, which is dropped',
    edit: (body) => body.replace('the impressions metric', 'the replies metric'),
    when: asks('replies'),
    others: ones,
    rows: { [DATE]: onesOf('replies') },
    warns: [/refuses replies/],
  },
  'error-100-incompatible-breakdowns.json': {
    shows: 'a breakdown refused for one metric, which keeps its total',
    when: (query) => query.has('breakdown') && asks('views')(query),
    others: ones,
    rows: { [DATE]: onesOf() },
    warns: [/by media_product_type refuses views/, /by follow_type refuses views/],
  },
  'error-100-2108006.json': {
    shows: 'an error whose title alone says what is wrong',
    fails: 'unexpected_response day',
    says: /Insights error; Media posted before business account conversion \(code 100\/2108006\)/,
  },
  'error-2500-unknown-path.json': {
    shows: 'an edge that this account does not have, which concerns no other',
    fails: 'configuration connection',
    says: /the account id/,
    requests: 1,
  },
  'error-4-transient.json': {
    shows: 'the limit of the app, which is not called on four times',
    fails: 'throttled connection',
    retried: 1,
    requests: 2,
  },
  'error-80002.json': { shows: 'the limit of an account', fails: 'throttled connection', retried: 3, requests: 4 },
  'error-80002-with-usage-header.json': {
    shows: 'the limit of an account for 19 minutes, in which it is not asked',
    fails: 'throttled connection',
    says: /19 min/,
    requests: 1,
  },
  'error-1-unknown.json': {
    shows: 'an unknown error, worth few attempts, with the undocumented metrics and without',
    when: isTotals,
    others: ones,
    fails: 'platform_error day',
    retried: 2,
    requests: 4,
  },
  'error-minus1-fatal.json': {
    shows: 'a fatal error of one metric, which is found, and the others kept',
    when: asks('shares'),
    others: ones,
    rows: { [DATE]: onesOf('shares') },
    warns: [/v25.0: shares could not be fetched/, /by media_product_type: shares could not be fetched/],
  },
  'error-200-api-access-blocked.json': {
    shows: 'the app is blocked, which no reconnection heals',
    fails: 'configuration platform',
    says: /API access blocked.*administrator of the app/,
    neverSays: /connect/,
    requests: 1,
  },
};

holdRecorded('instagram', TABLE, (answer, { date = DATE, when = () => true, others }, recorded) => ({
  now: NOW,
  answer: ({ searchParams: query }) => {
    const breakdown = query.get('breakdown');
    // A breakdown is an answer to the request for it alone.
    const isForIt = breakdown === null || answer[0] !== 200 || JSON.stringify(recorded.body).includes(`"${breakdown}"`);
    if (when(query) && isForIt) return answer;
    return others?.(query) ?? EMPTY;
  },
  collect: (url, context) => instagramAt(url).collect(ACCOUNT, [dayOf(date, 'America/Los_Angeles')], context),
}));

it('pauses the app for all accounts after an answer that its limit is reached, and then longer than a run waits', async () => {
  const limit = answerFrom(readRecorded('instagram/error-4-transient.json'));
  const { context, client, now } = lentContext(NOW);
  const askedAt: number[] = [];
  const { url } = await serveApi(() => {
    askedAt.push(now().getTime());
    return limit;
  });
  const platform = instagramAt(url);
  for (const account of ['one', 'another']) {
    const lent = { ...context, http: client.lane('test', account) };
    await expect(platform.collect(ACCOUNT, [dayOf(DATE, 'America/Los_Angeles')], lent)).rejects.toMatchObject({
      reason: 'throttled',
    });
  }
  const pauses = askedAt.slice(1).map((at, i) => at - (askedAt[i] ?? 0));
  expect(pauses).toEqual([expect.toSatisfy((pause: number) => pause >= 300_000)]);
});
