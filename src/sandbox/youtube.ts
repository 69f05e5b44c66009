import type { SandboxAccount } from './account.js';
import { indexOfDate, pacificDay, pacificDayAt, type SandboxDay } from './days.js';
import { googleError, notSupported, withGoogleToken } from './google.js';
import { hasData, shownShare, shownSplit, shownValue } from './readiness.js';
import type { Reply, SandboxRequest } from './reply.js';
import { pick } from './values.js';
import type { World } from './world.js';

/** Metrics that are sums over the content types. */
const SUMMABLE: ReadonlySet<string> = new Set([
  'views',
  'engagedViews',
  'redViews',
  'comments',
  'likes',
  'dislikes',
  'videosAddedToPlaylists',
  'videosRemovedFromPlaylists',
  'shares',
  'estimatedMinutesWatched',
  'estimatedRedMinutesWatched',
  'subscribersGained',
  'subscribersLost',
]);
const RATIOS: ReadonlySet<string> = new Set(['averageViewDuration', 'averageViewPercentage']);
/** Metrics that need another scope and a monetized channel: 403 here. */
const MONEY: ReadonlySet<string> = new Set([
  'estimatedRevenue',
  'estimatedAdRevenue',
  'grossRevenue',
  'estimatedRedPartnerRevenue',
  'monetizedPlaybacks',
  'playbackBasedCpm',
  'adImpressions',
  'cpm',
]);
/** Reports without the dimension `day` exist, but are useless to a daily collector. */
const DIMENSIONS: readonly string[] = ['day', 'day,creatorContentType'];
/** The last day for which all metrics are ready is this many days before today. */
const DELAY_DAYS = 3;

interface Report {
  readonly metrics: readonly string[];
  readonly dimensions: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** `GET /v2/reports` of youtubeanalytics.googleapis.com. */
export function answerYoutubeAnalytics(request: SandboxRequest, world: World): Reply {
  if (request.path !== '/v2/reports' || request.method !== 'GET') {
    return { ...googleError(404, 'notFound', 'Not Found'), unexpected: true };
  }
  return withGoogleToken(request, world, (account) => {
    const report = parseReport(request.query, account, world);
    if ('status' in report) return report;
    return { status: 200, body: resultTable(report, account, world) };
  });
}

function parseReport(query: URLSearchParams, account: SandboxAccount, world: World): Report | Reply {
  const get = (name: string) => query.get(name) ?? '';
  const missing = ['ids', 'startDate', 'endDate', 'metrics'].find((name) => get(name) === '');
  if (missing) return googleError(400, 'required', 'Required', { message: `Required parameter: ${missing}` });
  if (!/^[a-zA-Z]+==[a-zA-Z0-9_+-]+$/.test(get('ids'))) return invalid('ids', get('ids'));
  if (get('ids') !== 'channel==MINE' && get('ids') !== `channel==${account.accountId}`) {
    return googleError(403, 'forbidden', 'Forbidden');
  }
  const start = indexOfDate(get('startDate'));
  const end = indexOfDate(get('endDate'));
  if (start === undefined) return invalid('startDate', get('startDate'));
  if (end === undefined || end < start) return invalid('endDate', get('endDate'));
  if (!/^[0-9a-zA-Z,]+$/.test(get('metrics'))) return invalid('metrics', get('metrics'));

  const metrics = get('metrics').split(',');
  const dimensions = get('dimensions');
  if (metrics.some((metric) => MONEY.has(metric))) return googleError(403, 'forbidden', 'Forbidden');
  const isKnown = (metric: string) => (SUMMABLE.has(metric) || RATIOS.has(metric)) && !world.refuses(account, metric);
  if (!metrics.every(isKnown) || new Set(metrics).size < metrics.length) return notSupported();
  // `creatorContentType` as a filter is undocumented; paging is not needed for a few days.
  const unknown = [...query.keys()].some((name) => !PARAMETERS.has(name));
  if (!DIMENSIONS.includes(dimensions) || unknown) return notSupported();
  const named = dimensions.split(',');
  const sort = get('sort');
  if (sort !== '' && !sort.split(',').every((key) => [...metrics, ...named].includes(key.replace(/^-/, '')))) {
    return notSupported();
  }
  return { metrics, dimensions: named, start, end };
}

const PARAMETERS: ReadonlySet<string> = new Set(['ids', 'startDate', 'endDate', 'metrics', 'dimensions', 'sort']);

function invalid(parameter: string, value: string): Reply {
  return googleError(400, 'invalidParameter', `Invalid value '${value}' for parameter ${parameter}.`);
}

function resultTable(report: Report, account: SandboxAccount, world: World): object {
  const columns = shuffled([...report.dimensions, ...report.metrics], `${account.accountId}|${report.start}`);
  const rows = readyDays(report, account, world).flatMap((day) => rowsOf(day, report, account, world.now()));
  return {
    kind: 'youtubeAnalytics#resultTable',
    columnHeaders: columns.map((name) => columnHeader(name, report)),
    // Without results the key is absent, not an empty list.
    ...(rows.length > 0 && { rows: rows.map((row) => columns.map((name) => row[name])) }),
  };
}

function columnHeader(name: string, report: Report): object {
  if (report.dimensions.includes(name)) return { name, columnType: 'DIMENSION', dataType: 'STRING' };
  return { name, columnType: 'METRIC', dataType: name === 'averageViewPercentage' ? 'FLOAT' : 'INTEGER' };
}

/** Only `columnHeaders` says which column is where. Each answer has another order, so that a client cannot rely on one. */
function shuffled(names: readonly string[], seed: string): string[] {
  return [...names].sort((a, b) => pick(seed + a, 0, 1e9) - pick(seed + b, 0, 1e9));
}

/** The answer stops at the last day for which all of its metrics are ready, and does not mention later days. */
function readyDays(report: Report, account: SandboxAccount, world: World): SandboxDay[] {
  if (world.meets(account, 'no_data')) return [];
  const newest = Math.min(report.end, pacificDayAt(world.now()).index - DELAY_DAYS);
  const days: SandboxDay[] = [];
  for (let index = report.start; index <= newest; index++) days.push(pacificDay(index));
  const isReady = (day: SandboxDay) =>
    report.metrics.every((metric) => shownShare(account, metric, day, world.now()) > 0);
  return days.filter((day) => hasData(day, account, world) && isReady(day));
}

type Row = Record<string, string | number>;

/** The row of a day, or one row per content type with any values on it. */
function rowsOf(day: SandboxDay, report: Report, account: SandboxAccount, now: number): Row[] {
  const value = (metric: string) => shownValue(account, metric, day, now) ?? 0;
  if (!report.dimensions.includes('creatorContentType')) {
    return [{ day: day.date, ...pickMetrics(report.metrics, value) }];
  }
  const inputs = [...report.metrics, 'views', 'estimatedMinutesWatched'].filter((metric) => SUMMABLE.has(metric));
  const splits = new Map(inputs.map((metric) => [metric, shownSplit(account, metric, day, 'creatorContentType', now)]));
  const types = new Set([...splits.values()].flatMap((split) => Object.keys(split)));
  return [...types].flatMap((type) => {
    const ofType = (metric: string) => {
      if (metric === 'averageViewPercentage') return value(metric);
      if (metric === 'averageViewDuration') return averageDuration(splits, type);
      return splits.get(metric)?.[type] ?? 0;
    };
    const metrics = pickMetrics(report.metrics, ofType);
    const isIdle = report.metrics.every((metric) => RATIOS.has(metric) || metrics[metric] === 0);
    return isIdle ? [] : [{ day: day.date, creatorContentType: type, ...metrics }];
  });
}

function averageDuration(splits: ReadonlyMap<string, Readonly<Record<string, number>>>, type: string): number {
  const views = splits.get('views')?.[type] ?? 0;
  const minutes = splits.get('estimatedMinutesWatched')?.[type] ?? 0;
  return views === 0 ? 0 : Math.floor((minutes * 60) / views);
}

function pickMetrics(metrics: readonly string[], value: (metric: string) => number): Record<string, number> {
  return Object.fromEntries(metrics.map((metric) => [metric, value(metric)]));
}

/** `GET /youtube/v3/channels?part=statistics&mine=true` of www.googleapis.com. */
export function answerYoutubeData(request: SandboxRequest, world: World): Reply {
  if (request.path !== '/youtube/v3/channels' || request.method !== 'GET') {
    return { ...googleError(404, 'notFound', 'Not Found'), unexpected: true };
  }
  return withGoogleToken(request, world, (account) => {
    const parts = (request.query.get('part') ?? '').split(',');
    if (!request.query.get('part')) return googleError(400, 'missingRequiredParameter', 'Required parameter: part');
    if (parts.some((part) => !['id', 'snippet', 'statistics'].includes(part))) return invalid('part', parts.join(','));
    const id = request.query.get('id');
    if (id === null && request.query.get('mine') !== 'true') {
      return googleError(400, 'missingRequiredParameter', 'No filter selected. Expected one of: id, mine');
    }
    const items = id === null || id === account.accountId ? [channel(account, parts)] : [];
    return { status: 200, body: { kind: 'youtube#channelListResponse', ...(items.length > 0 && { items }) } };
  });
}

function channel(account: SandboxAccount, parts: readonly string[]): object {
  return {
    kind: 'youtube#channel',
    id: account.accountId,
    ...(parts.includes('snippet') && { snippet: { title: account.name } }),
    ...(parts.includes('statistics') && {
      statistics: {
        viewCount: '123456',
        subscriberCount: String(shownSubscribers(account.followers)),
        hiddenSubscriberCount: false,
        videoCount: '321',
      },
    }),
  };
}

/** Rounded down to three significant digits, as YouTube shows it above 1,000. */
function shownSubscribers(count: number): number {
  const unit = 10 ** Math.max(0, String(count).length - 3);
  return Math.floor(count / unit) * unit;
}
