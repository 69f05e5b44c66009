import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { trueValue } from '../../src/sandbox/values.js';
import { ask, LINKEDIN, sandboxOf } from './ask.js';

const ORGANIZATION = `urn%3Ali%3Aorganization%3A${LINKEDIN.accountId}`;
const HEADERS = { 'linkedin-version': '202608', 'x-restli-protocol-version': '2.0.0' };
const at = (date: string) => Date.parse(`${date}T00:00:00Z`);
const interval = (start: number, end: number) =>
  `timeIntervals=(timeRange:(start:${start},end:${end}),timeGranularityType:DAY)`;
const WEEK = interval(at('2026-11-16'), at('2026-11-22'));
const shares = (times: string, organization = ORGANIZATION) =>
  `/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity=${organization}&${times}`;

interface Asked {
  path?: string;
  headers?: Record<string, string>;
  fault?: Fault;
  token?: string;
}

async function get({ path = shares(WEEK), headers = HEADERS, fault, token = LINKEDIN.accessToken }: Asked) {
  const sandbox = await sandboxOf([{ ...LINKEDIN, ...(fault && { fault }) }]);
  return { sandbox, ...(await ask(`${sandbox.urls.LINKEDIN_API_URL}${path}`, token, headers)) };
}

describe('what LinkedIn refuses', () => {
  const invalid = (name: string) => ({ status: 400, message: `Parameter '${name}' is invalid` });
  it.each<[string, Asked, object]>([
    ['no version', { headers: {} }, { status: 400, code: 'VERSION_MISSING' }],
    [
      'a version past its year',
      { headers: { ...HEADERS, 'linkedin-version': '202511' } },
      { status: 426, code: 'NONEXISTENT_VERSION', message: 'Requested version 20251101 is not active' },
    ],
    ['the tuple without its protocol', { headers: { 'linkedin-version': '202608' } }, invalid('timeIntervals')],
    ['encoded punctuation', { path: shares(WEEK.replaceAll(':', '%3A')) }, invalid('timeIntervals')],
    ['a URN left literal', { path: shares(WEEK, decodeURIComponent(ORGANIZATION)) }, invalid('organization')],
    [
      'a day that begins at midnight elsewhere',
      { path: shares(interval(at('2026-11-16') + 28_800_000, at('2026-11-20'))) },
      invalid('timeIntervals'),
    ],
    ['less than a day', { path: shares(interval(at('2026-11-16'), at('2026-11-16'))) }, invalid('timeIntervals')],
    [
      'more than 14 months',
      { path: shares(interval(at('2025-01-01'), at('2026-11-16'))) },
      { message: expect.stringContaining('Start time and end time must be less than 14 months apart.') },
    ],
    ["another's page", { path: shares(WEEK, 'urn%3Ali%3Aorganization%3A9') }, { status: 403, code: 'ACCESS_DENIED' }],
    ['an unknown token', { token: 'AQXother' }, { status: 401, serviceErrorCode: 65600 }],
    ['a dead token', { fault: { kind: 'dead_token' } }, { status: 401, serviceErrorCode: 65602 }],
    [
      'more than the day allows',
      { fault: { kind: 'throttled' } },
      { status: 429, message: 'Resource level throttle APPLICATION DAY limit for calls to this resource is reached.' },
    ],
    [
      'an address it does not have',
      { path: '/rest/organizationStatistics' },
      { status: 404, code: 'RESOURCE_NOT_FOUND' },
    ],
  ])('%s', async (_what, asked, error) => {
    const { status, json } = await get(asked);
    expect(json).toMatchObject(error);
    expect(status).toBe(json.status);
  });
});

describe('LinkedIn answers with', () => {
  it('whole UTC days, up to two days ago', async () => {
    const { json } = await get({});
    const days = ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20'];
    expect(json.elements.map((element: { timeRange: object }) => element.timeRange)).toEqual(
      days.map((day) => ({ start: at(day), end: at(day) + 86_400_000 })),
    );
    expect(json.elements[0].totalShareStatistics.impressionCount).toBe(
      trueValue(LINKEDIN.accountId, 'impressionCount', '2026-11-16'),
    );
  });

  it('page views, follower gains and the total', async () => {
    const finder = (name: string, parameter: string) =>
      `/rest/${name}?q=${parameter}&${parameter}=${ORGANIZATION}&${WEEK}`;
    const pages = await get({ path: finder('organizationPageStatistics', 'organization') });
    expect(pages.json.elements[0].totalPageStatistics.views.allPageViews.pageViews).toBe(
      trueValue(LINKEDIN.accountId, 'pageViews', '2026-11-16'),
    );
    const { views, clicks } = pages.json.elements[0].totalPageStatistics;
    const true16 = (metric: string) => trueValue(LINKEDIN.accountId, metric, '2026-11-16');
    expect(views.allDesktopPageViews.pageViews + views.allMobilePageViews.pageViews).toBe(true16('pageViews'));
    const sum = (buttons: { clicks: number }[]) => buttons.reduce((total, button) => total + button.clicks, 0);
    expect(sum(clicks.desktopCustomButtonClickCounts)).toBe(true16('desktopButtonClicks'));
    expect(sum(clicks.mobileCustomButtonClickCounts)).toBe(true16('mobileButtonClicks'));
    const followers = await get({ path: finder('organizationalEntityFollowerStatistics', 'organizationalEntity') });
    expect(followers.json.elements[0].followerGains).toHaveProperty('organicFollowerGain');
    const size = await get({ path: `/rest/networkSizes/${ORGANIZATION}?edgeType=COMPANY_FOLLOWED_BY_MEMBER` });
    expect(size.json).toEqual({ firstDegreeSize: 1_000 });
  });

  it('a new token whose scopes are separated by commas', async () => {
    const { sandbox, status } = await get({ fault: { kind: 'expired_token' } });
    expect(status).toBe(401);
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'AQYone',
      client_id: SANDBOX_CREDENTIALS.LINKEDIN_CLIENT_ID,
      client_secret: SANDBOX_CREDENTIALS.LINKEDIN_CLIENT_SECRET,
    });
    const response = await fetch(`${sandbox.urls.LINKEDIN_OAUTH_URL}/oauth/v2/accessToken`, { method: 'POST', body });
    const answer = JSON.parse(await response.text());
    expect(answer).toMatchObject({ scope: 'r_organization_social,rw_organization_admin', refresh_token: 'AQYone' });
    const again = await ask(`${sandbox.urls.LINKEDIN_API_URL}${shares(WEEK)}`, answer.access_token, HEADERS);
    expect(again.status).toBe(200);
  });
});
