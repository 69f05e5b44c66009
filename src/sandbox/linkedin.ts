import type { SandboxAccount } from './account.js';
import { DAY_MS, type SandboxDay, utcDay } from './days.js';
import { distorted, faultReply } from './faults.js';
import { accessDenied, invalidParameter, linkedinError, REFUSALS, tokenExpired } from './linkedin-errors.js';
import { answerMember } from './linkedin-pages.js';
import { hasData, shownValue } from './readiness.js';
import { bearerToken, decoded, type Reply, type SandboxRequest } from './reply.js';
import { isLinkedinVersion } from './versions.js';
import type { World } from './world.js';

/** The newest day with data is this many days before today (UTC), the oldest 12 months. */
const DELAY_DAYS = 2;
const LOOKBACK_DAYS = 365;
/** 14 months at their longest. */
const MAX_WINDOW_MS = 428 * DAY_MS;

/** A day's value; undefined if LinkedIn has retired the metric or has no value yet, so that its field is left out of the answer. */
type Value = (metric: string) => number | undefined;

const FINDERS: Readonly<Record<string, { parameter: string; day: (value: Value) => object }>> = {
  organizationPageStatistics: { parameter: 'organization', day: pageStatistics },
  organizationalEntityFollowerStatistics: { parameter: 'organizationalEntity', day: followerStatistics },
  organizationalEntityShareStatistics: { parameter: 'organizationalEntity', day: shareStatistics },
};

/** `/rest/…` of api.linkedin.com. */
export function answerLinkedin(request: SandboxRequest, world: World): Reply {
  const refusal = refuseVersion(request, world);
  if (refusal) return refusal;
  const token = bearerToken(request);
  if (request.query.has('oauth2_access_token')) world.counters.tokensInUrl += 1;
  if (!token) return linkedinError(401, 'Empty oauth2_access_token', { serviceErrorCode: 401 });
  const accounts = world.grants(token).flatMap(({ account }) => (account.platform === 'linkedin' ? account : []));
  const account =
    accounts.find(({ accountId }) => `${request.path}?${request.rawQuery}`.includes(`%3A${accountId}`)) ?? accounts[0];
  if (!account && world.consented(token)) return answerMember(request, [], world) ?? accessDenied();
  if (!account)
    return linkedinError(401, 'Invalid access token', { serviceErrorCode: 65600, code: 'INVALID_ACCESS_TOKEN' });
  const { accountId } = account;
  // Only the first token has expired; a renewed one is valid.
  if (token === account.accessToken && world.meets(account, 'expired_token')) return { ...tokenExpired(), accountId };
  const fault = faultReply(account, world, REFUSALS);
  if (fault) return { ...fault, accountId };
  return {
    ...distorted(account, world, answerMember(request, accounts, world) ?? answerAccount(request, account, world)),
    accountId,
  };
}

function answerAccount(request: SandboxRequest, account: SandboxAccount, world: World): Reply {
  const [, resource = '', key] = /^\/rest\/(\w+)(?:\/([^/]+))?$/.exec(request.path) ?? [];
  if (request.headers['x-restli-protocol-version'] !== '2.0.0') {
    return linkedinError(400, "Parameter 'timeIntervals' is invalid", { code: 'ILLEGAL_ARGUMENT' });
  }
  if (world.exhausted.has(resource) || !world.takeLinkedinCall()) return REFUSALS.throttled({ kind: 'throttled' });
  const finder = FINDERS[resource];
  if (request.method === 'GET' && resource === 'networkSizes' && key) return networkSize(request, key, account);
  if (request.method === 'GET' && finder && !key) {
    const refusal =
      refuseFinder(request, finder.parameter) ?? refuseUrn(rawParameter(request, finder.parameter), account);
    return refusal ?? statistics(request, account, world, finder.parameter, finder.day);
  }
  return { ...linkedinError(404, 'No virtual resource found', { code: 'RESOURCE_NOT_FOUND' }), unexpected: true };
}

function networkSize(request: SandboxRequest, key: string, account: SandboxAccount): Reply {
  const refusal = refuseUrn(key, account);
  if (refusal) return refusal;
  if (request.query.get('edgeType') !== 'COMPANY_FOLLOWED_BY_MEMBER') return invalidParameter('edgeType');
  return { status: 200, body: { firstDegreeSize: account.followers } };
}

function refuseVersion(request: SandboxRequest, world: World): Reply | undefined {
  const version = request.headers['linkedin-version'];
  if (typeof version !== 'string') {
    return linkedinError(
      400,
      'A version must be present. Please specify a version by adding the LinkedIn-Version header.',
      {
        code: 'VERSION_MISSING',
      },
    );
  }
  if (isLinkedinVersion(version, world.now())) return undefined;
  return linkedinError(426, `Requested version ${version}01 is not active`, { code: 'NONEXISTENT_VERSION' });
}

function refuseFinder(request: SandboxRequest, parameter: string): Reply | undefined {
  if (request.query.get('q') !== parameter) return invalidParameter('q');
  const unknown = [...request.query.keys()].find((name) => !['q', parameter, 'timeIntervals'].includes(name));
  return unknown ? invalidParameter(unknown) : undefined;
}

/** The parameter as sent: only before decoding can syntax be told from text. */
function rawParameter(request: SandboxRequest, name: string): string | undefined {
  const pair = request.rawQuery.split('&').find((text) => text.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** A URN is text inside Rest.li's syntax: its colons must be percent-encoded. */
function refuseUrn(raw: string | undefined, account: SandboxAccount): Reply | undefined {
  const urn = raw === undefined ? undefined : decoded(raw);
  if (!raw || !urn || raw.includes(':') || !/^urn:li:organization:\d+$/.test(urn))
    return invalidParameter('organization');
  if (urn === `urn:li:organization:${account.accountId}`) return undefined;
  return accessDenied();
}

function statistics(
  request: SandboxRequest,
  account: SandboxAccount,
  world: World,
  parameter: string,
  ofDay: (value: Value) => object,
): Reply {
  const window = parseIntervals(rawParameter(request, 'timeIntervals'));
  if ('status' in window) return window;
  const elements = daysWithData(window, account, world).map((day) => ({
    timeRange: { start: day.start, end: day.end },
    [parameter]: `urn:li:organization:${account.accountId}`,
    ...ofDay((metric) =>
      world.refusedMetrics.has(metric) ? undefined : shownValue(account, metric, day, world.now()),
    ),
  }));
  return { status: 200, body: { paging: { start: 0, count: 10, links: [] }, elements } };
}

interface Window {
  readonly start: number;
  readonly end: number;
}

/** The UTC days between two midnights, the second excluded. The tuple's punctuation must not be encoded. */
function parseIntervals(raw: string | undefined): Window | Reply {
  const tuple = /^\(timeRange:\(start:(\d+),end:(\d+)\),timeGranularityType:DAY\)$/.exec(raw ?? '');
  const start = Number(tuple?.[1]);
  const end = Number(tuple?.[2]);
  if (!tuple || start % DAY_MS !== 0 || end % DAY_MS !== 0 || end - start < DAY_MS) {
    return invalidParameter('timeIntervals');
  }
  if (end - start > MAX_WINDOW_MS) {
    return linkedinError(
      400,
      `Invalid timeIntervals parameter [${raw}]. Start time and end time must be less than 14 months apart.`,
      { code: 'ILLEGAL_ARGUMENT' },
    );
  }
  return { start, end };
}

function daysWithData(window: Window, account: SandboxAccount, world: World): SandboxDay[] {
  if (world.meets(account, 'no_data')) return [];
  const today = Math.floor(world.now() / DAY_MS);
  const oldest = Math.max(window.start / DAY_MS, today - LOOKBACK_DAYS);
  const newest = Math.min(window.end / DAY_MS - 1, today - DELAY_DAYS);
  const days: SandboxDay[] = [];
  for (let index = oldest; index <= newest; index++) days.push(utcDay(index));
  return days.filter((day) => hasData(day, account, world));
}

function pageStatistics(value: Value): object {
  const all = { pageViews: value('pageViews'), uniquePageViews: value('uniquePageViews') };
  const { uniquePageViews = 0 } = all;
  const mobile = { pageViews: value('mobilePageViews'), uniquePageViews: Math.floor(uniquePageViews / 3) };
  const desktop = { pageViews: value('desktopPageViews'), uniquePageViews };
  return {
    totalPageStatistics: {
      clicks: {
        mobileCustomButtonClickCounts: buttonClicks(value('mobileButtonClicks')),
        desktopCustomButtonClickCounts: buttonClicks(value('desktopButtonClicks')),
      },
      views: { allPageViews: all, allDesktopPageViews: desktop, allMobilePageViews: mobile, overviewPageViews: all },
    },
  };
}

/** Clicks by button, without buttons that nobody clicked. */
function buttonClicks(clicks: number | undefined): object[] | undefined {
  if (clicks === undefined) return undefined;
  const website = Math.ceil(clicks * 0.7);
  return [
    { customButtonType: 'VISIT_WEBSITE', clicks: website },
    { customButtonType: 'CONTACT_US', clicks: clicks - website },
  ].filter((button) => button.clicks > 0);
}

function followerStatistics(value: Value): object {
  const gains = { organicFollowerGain: value('organicFollowerGain'), paidFollowerGain: value('paidFollowerGain') };
  return { followerGains: gains };
}

const SHARE_METRICS = [
  'impressionCount',
  'uniqueImpressionsCount',
  'clickCount',
  'likeCount',
  'commentCount',
  'shareCount',
  'engagement',
];

function shareStatistics(value: Value): object {
  const counts = Object.fromEntries(SHARE_METRICS.map((metric) => [metric, value(metric)]));
  return { totalShareStatistics: { ...counts, shareMentionsCount: 0, commentMentionsCount: 0 } };
}
