import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import type { Day, DayResult, Platform } from '../contract.js';
import { accessOf } from '../meta/access.js';
import { GraphError } from '../meta/errors.js';
import {
  type Graph,
  type GraphAccess,
  graphId,
  isInstagramLogin,
  type MetaSettings,
  openGraph,
} from '../meta/graph.js';
import { type RenewalEndpoint, renewToken } from '../meta/renewal.js';
import { graphVersion } from '../meta/versions.js';
import { askClosing, attempt, believable, dayFrom, eachDay, joined, lastOf, type Part } from '../shared/parts.js';
import { facebookLogin } from './facebook-login.js';
import { METRICS, RECONCILES } from './metrics.js';
import { type InstagramLogin, instagramOwnLogin, SCOPES } from './own-login.js';
import {
  askDay,
  askProfile,
  askReach,
  askTotals,
  dayParts,
  isPageAnswering,
  REFUSAL,
  type Source,
} from './requests.js';

const ALMOST_TWO_YEARS_MS = 700 * 86_400_000;
const NOTHING: Part = { values: [], error: null };

const profile = z.object({ username: z.string().optional(), name: z.string().optional() });
const page = z.object({ instagram_business_account: z.object({ id: z.string() }).optional() });

/**
 * Instagram professional accounts, through the Instagram or the Facebook login. Days are Pacific; data may be 48 hours late.
 * See "Instagram User Insights" in Meta's reference.
 */
export function instagram(settings: MetaSettings, login: InstagramLogin | null): Platform {
  // "Refresh Access Token" in the reference of the Instagram platform.
  const renewal: RenewalEndpoint = {
    api: "Instagram's token endpoint",
    url: settings.instagramUrl,
    grantType: 'ig_refresh_token',
    permission: 'instagram_business_basic',
  };
  return {
    name: 'instagram',
    api: 'instagram_graph',
    day: { timeZone: 'America/Los_Angeles', settlesAfterHours: 48, reachDays: 728, asks: 'day' },
    metrics: METRICS,
    reconciles: RECONCILES,
    version: graphVersion(settings.version, settings.graphUrl),
    renewsTokens: false,
    consent:
      login === null
        ? facebookLogin(settings)
        : instagramOwnLogin(login, settings.instagramUrl, (token, context) => open(settings, token, context)),
    ...accessOf(settings),
    accountIdOf: graphId,
    endsByDate: isInstagramLogin,
    renewal: { when: 'ending', renew: (account, context) => renewToken(renewal, account, context) },
    storageRule: null,

    async collect(account, days, context) {
      const { refused, provisional, warn } = context;
      const newest = lastOf(days);
      const graph = open(settings, account.accessToken, context);
      // The first request shows whether the token opens the account; only then are the others sent, in parallel.
      const { source, totals } = await firstTotals(
        { graph, id: account.accountId, refused, refusal: REFUSAL, provisional, warn },
        newest,
      );
      const [results, closing] = await Promise.all([
        eachDay(days, async (day) => {
          const [parts, reach] = await Promise.all([
            day === newest ? dayParts(source, day, totals) : askDay(source, day),
            day.date === context.lastEndedDate ? askReach(source, day) : NOTHING,
          ]);
          const { values } = joined(parts);
          const result = dayFrom(day.date, [...parts, believable(reach, values, 'reach')]);
          return isOutOfReach(result, day, context.now())
            ? { date: day.date, kind: 'skipped', reason: 'out_of_reach', why: result.error.message }
            : result;
        }),
        askClosing('instagram: profile totals', context, () => askProfile(source)),
      ]);
      return { days: results, closing };
    },

    async check(account, context) {
      const graph = open(settings, account.accessToken, context);
      const read = async (id: string) => {
        const parsed = profile.safeParse(await graph.get(id, '', { fields: 'username,followers_count,media_count' }));
        return { accountName: (parsed.success && (parsed.data.username ?? parsed.data.name)) || null };
      };
      try {
        return await read(account.accountId);
      } catch (error) {
        if (!isNonexistingField(error)) throw error;
        return read(await instagramAccountOf(graph, account.accountId));
      }
    },
  };
}

function open(settings: MetaSettings, token: string, { http, warn }: Pick<GraphAccess, 'http' | 'warn'>): Graph {
  const [api, permissions] = isInstagramLogin(token)
    ? ['Instagram API with Instagram login', SCOPES.join(' and ')]
    : ['Instagram Graph API', 'instagram_basic, instagram_manage_insights and pages_read_engagement'];
  return openGraph({ api, permissions, settings, token, http, warn });
}

/** The newest day's totals, from the Instagram account itself or, where the id turns out to be a Page's, from the Page's account. */
async function firstTotals(source: Source, day: Day): Promise<{ source: Source; totals: Part }> {
  const totals = await attempt(() => askTotals(source, day));
  if (totals.error === null) return { source, totals };
  if (isPageAnswering(totals.error)) {
    const resolved = { ...source, id: await instagramAccountOf(source.graph, source.id) };
    return { source: resolved, totals: await attempt(() => askTotals(resolved, day)) };
  }
  if (totals.error.scope !== 'day') throw totals.error;
  return { source, totals };
}

/** Throws `PlatformError` when the Page has no Instagram account, or none that the token may see. */
async function instagramAccountOf(graph: Graph, pageId: string): Promise<string> {
  const parsed = page.safeParse(await graph.get(pageId, '', { fields: 'instagram_business_account' }));
  const id = parsed.success ? parsed.data.instagram_business_account?.id : undefined;
  if (id !== undefined) return id;
  throw new PlatformError(
    'configuration',
    `the account id ${pageId} is that of a Page without a connected Instagram account; connect one to the Page, or correct the account id`,
    'connection',
  );
}

/** The API gives the same answer for a day in the future. */
function isOutOfReach(result: DayResult, day: Day, now: Date): result is Extract<DayResult, { kind: 'failed' }> {
  if (result.kind !== 'failed' || !/available for the last 2 years/i.test(result.error.message)) return false;
  return now.getTime() - day.start.getTime() > ALMOST_TWO_YEARS_MS;
}

function isNonexistingField(error: unknown): boolean {
  return error instanceof GraphError && error.code === 100 && /nonexisting field/i.test(error.apiMessage);
}
