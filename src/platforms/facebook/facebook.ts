import { z } from 'zod';
import { PlatformError } from '../../errors.js';
import { GraphError } from '../meta/errors.js';
import { type Graph, type MetaSettings, openGraph } from '../meta/graph.js';
import { askInsights, type Insight, type Insights } from '../meta/insights.js';
import { graphVersion } from '../meta/versions.js';
import { dayFrom } from '../parts.js';
import type { Day, MetricValue, Platform, RefusedMetrics } from '../platform.js';
import { ASKED, KEPT_NAMES, METRICS } from './metrics.js';

/** Under the API's 90 days for one request, with room for the hour of a daylight-saving change. */
const LONGEST_WINDOW_DAYS = 89;
const DAY_MS = 86_400_000;
/** Facebook does not say which metric it refuses. */
const REFUSAL = /must be a valid insights metric/;

/**
 * Facebook Pages. Days are Pacific; data is about a day late. See "Page Insights" in Meta's reference, whose list of metrics
 * still names retired ones.
 */
export function facebook(settings: MetaSettings): Platform {
  return {
    name: 'facebook',
    api: 'facebook_graph',
    day: { timeZone: 'America/Los_Angeles', settlesAfterHours: 48, lookbackDays: 728 },
    metrics: METRICS,
    version: graphVersion(settings.version),
    renewsTokens: false,
    endsByDate: () => false,
    storageRule: null,

    async collect(account, days, { http, refused, warn }) {
      const open = (token: string) => openGraph({ settings, token, http, warn });
      const answers: Insights[] = [];
      for (const window of windows(days))
        answers.push(await askAsPage({ open, token: account.accessToken, id: account.accountId, refused }, window));
      const insights = answers.flatMap((answer) => answer.insights);
      const error = answers.find((answer) => answer.error)?.error ?? null;
      if (insights.length === 0 && !error) warn(emptyHanded(account.accountId));
      return days.map((day) => dayFrom(day.date, [{ values: valuesOf(insights, day), error }]));
    },

    async check(account, { http, warn }) {
      const graph = openGraph({ settings, token: account.accessToken, http, warn });
      const page = z
        .object({ name: z.string().optional() })
        .safeParse(await graph.get(account.accountId, '', { fields: 'name' }));
      if (!(await pageToken(graph, account.accountId))) throw noPageToken();
      return { accountName: (page.success && page.data.name) || null };
    },
  };
}

interface PageRequest {
  readonly open: (token: string) => Graph;
  readonly token: string;
  readonly id: string;
  readonly refused: RefusedMetrics;
}

/**
 * Page insights want the Page's own token. Another one is refused, or answered with an empty list: then the Page's
 * is asked for, and where it is a different one, the insights once more.
 */
async function askAsPage({ open, token, id, refused }: PageRequest, window: readonly Day[]): Promise<Insights> {
  const ask = (graph: Graph) =>
    askInsights({ graph, id, refused, refusal: REFUSAL, metrics: ASKED, query: queryOf(window), required: true });
  const graph = open(token);
  let answer: Insights | null = null;
  try {
    answer = await ask(graph);
    if (answer.insights.length > 0 || answer.error) return answer;
  } catch (error) {
    if (!needsPageToken(error)) throw error;
  }
  const own = await pageToken(graph, id);
  if (own !== null && own !== token) return ask(open(own));
  if (answer) return answer;
  throw noPageToken();
}

/** The Page's own token, or null when this token's owner may not have it. */
async function pageToken(graph: Graph, id: string): Promise<string | null> {
  const page = z
    .object({ access_token: z.string().min(1) })
    .safeParse(await graph.get(id, '', { fields: 'access_token' }));
  return page.success ? page.data.access_token : null;
}

/** Extra days in an answer are ignored, so a second beyond the last midnight is safe, whether the API counts it in or not. */
function queryOf(window: readonly Day[]): Record<string, string> {
  const [first, last] = [window.at(0), window.at(-1)];
  const seconds = (instant: Date | undefined) => Math.floor((instant?.getTime() ?? 0) / 1_000);
  return { period: 'day', since: String(seconds(first?.start)), until: String(seconds(last?.end) + 1) };
}

/** A value belongs to the day that its `end_time` ends: the first instant after it, 07:00Z in summer, 08:00Z in winter. */
function valuesOf(insights: readonly Insight[], day: Day): MetricValue[] {
  return insights.flatMap(({ name, period, values = [] }) => {
    if (period !== undefined && period !== 'day') return [];
    return values.flatMap(({ value, end_time: end }): MetricValue[] => {
      if (value === undefined || value === null || end === undefined || !endsWith(day, new Date(end))) return [];
      const kept = KEPT_NAMES[name];
      return [{ metric: name, value }, ...(kept === undefined ? [] : [{ metric: kept, value, apiMetric: name }])];
    });
  });
}

function endsWith(day: Day, end: Date): boolean {
  return day.start < end && end <= day.end;
}

function windows(days: readonly Day[]): Day[][] {
  const result: Day[][] = [];
  for (const day of days) {
    const current = result.at(-1);
    const first = current?.at(0);
    if (current && first && day.end.getTime() - first.start.getTime() <= LONGEST_WINDOW_DAYS * DAY_MS)
      current.push(day);
    else result.push([day]);
  }
  return result;
}

function needsPageToken(error: unknown): boolean {
  return error instanceof GraphError && error.code === 190 && /Page Access Token/i.test(error.apiMessage);
}

/** Without `read_insights` the API refuses nothing, it answers with an empty list: as it does for a Page too small to have insights. */
function emptyHanded(pageId: string): string {
  return `facebook ${pageId}: the API lists no insights at all; grant read_insights if the Page has more than 100 followers`;
}

function noPageToken(): PlatformError {
  return new PlatformError(
    'missing_permission',
    "the token's owner may not manage this Page: connect it as a person with full access to the Page",
    'connection',
  );
}
