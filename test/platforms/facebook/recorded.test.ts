import { datesBetween, dayOf } from '../../../src/collector/day.js';
import type { Account } from '../../../src/platforms/contract.js';
import { facebook } from '../../../src/platforms/facebook/facebook.js';
import type { Answer } from '../../support/api.js';
import { nonEmpty } from '../../support/non-empty.js';
import { answerFrom, type Expectation, holdRecorded, readRecorded } from '../../support/recorded.js';
import { settingsOf } from '../meta/settings.js';

const ACCOUNT: Account = {
  accountId: '104500000000001',
  accessToken: 'USER_TOKEN',
  refreshToken: null,
  tokenExpiresAt: null,
};
const NOW = new Date('2026-11-22T12:00:00Z');
const [FIRST, LAST] = ['2026-09-03', '2026-09-04'];

const PAGE_TOKEN = answerFrom(readRecorded('facebook/page-token.json'));
const FOLLOWS = answerFrom(readRecorded('facebook/page-follows.json'));
const REFUSED = answerFrom(readRecorded('facebook/error-190-page-token.json'));

interface OfFacebook extends Expectation {
  /** The first and the last day asked for. */
  readonly days?: readonly [string, string];
  /** How the Page is answered; the recorded answer is that of its insights if not said. */
  readonly answer?: (recorded: Answer, url: URL, token: string) => Answer;
}

/** The Page's own token opens what the recorded refusal keeps from the user's. */
const exchanged: Pick<OfFacebook, 'rows' | 'requests' | 'answer'> = {
  answer: (refusal, { pathname }, token) => {
    if (!pathname.endsWith('/insights')) return PAGE_TOKEN;
    return token === 'PAGE_TOKEN' ? FOLLOWS : refusal;
  },
  rows: { [FIRST]: { page_follows: 64 }, [LAST]: { page_follows: 64 } },
  requests: 3,
};
const both = (metric: string, value = 0) => ({ [FIRST]: { [metric]: value }, [LAST]: { [metric]: value } });
/** Refused for one metric alone, which the refusal does not name. */
const unnamed: Pick<OfFacebook, 'rows' | 'warns' | 'answer'> = {
  answer: (refusal, { searchParams }) => (searchParams.get('metric')?.includes('page_video_views') ? refusal : FOLLOWS),
  rows: both('page_follows', 64),
  warns: [/refuses page_video_views/],
};

const TABLE: Readonly<Record<string, OfFacebook>> = {
  'page-post-engagements.json': {
    shows: 'two days, named by the end of the Pacific day',
    rows: {
      [FIRST]: { page_post_engagements: 0, page_engaged_users: 0 },
      [LAST]: { page_post_engagements: 0, page_engaged_users: 0 },
    },
  },
  'page-follows.json': { shows: 'followers at the end of two days', rows: both('page_follows', 64) },
  'page-daily-follows-unique.json': { shows: 'zeros as they are given', rows: both('page_daily_follows_unique') },
  'page-daily-unfollows-unique.json': { shows: 'zeros as they are given', rows: both('page_daily_unfollows_unique') },
  'page-views-total.json': {
    shows: 'zeros as they are given, under the retired name as well',
    rows: { [FIRST]: { page_views_total: 0, page_views: 0 }, [LAST]: { page_views_total: 0, page_views: 0 } },
  },
  'page-video-views.json': { shows: 'zeros as they are given', rows: both('page_video_views') },
  'four-metrics-one-dictionary.json': {
    shows: 'an empty dictionary, which costs only itself, beside an insight that nobody asked for',
    days: ['2024-06-26', '2024-06-27'],
    rows: Object.fromEntries(
      ['2024-06-26', '2024-06-27'].map((date) => [
        date,
        { page_follows: 0, page_post_engagements: 0, page_engaged_users: 0 },
      ]),
    ),
  },
  'reactions-dictionary.json': {
    shows: 'a dictionary of kinds, which add up',
    days: ['2026-09-15', '2026-09-15'],
    rows: { '2026-09-15': { page_actions_post_reactions_total: 7 } },
    splits: { page_actions_post_reactions_total: { reactions: { like: 5, love: 2 } } },
  },
  'winter-and-other-periods.json': {
    shows: 'the end of a day in winter, beside other periods of the same name',
    days: ['2023-03-07', '2023-03-08'],
    edit: (body) => JSON.stringify(JSON.parse(body.replaceAll('page_engaged_users', 'page_follows')).insights),
    rows: { '2023-03-07': { page_follows: 0 }, '2023-03-08': { page_follows: 0 } },
  },
  'empty-last-page.json': {
    shows: 'an empty list, which is not zero',
    answer: (recorded, { pathname }) => (pathname.endsWith('/insights') ? recorded : [200, { id: '104500000000001' }]),
    warns: [/no insights at all/],
  },
  'total-value-form.json': {
    shows: 'a total without a date, which is that of the one day asked for',
    days: [FIRST, FIRST],
    rows: { [FIRST]: { page_post_engagements: 28, page_engaged_users: 28 } },
  },
  'page-token.json': {
    ...exchanged,
    shows: "the exchange for the Page's own token",
    answer: (recorded, { pathname }, token) => {
      if (!pathname.endsWith('/insights')) return recorded;
      return token === 'PAGE_TOKEN' ? FOLLOWS : REFUSED;
    },
  },
  'me-accounts-empty.json': {
    ...exchanged,
    shows: 'an empty list of Pages, which says nothing: the Page is asked for by its id',
    answer: (empty, { pathname }, token) => {
      if (pathname.includes('/me')) return empty;
      if (!pathname.endsWith('/insights')) return PAGE_TOKEN;
      return token === 'PAGE_TOKEN' ? FOLLOWS : REFUSED;
    },
  },
  'fan-and-followers-count.json': {
    shows: 'totals as of now, which are not asked for: page_follows gives them by day',
    answer: (totals, { pathname }) => (pathname.endsWith('/insights') ? FOLLOWS : totals),
    rows: both('page_follows', 64),
    requests: 1,
  },
  'error-100-invalid-metric.json': { ...unnamed, shows: 'a refusal that does not say of which metric' },
  'error-100-invalid-metric-subcode.json': { ...unnamed, shows: 'the same with a subcode' },
  'error-190-page-token.json': { ...exchanged, shows: 'the wrong kind of token: exchanged, and asked again' },
  'error-210-page-token.json': { ...exchanged, shows: 'the same under another code' },
  'error-190-2069032-new-pages-experience.json': {
    ...exchanged,
    shows: 'the same, in the words for people alone',
  },
  'error-200-2069030-new-pages-experience.json': {
    shows: 'a refusal that is told in the words for people alone',
    fails: 'missing_permission connection',
    says: /Permissions error; New Pages Experience Is Not Supported; This endpoint is not supported/,
  },
  'error-200-business-management.json': {
    shows: 'a permission that is missing',
    fails: 'missing_permission connection',
    says: /business_management/,
    requests: 1,
  },
  'error-10-page-public-content.json': {
    shows: 'a token without a role on the Page',
    fails: 'missing_permission connection',
    says: /a role on the Page/,
    requests: 1,
  },
  'error-21-page-migrated.json': {
    shows: 'a Page with another id now',
    fails: 'configuration connection',
    says: /set the account id to 104500000000002$/,
    requests: 1,
  },
  'error-190-application-deleted.json': {
    shows: 'the app is gone, which no reconnection heals',
    fails: 'configuration platform',
    says: /Application has been deleted.*the Meta app/,
    neverSays: /connect/,
    requests: 1,
  },
  'error-data-use-checkup.json': {
    shows: 'a duty of the owner of the app',
    fails: 'configuration platform',
    says: /administrator of the app must complete the Data Use Checkup/,
    neverSays: /connect/,
    requests: 1,
  },
  'error-17-2446079.json': { shows: 'the limit of a person', fails: 'throttled connection', retried: 3 },
  'error-190-463.json': {
    shows: 'a token that has expired',
    fails: 'needs_reconnect connection',
    says: /connect the account again/,
    requests: 1,
  },
  'error-190-no-subcode.json': {
    shows: 'a broken token',
    fails: 'needs_reconnect connection',
    says: /connect the account again/,
    requests: 1,
  },
  'error-1-not-transient.json': {
    shows: 'an error that is not transient, which is not asked again',
    fails: 'unexpected_response day',
    says: /Fundraisers Have a 90 Day Limit; Please choose another end date/,
    retried: 0,
  },
  'error-100-33.json': {
    shows: 'an object that the token does not see',
    fails: 'missing_permission connection',
    says: /does not open this account/,
    requests: 1,
  },
  'error-100-nonexisting-field.json': {
    shows: "a person's id in place of a Page's",
    fails: 'configuration connection',
    says: /the account id belongs to a person/,
    requests: 1,
  },
  'error-flat-form.json': {
    shows: 'the form of the token endpoints',
    fails: 'unexpected_response day',
    says: /Error validating verification code/,
  },
};

holdRecorded('facebook', TABLE, (recorded, { days: [first, last] = [FIRST, LAST], answer }) => ({
  now: NOW,
  answer: (url, token) => answer?.(recorded, url, token) ?? recorded,
  collect: (url, context) =>
    facebook(settingsOf(url)).collect(
      ACCOUNT,
      nonEmpty(datesBetween(first, last).map((date) => dayOf(date, 'America/Los_Angeles'))),
      context,
    ),
}));
