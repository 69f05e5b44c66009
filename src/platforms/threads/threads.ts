import { z } from 'zod';
import type { Day, NonEmpty, Platform } from '../contract.js';
import { graphId } from '../meta/graph.js';
import { type RenewalEndpoint, renewToken } from '../meta/renewal.js';
import { askClosing, attempt, dayFrom, eachDay, lastOf, type Part } from '../shared/parts.js';
import { windowsOf } from '../shared/windows.js';
import { openThreads, SCOPES, type ThreadsSettings, VERSION } from './api.js';
import { threadsConsent } from './consent.js';
import { METRICS, SERIES } from './metrics.js';
import { seriesOn } from './parse.js';
import { askFollowers, askSeries, askTotals, type Source } from './requests.js';

/** The longest window that the API accepts is not documented. */
const LONGEST_WINDOW_DAYS = 7;

const NOTHING: Part = { values: [], error: null };

const profile = z.object({ username: z.string().optional() });

/**
 * Threads profiles. Days are Pacific, and the totals of each day take a request of their own.
 * See https://developers.facebook.com/documentation/threads/insights, which does not say how late the figures are.
 */
export function threads(settings: ThreadsSettings): Platform {
  const { url } = settings;
  // https://developers.facebook.com/docs/threads/get-started/long-lived-tokens
  const renewal: RenewalEndpoint = {
    api: "Threads' token endpoint",
    url,
    grantType: 'th_refresh_token',
    permission: SCOPES[0],
  };
  return {
    name: 'threads',
    api: 'threads_graph',
    // The API refuses days before 13 April 2024, and guarantees none before 1 June 2024, which was 910 days ago in November 2026.
    day: { timeZone: 'America/Los_Angeles', settlesAfterHours: 48, reachDays: 900, asks: 'day' },
    metrics: METRICS,
    version: { name: VERSION, endsOn: null, variable: null },
    renewsTokens: false,
    consent: threadsConsent(settings),
    renewal: { when: 'ending', renew: (account, context) => renewToken(renewal, account, context) },
    accountIdOf: graphId,
    endsByDate: () => true,
    storageRule: null,

    async collect(account, days, context) {
      const { refused, warn } = context;
      const source = { graph: openThreads(url, account, context), id: account.accountId, refused, warn };
      // The first request shows whether the token opens the account, and which metrics the API refuses.
      const newest = lastOf(days);
      const totals = await attempt(() => askTotals(source, newest));
      if (totals.error !== null && totals.error.scope !== 'day') throw totals.error;
      const series = seriesOf(source, days);
      const [results, closing] = await Promise.all([
        eachDay(days, async (day) =>
          dayFrom(
            day.date,
            await Promise.all([
              series.get(day) ?? NOTHING,
              day === newest ? totals : attempt(() => askTotals(source, day)),
            ]),
          ),
        ),
        askClosing('threads: followers_count', context, () => askFollowers(source)),
      ]);
      return { days: results, closing };
    },

    async check(account, context) {
      const graph = openThreads(url, account, context);
      const parsed = profile.safeParse(await graph.get(account.accountId, '', { fields: 'username' }));
      // Yesterday and today.
      await graph.get(account.accountId, '/insights', { metric: SERIES.join(',') });
      return { accountName: (parsed.success && parsed.data.username) || null };
    },
  };
}

/** Each day's part of the series. */
function seriesOf(source: Source, days: NonEmpty<Day>): Map<Day, Promise<Part>> {
  return new Map(
    windowsOf(days, LONGEST_WINDOW_DAYS).flatMap((window) => {
      const answer = askSeries(source, window);
      return window.map(
        (day) =>
          [
            day,
            attempt(async () => {
              const { insights, error } = await answer;
              return { values: seriesOn(insights, day), error };
            }),
          ] as const,
      );
    }),
  );
}
