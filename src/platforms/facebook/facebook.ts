import { z } from 'zod';
import type { Platform } from '../contract.js';
import { accessOf } from '../meta/access.js';
import { type Graph, graphId, type MetaSettings, openGraph } from '../meta/graph.js';
import type { Insights } from '../meta/insights.js';
import { graphVersion } from '../meta/versions.js';
import { believable, dayFrom } from '../shared/parts.js';
import { windowsOf } from '../shared/windows.js';
import { facebookConsent } from './consent.js';
import { METRICS, RECONCILES, UNIQUE_VIEWERS } from './metrics.js';
import { askAsPage, noPageToken, pageToken } from './page.js';
import { reachOf, valuesOf } from './parse.js';
import { askWindow } from './requests.js';

const PERMISSIONS = 'read_insights and pages_read_engagement';
/** Under the API's 90 days for one request, with room for the hour of a daylight-saving change. */
const LONGEST_WINDOW_DAYS = 89;

const named = z.object({ name: z.string().optional() });

/**
 * Facebook Pages. Days are Pacific; data is about a day late. See "Page Insights" in Meta's reference, whose list of metrics
 * still names retired ones.
 */
export function facebook(settings: MetaSettings): Platform {
  const access = { api: 'Facebook Graph API', permissions: PERMISSIONS, settings };
  return {
    name: 'facebook',
    api: 'facebook_graph',
    day: { timeZone: 'America/Los_Angeles', settlesAfterHours: 48, reachDays: 728, asks: 'range' },
    metrics: METRICS,
    reconciles: RECONCILES,
    version: graphVersion(settings.version, settings.graphUrl),
    renewsTokens: false,
    consent: facebookConsent(settings),
    ...accessOf(settings),
    accountIdOf: graphId,
    endsByDate: () => false,
    storageRule: null,

    async collect(account, days, { http, refused, warn, lastEndedDate }) {
      const open = (token: string) => openGraph({ ...access, token, http, warn });
      const { accessToken: token, accountId: id } = account;
      const source = { id, refused, warn };
      const answers: Insights[] = [];
      let page: Graph | null = null;
      for (const window of windowsOf(days, LONGEST_WINDOW_DAYS)) {
        const withReach = window.some(({ date }) => date === lastEndedDate);
        const ask = (graph: Graph) => askWindow(graph, source, window, withReach);
        if (page !== null) {
          answers.push(await ask(page));
          continue;
        }
        const { graph, answer } = await askAsPage({ open, token, id }, ask);
        page = graph;
        answers.push(answer);
      }
      const insights = answers.flatMap((answer) => answer.insights);
      const error = answers.find((answer) => answer.error)?.error ?? null;
      if (insights.length === 0 && !error) warn(emptyHanded(id));
      const results = days.map((day) => {
        const values = valuesOf(insights, day);
        const reach = { values: day.date === lastEndedDate ? reachOf(insights, day) : [], error: null };
        return dayFrom(day.date, [{ values, error }, believable(reach, values, UNIQUE_VIEWERS)]);
      });
      return { days: results, closing: [] };
    },

    async check(account, { http, warn }) {
      const graph = openGraph({ ...access, token: account.accessToken, http, warn });
      const page = named.safeParse(await graph.get(account.accountId, '', { fields: 'name' }));
      if (!(await pageToken(graph, account.accountId))) throw noPageToken();
      return { accountName: (page.success && page.data.name) || null };
    },
  };
}

/** Without `read_insights` the API does not refuse: it answers with an empty list, as it does for a Page too small to have insights. */
function emptyHanded(pageId: string): string {
  return `facebook ${pageId}: the API returns no insights at all; grant read_insights if the Page has more than 100 followers`;
}
