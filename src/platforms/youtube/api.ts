import { PlatformError } from '../../errors.js';
import type { Account, CheckContext } from '../contract.js';
import { judgeGoogle } from '../google/errors.js';
import { ANALYTICS_SCOPE, CHANNEL_SCOPE, type GoogleSettings, googleClient } from '../google/oauth.js';
import { openSession } from '../shared/oauth.js';

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
  /** `reports.query` of the YouTube Analytics API, for the account's channel. Throws `ClosedChannel` if the token does not open it. */
  report(query: ReportQuery): Promise<unknown>;
  /** `channels.list` of the YouTube Data API, for the token's own channel. */
  channel(part: 'snippet' | 'statistics'): Promise<unknown>;
}

export function openYouTube(settings: GoogleSettings, account: Account, context: CheckContext): YouTube {
  const session = openSession(googleClient(settings), account, context);
  const get = (api: string, address: string, query: Readonly<Record<string, string>>, scope: string) =>
    session.get({ api, url: new URL(`${address}?${new URLSearchParams(query)}`) }, (answer) =>
      judgeGoogle(answer, scope),
    );
  return {
    report: ({ metrics, ...query }) =>
      get(
        ANALYTICS_API,
        `${settings.analyticsUrl}/v2/reports`,
        // Not `MINE`, which follows the token: another channel's numbers must not be filed under this one.
        { ids: `channel==${channelId(account.accountId)}`, ...query, metrics: metrics.join(',') },
        ANALYTICS_SCOPE,
      ),
    channel: (part) => get(DATA_API, `${settings.dataUrl}/youtube/v3/channels`, { part, mine: 'true' }, CHANNEL_SCOPE),
  };
}

/** Throws `PlatformError` for what cannot be one. */
export function channelId(accountId: string): string {
  if (/^[\w-]{1,64}$/.test(accountId)) return accountId;
  throw new PlatformError(
    'configuration',
    'the account id is not that of a YouTube channel, which begins with UC; correct the account id',
    'connection',
  );
}
