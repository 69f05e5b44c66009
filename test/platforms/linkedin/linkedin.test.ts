import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/collector/day.js';
import type { Account } from '../../../src/platforms/contract.js';
import { linkedin } from '../../../src/platforms/linkedin/linkedin.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { checking, collecting } from '../../conformance/collecting.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';

const { account } = EXPECTED.linkedin;

it('collects a page named by its URN', async () => {
  const { days } = await collecting({ ...account, connectedAs: `urn:li:organization:${account.accountId}` });
  expect(days.map(({ ended }) => ended).join(' ')).toBe(EXPECTED.linkedin.states);
});

const PERSONS = ['urn:li:person:abc', 'urn:li:member:123', 'fz4gLtBTn9', 'a_B-9', 'oslo-cycles'];

it.each(PERSONS)('skips %s, a person, whose data must not be stored', async (id) => {
  const { days, requests, warnings } = await collecting({ ...account, connectedAs: id });
  expect(new Set(days.map(({ ended }) => ended))).toEqual(new Set(['skipped personal_profile']));
  expect(days[0]?.message).toMatch(/a person's, .*48 hours/);
  expect(new Set(days.map(({ message }) => message))).toEqual(new Set([expect.stringContaining('48 hours')]));
  expect(warnings).toEqual([]);
  expect(requests.total).toBe(0);
});

it.each(PERSONS)('refuses to add %s, without sending a request', async (id) => {
  const { answer, requests } = await checking({ ...account, accountId: id });
  await expect(answer).rejects.toMatchObject({
    reason: 'configuration',
    message: expect.stringMatching(/a person's, /),
  });
  expect(requests.total).toBe(0);
});

it.each(['urn:li:organizationBrand:7', '7000001/../x', '98765432109876543210'])(
  'sends no request for the account id %s',
  async (id) => {
    const { days, requests } = await collecting({ ...account, connectedAs: id });
    expect(days[0]?.ended).toBe('failed configuration');
    expect(requests.total).toBe(0);
  },
);

it('goes on with the next known version when one is not answered, and says so once', async () => {
  const { days, warnings, sandbox } = await collecting(account, { environment: { LINKEDIN_VERSION: '202511' } });
  expect(days.map(({ ended }) => ended).join(' ')).not.toContain('failed');
  expect(warnings).toEqual([expect.stringContaining('LINKEDIN_VERSION=202601')]);
  const versions = sandbox.requests.map(({ headers }) => headers['linkedin-version']);
  expect(versions.slice(0, 2)).toEqual(['202511', '202601']);
  expect(new Set(versions.slice(1))).toEqual(new Set(['202601']));
});

it('fails the API when no known version is answered, and names the variable', async () => {
  const { url } = await serveApi(
    (): Answer => [426, { status: 426, code: 'NONEXISTENT_VERSION', message: 'not active' }],
  );
  const platform = linkedin({ apiUrl: url, oauthUrl: url, version: null, clientId: null, clientSecret: null });
  const asked: Account = { accountId: '7', accessToken: 'AQXone', refreshToken: null, tokenExpiresAt: null };
  await expect(platform.collect(asked, [dayOf('2026-11-15', 'UTC')], lentContext(NOON).context)).rejects.toMatchObject({
    reason: 'configuration',
    scope: 'platform',
    message: expect.stringContaining('LINKEDIN_VERSION'),
  });
});

describe('three statistics, one of which fails', () => {
  const DAY = dayOf('2026-11-15', 'UTC');
  const timeRange = { start: DAY.start.getTime() };
  const ANSWERS: Readonly<Record<string, object>> = {
    organizationPageStatistics: { totalPageStatistics: { views: { allPageViews: { pageViews: 1 } } } },
    organizationalEntityFollowerStatistics: { followerGains: { organicFollowerGain: 2 } },
    organizationalEntityShareStatistics: { totalShareStatistics: { clickCount: 3 } },
  };
  const ACCOUNT: Account = {
    accountId: '7',
    accessToken: 'AQXone',
    refreshToken: null,
    tokenExpiresAt: null,
  };

  it.each([
    ['organizationPageStatistics', 'organicFollowerGain clickCount'],
    ['organizationalEntityFollowerStatistics', 'pageViews clickCount'],
    ['organizationalEntityShareStatistics', 'pageViews organicFollowerGain'],
  ])('keep the values of the others: %s', async (failing, kept) => {
    const { url } = await serveApi(({ pathname }): Answer => {
      const resource = pathname.replace('/rest/', '');
      if (resource === failing) return [500, { status: 500, message: 'Internal Server Error' }];
      return [200, { elements: [{ timeRange, ...ANSWERS[resource] }] }];
    });
    const platform = linkedin({ apiUrl: url, oauthUrl: url, version: null, clientId: null, clientSecret: null });
    const {
      days: [result],
    } = await platform.collect(ACCOUNT, [DAY], lentContext(NOON).context);
    expect(result).toMatchObject({ kind: 'failed', error: { reason: 'platform_error' } });
    expect(result?.kind === 'failed' && result.values.map(({ metric }) => metric).join(' ')).toBe(kept);
  });

  it('fails the account once if the quotas of all three are used up', async () => {
    const message = 'Resource level throttle APPLICATION DAY limit for calls to this resource is reached.';
    const { url } = await serveApi((): Answer => [429, { status: 429, code: 'TOO_MANY_REQUESTS', message }]);
    const platform = linkedin({ apiUrl: url, oauthUrl: url, version: null, clientId: null, clientSecret: null });
    await expect(platform.collect(ACCOUNT, [DAY], lentContext(NOON).context)).rejects.toMatchObject({
      reason: 'quota_exhausted',
    });
  });
});
