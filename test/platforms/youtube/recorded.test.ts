import { datesBetween, dayOf } from '../../../src/collector/day.js';
import type { Account } from '../../../src/platforms/contract.js';
import type { Answer } from '../../support/api.js';
import { nonEmpty } from '../../support/non-empty.js';
import { type Expectation, holdRecorded } from '../../support/recorded.js';
import { youtubeAt } from './at.js';

const ACCOUNT: Account = {
  accountId: 'UCaaaaaaaaaaaaaaaaaaaaa1',
  accessToken: 'ya29.one',
  refreshToken: '1//refresh',
  tokenExpiresAt: null,
};
const NOW = new Date('2026-11-22T12:00:00Z');
const DATE = '2026-11-18';

interface OfYouTube extends Expectation {
  /** The first and the last day asked for. Closing figures are filed under the last. */
  readonly days?: readonly [string, string];
  /** The requests that get the recorded answer; those of the API it was recorded at if not said. */
  readonly when?: (url: URL) => boolean;
}

const isChannel = ({ pathname }: URL) => pathname.endsWith('/channels');
const isReport = ({ pathname }: URL) => pathname.endsWith('/reports');
const isSplit = ({ searchParams }: URL) => searchParams.get('dimensions') === 'day,creatorContentType';

/** 5 of each metric on the last day, all by Shorts. */
function report(date: string, { searchParams }: URL): Answer {
  const [day = '', ...types] = searchParams.get('dimensions')?.split(',') ?? [];
  const metrics = searchParams.get('metrics')?.split(',') ?? [];
  const columnHeaders = [day, ...types, ...metrics].map((name) => ({ name }));
  return [200, { columnHeaders, rows: [[date, ...types.map(() => 'shorts'), ...metrics.map(() => 5)]] }];
}

const METRICS =
  'views engagedViews redViews estimatedMinutesWatched averageViewDuration averageViewPercentage subscribersGained subscribersLost likes comments shares videosAddedToPlaylists videosRemovedFromPlaylists';
const OPTIONAL = ['redViews', 'averageViewPercentage', 'videosAddedToPlaylists', 'videosRemovedFromPlaylists'];
const fives = (...without: string[]) =>
  Object.fromEntries(
    METRICS.split(' ')
      .filter((name) => !without.includes(name))
      .map((name) => [name, 5]),
  );

const withReport = { [DATE]: fives() };
const expired: Pick<OfYouTube, 'fails' | 'says'> = {
  fails: 'needs_reconnect connection',
  says: /connect the account again/,
};
const byType: Pick<OfYouTube, 'days' | 'when' | 'rows' | 'splits'> = {
  days: ['2026-06-01', '2026-06-01'],
  when: isSplit,
  rows: { '2026-06-01': fives() },
  splits: { views: { postTypes: { short: 500, video: 120, live: 3 } } },
};

const TABLE: Readonly<Record<string, OfYouTube>> = {
  'report-by-day.json': {
    shows: 'seven days, of integers and decimals, with a column that nobody asked for',
    days: ['2022-06-20', '2022-06-26'],
    when: (url) => isReport(url) && !isSplit(url),
    rows: {
      '2022-06-20': { views: 778, likes: 8, comments: 0 },
      '2022-06-21': { views: 1062, likes: 32, comments: 8 },
      '2022-06-22': { views: 946, likes: 38, comments: 6 },
      '2022-06-23': { views: 5107, likes: 199, comments: 15 },
      '2022-06-24': { views: 2137, likes: 61, comments: 2 },
      '2022-06-25': { views: 1005, likes: 31, comments: 6 },
      '2022-06-26': { views: 888, likes: 12, comments: 1 },
    },
  },
  'report-total.json': {
    shows: 'a total, which belongs to no day',
    fails: 'unexpected_response day',
    says: /day/,
  },
  'report-without-rows.json': { shows: 'no rows: nothing yet' },
  'content-type-camel-case.json': {
    ...byType,
    shows: 'content types as they are on the wire; what is none is no type',
  },
  'content-type-upper-case.json': { ...byType, shows: 'content types as they are documented' },
  'channel-statistics.json': {
    shows: 'three totals, as strings',
    rows: { [DATE]: { ...fives(), subscriberCount: 1, viewCount: 16, videoCount: 1 } },
  },
  'channel-hidden-subscribers.json': {
    shows: 'a count of subscribers that are hidden',
    rows: { [DATE]: { ...fives(), viewCount: 50_000, videoCount: 42 } },
  },
  'channel-hidden-without-count.json': {
    shows: 'hidden subscribers without a count',
    rows: { [DATE]: { ...fives(), videoCount: 10 } },
  },
  'channel-no-items.json': {
    shows: 'no channel, which does not undo a report with rows',
    rows: withReport,
    warns: [/channel totals could not be fetched/],
  },
  'error-400-unknown-identifier.json': {
    shows: 'the name of a metric that the API does not know: it is dropped, the rest asked again',
    edit: (body) => body.replaceAll('(impressions)', '(shares)'),
    when: (url) => isReport(url) && (url.searchParams.get('metrics')?.includes('shares') ?? false),
    rows: { [DATE]: fives('shares') },
    warns: [/refuses shares: Unknown identifier \(shares\)/],
    // A report refused, one without the metric, its split, the totals.
    requests: 4,
  },
  'error-400-query-not-supported.json': {
    shows: 'a refusal that does not say of which metric: fewer are asked for',
    when: (url) => isReport(url) && (url.searchParams.get('metrics')?.includes('redViews') ?? false),
    rows: { [DATE]: fives(...OPTIONAL) },
    warns: [
      /refuses redViews/,
      /refuses averageViewPercentage/,
      /refuses videosAddedToPlaylists/,
      /refuses videosRemovedFromPlaylists/,
    ],
  },
  'error-401-auth-error.json': {
    shows: 'a token that the Data API does not accept, nor the renewed one: the totals warn',
    rows: withReport,
    warns: [/channel totals could not be fetched: .*connect the account again/],
  },
  'error-401-unauthenticated.json': {
    ...expired,
    shows: 'a token that the Analytics API does not accept, nor the renewed one',
    requests: 3,
  },
  'error-401-signup-required.json': {
    shows: 'a Google account without a channel',
    when: isReport,
    fails: 'needs_reconnect connection',
    says: /no YouTube channel/,
    requests: 1,
  },
  'error-403-subscription-forbidden.json': {
    shows: 'a permission that is missing, in the older form, or the token of another channel, which is looked up',
    when: isReport,
    fails: 'missing_permission connection',
    requests: 2,
  },
  'error-403-insufficient-scopes.json': {
    shows: 'a permission that is missing, in both forms',
    fails: 'missing_permission connection',
    says: /yt-analytics\.readonly/,
    requests: 1,
  },
  'error-403-data-api-disabled.json': {
    shows: 'the Data API not enabled: the totals warn',
    rows: withReport,
    warns: [/channel totals could not be fetched: .*enable the API/],
  },
  'error-403-data-api-quota.json': {
    shows: 'the quota of the Data API: the totals warn',
    rows: withReport,
    warns: [/channel totals could not be fetched: .*quota/],
  },
  'error-403-account-suspended.json': {
    shows: 'a suspended account, told as such',
    when: isReport,
    fails: 'missing_permission connection',
    says: /is suspended.*appeal/,
    neverSays: /connect it|connect the/,
    requests: 1,
  },
  'error-429-per-minute.json': { shows: 'the limit of a minute', fails: 'throttled connection', retried: 3 },
  'error-429-per-day.json': {
    shows: 'the limit of a day',
    fails: 'quota_exhausted platform',
    says: /midnight Pacific/,
    requests: 1,
  },
};

holdRecorded('youtube', TABLE, (recorded, { days: [first, last] = [DATE, DATE], when }, { request }) => ({
  now: NOW,
  lastEndedDate: last,
  answer: (url) => {
    if (url.pathname === '/token') return [200, { access_token: 'ya29.two' }];
    if ((when ?? (request.includes('/youtube/v3/') ? isChannel : isReport))(url)) return recorded;
    if (isChannel(url)) return [200, { items: [{ id: ACCOUNT.accountId, statistics: {} }] }];
    return report(last, url);
  },
  collect: (url, context) =>
    youtubeAt(url).collect(
      ACCOUNT,
      nonEmpty(datesBetween(first, last).map((date) => dayOf(date, 'America/Los_Angeles'))),
      context,
    ),
}));
