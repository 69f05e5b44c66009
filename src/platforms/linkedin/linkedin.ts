import { z } from 'zod';
import { DAY_MS } from '../../clock.js';
import { PlatformError, RunLimit } from '../../errors.js';
import type { Day, NonEmpty, Platform } from '../contract.js';
import { metricNumber } from '../shared/number.js';
import { askClosing, dayFrom, lastOf, type Part, type Warn } from '../shared/parts.js';
import { missingCredentials } from '../shared/token-endpoint.js';
import { clientOf, type LinkedIn, type LinkedInSettings, openLinkedIn } from './api.js';
import { linkedinConsent } from './consent.js';
import { expiryOf } from './introspection.js';
import { FOLLOWERS_TOTAL, METRICS } from './metrics.js';
import { pageOf } from './page.js';
import { FOLLOWER_STATISTICS, PAGE_STATISTICS, type Resource, SHARE_STATISTICS } from './resources.js';
import { dailyFrom, queryFor } from './statistics.js';
import { createVersions, linkedInVersion } from './versions.js';

/** "Data storage requirements" in the Marketing API's documentation, on organization pages' reporting data. */
const STORAGE_RULE =
  "a page's data may be kept for one year: analytics-collect prune --platform linkedin --older-than 12mo";
const NO_PEOPLE =
  "the account is a person's, and LinkedIn allows members' data to be kept for 48 hours only; for a page, give its number as the account id";

/**
 * LinkedIn pages. Days are UTC; data is about two days late and goes twelve months back. See the organization statistics in
 * the reference of the Community Management API.
 */
export function linkedin(settings: LinkedInSettings): Platform {
  const app = { settings, versions: createVersions(settings.version) };
  const missing = missingCredentials(clientOf(settings), settings);
  return {
    name: 'linkedin',
    api: 'linkedin_rest',
    day: { timeZone: 'UTC', settlesAfterHours: 72, reachDays: 364, asks: 'range' },
    metrics: METRICS,
    version: linkedInVersion(settings.version),
    renewsTokens: true,
    missingForRenewal: missing,
    consent: linkedinConsent(app),
    // Of other tokens the end is known, or they are renewed.
    ...(missing.length === 0 && {
      accessEnds: async (account, context) =>
        account.refreshToken === null && account.tokenExpiresAt === null
          ? expiryOf(account.accessToken, settings, context)
          : null,
    }),
    endsByDate: () => true,
    storageRule: STORAGE_RULE,

    accountIdOf: (given) => ownPage(given).id,

    async collect(account, days, context) {
      const page = pageOf(account.accountId);
      if (page.kind === 'person') {
        const skipped = { kind: 'skipped', reason: 'personal_profile', why: NO_PEOPLE } as const;
        return { days: days.map(({ date }) => ({ date, ...skipped })), closing: [] };
      }
      const source = { api: openLinkedIn(app, account, context), urn: page.urn, days, warn: context.warn };
      // The first request shows whether the token opens the page; only then are the others sent, in parallel.
      const views = await askDaily(source, PAGE_STATISTICS);
      if (views.error !== null && speaksForOthers(views.error)) throw views.error;
      const [followers, shares, closing] = await Promise.all([
        askDaily(source, FOLLOWER_STATISTICS),
        askDaily(source, SHARE_STATISTICS),
        askClosing(`linkedin: ${FOLLOWERS_TOTAL}`, context, () => followersTotal(source)),
      ]);
      const all = [views, followers, shares];
      // The account fails once, not once per day.
      if (views.error !== null && all.every(({ error }) => error !== null && error.scope !== 'day')) throw views.error;
      const results = days.map(({ date }) =>
        dayFrom(
          date,
          all.map((statistics) => partOf(statistics, date)),
        ),
      );
      return { days: results, closing };
    },

    async check(account, context) {
      const page = ownPage(account.accountId);
      const midnight = new Date(context.now()).setUTCHours(0, 0, 0, 0);
      const yesterday = { start: new Date(midnight - DAY_MS), end: new Date(midnight) };
      const api = openLinkedIn(app, account, context);
      await api.get(PAGE_STATISTICS.path, queryFor(PAGE_STATISTICS, page.urn, yesterday));
      // The token has opened the page: when it ends is only of use.
      const tokenExpiresAt =
        account.tokenExpiresAt ?? (await expiryOf(account.accessToken, settings, context).catch(noEnd));
      return { accountName: null, ...(tokenExpiresAt !== null && { tokenExpiresAt }) };
    },
  };
}

/** Throws `PlatformError` for a person, too. */
function ownPage(accountId: string) {
  const page = pageOf(accountId);
  if (page.kind === 'page') return page;
  throw new PlatformError('configuration', NO_PEOPLE, 'connection');
}

function noEnd(error: unknown): null {
  if (error instanceof PlatformError) return null;
  throw error;
}

const networkSize = z.object({ [FOLLOWERS_TOTAL]: metricNumber.nullish() });

interface Source {
  readonly api: LinkedIn;
  /** Percent-encoded. */
  readonly urn: string;
  readonly days: NonEmpty<Day>;
  readonly warn: Warn;
}

/** One of the statistics over all days, or why there is none. */
interface Statistics {
  readonly byDay: ReadonlyMap<string, Part>;
  readonly error: PlatformError | null;
}

/** Each of the statistics has its own quota. A host that does not answer would make each of them time out. */
function speaksForOthers(error: PlatformError): boolean {
  if (error.reason === 'quota_exhausted') return error instanceof RunLimit;
  return error.scope !== 'day' || error.reason === 'timeout';
}

async function askDaily({ api, urn, days, warn }: Source, resource: Resource): Promise<Statistics> {
  try {
    const json = await api.get(resource.path, queryFor(resource, urn, { start: days[0].start, end: lastOf(days).end }));
    return { byDay: dailyFrom(json, resource, days, warn), error: null };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { byDay: new Map(), error };
  }
}

function partOf({ byDay, error }: Statistics, date: string): Part {
  return byDay.get(date) ?? { values: [], error };
}

async function followersTotal({ api, urn }: Source): Promise<Part> {
  const size = networkSize.safeParse(await api.get(`networkSizes/${urn}`, 'edgeType=COMPANY_FOLLOWED_BY_MEMBER'));
  if (!size.success) throw new PlatformError('unexpected_response', `networkSizes has no readable ${FOLLOWERS_TOTAL}`);
  const value = size.data[FOLLOWERS_TOTAL] ?? null;
  return { values: value === null ? [] : [{ metric: FOLLOWERS_TOTAL, value }], error: null };
}
