import { dayOf } from '../../../src/collector/day.js';
import type { Account } from '../../../src/platforms/contract.js';
import { linkedin } from '../../../src/platforms/linkedin/linkedin.js';
import { VERSIONS } from '../../../src/platforms/linkedin/versions.js';
import type { Answer } from '../../support/api.js';
import { type Expectation, holdRecorded } from '../../support/recorded.js';

const ACCOUNT: Account = {
  accountId: '90000001',
  accessToken: 'AQXone',
  refreshToken: 'AQYrefresh',
  tokenExpiresAt: null,
};
const NOW = new Date('2026-11-22T12:00:00Z');
const DATE = '2026-11-18';

interface OfLinkedIn extends Expectation {
  /** The day asked for; filed under it are the closing figures. */
  readonly date?: string;
  /** The endpoint that gives the recorded answer, if not the one it was recorded at. */
  readonly at?: string;
}

const renewedOnce: Pick<OfLinkedIn, 'fails' | 'says' | 'requests'> = {
  fails: 'needs_reconnect connection',
  says: /connect the account again/,
  // The statistics, the renewal, the statistics once more.
  requests: 3,
};
const ofNoDay: Pick<OfLinkedIn, 'fails' | 'says'> = {
  fails: 'unexpected_response day',
  says: /no readable time range/,
};
const outOfForce: Pick<OfLinkedIn, 'fails' | 'says' | 'neverSays' | 'requests'> = {
  fails: 'configuration platform',
  says: /LINKEDIN_VERSION/,
  neverSays: /connect/,
  // Each known version is tried once.
  requests: VERSIONS.size,
};

const TABLE: Readonly<Record<string, OfLinkedIn>> = {
  'share-statistics-lifetime-zero.json': { ...ofNoDay, shows: 'figures of the lifetime, which belong to no day' },
  'share-statistics-lifetime-documented.json': { ...ofNoDay, shows: 'figures of the lifetime, which belong to no day' },
  'page-statistics-lifetime.json': { ...ofNoDay, shows: 'figures of the lifetime, which belong to no day' },
  'page-statistics-day.json': {
    shows: 'a day without unique visitors',
    date: '2025-07-21',
    rows: {
      '2025-07-21': { pageViews: 420, desktopPageViews: 310, mobilePageViews: 110, mobileButtonClicks: 5 },
    },
  },
  'follower-statistics-day.json': {
    shows: 'two gains of a day, in a range that does not begin at midnight',
    date: '2023-09-30',
    rows: { '2023-09-30': { organicFollowerGain: 50, paidFollowerGain: 10 } },
  },
  'network-size-zero.json': { shows: 'no followers, which is a value', rows: { [DATE]: { firstDegreeSize: 0 } } },
  'error-401-invalid.json': { ...renewedOnce, shows: 'a token that is not accepted, nor the renewed one' },
  'error-401-revoked.json': { ...renewedOnce, shows: 'a token that was revoked' },
  'error-401-expired.json': { ...renewedOnce, shows: 'a token that has expired' },
  'error-403-access-denied.json': {
    shows: 'a permission that is missing',
    fails: 'missing_permission connection',
    says: /rw_organization_admin/,
    requests: 1,
  },
  'error-404-no-virtual-resource.json': {
    shows: 'an endpoint that LinkedIn does not know, which is not the fault of the page',
    fails: 'configuration platform',
    says: /organizationPageStatistics.*LINKEDIN_VERSION/,
    requests: 1,
  },
  'error-426-version.json': { ...outOfForce, shows: 'a version out of force' },
  'error-400-version-missing.json': { ...outOfForce, shows: 'no version' },
  'error-429-application-and-member-day.json': {
    shows: 'the limit of one member in the app, which is that of the connection',
    fails: 'quota_exhausted connection',
    // The other endpoints have limits of their own.
    requests: 4,
  },
  'error-429-application-day.json': {
    shows: "the limit of the app at one endpoint, here that of the followers' total: the statistics go on",
    at: 'networkSizes',
    warns: [/firstDegreeSize could not be fetched: networkSizes: .*DAY/],
    requests: 4,
  },
  'error-429-without-window.json': {
    shows: 'a limit without a window',
    fails: 'throttled connection',
    retried: 3,
  },
  'error-400-time-intervals.json': {
    shows: 'a request that LinkedIn does not read',
    fails: 'unexpected_response day',
    says: /timeIntervals/,
  },
};

holdRecorded('linkedin', TABLE, (recorded, { date = DATE, at }, { request }) => {
  const [, endpoint] = /\/rest\/(\w+)/.exec(request) ?? [];
  const others: Answer = [200, { elements: [] }];
  return {
    now: NOW,
    lastEndedDate: date,
    answer: ({ pathname }) => {
      if (pathname === '/oauth/v2/accessToken') return [200, { access_token: 'AQXtwo' }];
      if (pathname.startsWith(`/rest/${at ?? endpoint}`)) return recorded;
      return pathname.startsWith('/rest/networkSizes') ? [200, {}] : others;
    },
    collect: (url, context) =>
      linkedin({ apiUrl: url, oauthUrl: url, version: null, clientId: 'id', clientSecret: 'secret' }).collect(
        ACCOUNT,
        [dayOf(date, 'UTC')],
        context,
      ),
  };
});
