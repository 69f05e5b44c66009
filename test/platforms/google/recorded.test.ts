import { dayOf } from '../../../src/collector/day.js';
import type { Account } from '../../../src/platforms/contract.js';
import { type Expectation, holdRecorded } from '../../support/recorded.js';
import { youtubeAt } from '../youtube/at.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const DATE = '2026-11-18';
/** Its access token has expired: nothing is asked before it is renewed. */
const ACCOUNT: Account = {
  accountId: 'UCaaaaaaaaaaaaaaaaaaaaa1',
  accessToken: 'EXPIRED',
  refreshToken: '1//refresh',
  tokenExpiresAt: new Date('2026-11-22T11:00:00Z'),
};

const CREDENTIALS = /GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET/;
const ofTheApp = (says: RegExp): Omit<Expectation, 'shows'> => ({
  fails: 'configuration connection',
  says,
  neverSays: /connect the account/,
  warns: [CREDENTIALS],
  requests: 1,
});
const reconnect = (says: RegExp): Omit<Expectation, 'shows'> => ({
  fails: 'needs_reconnect connection',
  says,
  requests: 1,
});

const TABLE: Readonly<Record<string, Expectation>> = {
  'token-success.json': { shows: 'a token, with its permissions in no order', rows: { [DATE]: { views: 5 } } },
  'token-success-testing-app.json': {
    shows: 'a refresh token of seven days: the app is in testing',
    rows: { [DATE]: { views: 5 } },
    warns: [/within 7 days; publish the app/],
  },
  'token-invalid-grant-bad-request.json': {
    ...reconnect(/connect the account again$/),
    shows: 'a dead refresh token, without a word of use',
  },
  'token-invalid-grant-revoked.json': {
    ...reconnect(/expired or revoked.*connect the account again$/),
    shows: 'a refresh token that was revoked',
  },
  'token-invalid-grant-rapt.json': {
    ...reconnect(/invalid_grant\/invalid_rapt.*session policy of the Workspace.*connect the account again/),
    shows: 'the session policy of a Workspace',
  },
  'token-invalid-client.json': { ...ofTheApp(/check GOOGLE_CLIENT_ID/), shows: 'an app that is not known' },
  'token-unauthorized-client.json': {
    ...ofTheApp(/issued to another client/),
    shows: 'a refresh token of another app',
  },
  'token-deleted-client.json': { ...ofTheApp(/was deleted: restore it/), shows: 'an app that was deleted' },
  'token-admin-policy-enforced.json': {
    ...reconnect(/ask an administrator of the Workspace to allow the app/),
    shows: 'an administrator who forbids the app',
  },
  'token-temporarily-unavailable.json': {
    shows: 'a trouble that passes',
    fails: 'platform_error connection',
    retried: 3,
    requests: 4,
  },
};

holdRecorded('google', TABLE, (recorded) => ({
  now: NOW,
  answer: ({ pathname, searchParams }, token) => {
    if (pathname === '/token') return recorded;
    if (token !== 'ACCESS_TOKEN') return [401, { error: { code: 401, message: 'Invalid Credentials' } }];
    if (pathname.endsWith('/channels')) return [200, { items: [{ id: ACCOUNT.accountId }] }];
    const columnHeaders = [...(searchParams.get('dimensions') ?? '').split(','), 'views'].map((name) => ({ name }));
    return [200, { columnHeaders, rows: columnHeaders.length === 2 ? [[DATE, 5]] : [] }];
  },
  collect: (url, context) => youtubeAt(url).collect(ACCOUNT, [dayOf(DATE, 'America/Los_Angeles')], context),
}));
