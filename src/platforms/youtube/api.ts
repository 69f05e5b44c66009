import type { CheckContext } from '../contract.js';
import { judgeGoogle } from '../google/errors.js';
import { ANALYTICS_SCOPE, CHANNEL_SCOPE, type GoogleSettings, googleClient } from '../google/oauth.js';
import { openSession, type Tokens } from '../shared/oauth.js';

/** The APIs' names in messages. */
export const ANALYTICS_API = 'YouTube Analytics API';
const DATA_API = 'YouTube Data API';

interface ReportQuery {
  /** Dates of the Pacific calendar, both inclusive. */
  readonly startDate: string;
  readonly endDate: string;
  readonly dimensions: 'day' | 'day,creatorContentType';
  readonly metrics: readonly string[];
}

/** YouTube's two APIs, each with its own quota, called with one channel's token. Both throw `UnsupportedQuery`, `PlatformError`, `Interrupted`. */
export interface YouTube {
  /** `reports.query` of the YouTube Analytics API. */
  report(query: ReportQuery): Promise<unknown>;
  /** `channels.list` of the YouTube Data API, for the token's own channel. */
  channel(part: 'snippet' | 'statistics'): Promise<unknown>;
}

export function openYouTube(settings: GoogleSettings, tokens: Tokens, context: CheckContext): YouTube {
  const session = openSession(googleClient(settings), tokens, context);
  const get = (api: string, address: string, query: Readonly<Record<string, string>>, scope: string) =>
    session.get({ api, url: new URL(`${address}?${new URLSearchParams(query)}`) }, (answer) =>
      judgeGoogle(answer, scope),
    );
  return {
    report: ({ metrics, ...query }) =>
      get(
        ANALYTICS_API,
        `${settings.analyticsUrl}/v2/reports`,
        { ids: 'channel==MINE', ...query, metrics: metrics.join(',') },
        ANALYTICS_SCOPE,
      ),
    channel: (part) => get(DATA_API, `${settings.dataUrl}/youtube/v3/channels`, { part, mine: 'true' }, CHANNEL_SCOPE),
  };
}
