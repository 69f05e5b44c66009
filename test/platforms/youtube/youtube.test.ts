import { describe, expect, it } from 'vitest';
import { datesBetween, dayOf } from '../../../src/collector/day.js';
import { valuesOf } from '../../../src/collector/snapshots.js';
import type { Account } from '../../../src/platforms/contract.js';
import { youtube } from '../../../src/platforms/youtube/youtube.js';
import { trueSplit } from '../../../src/sandbox/values.js';
import { EXPECTED, NOON } from '../../conformance/accounts.js';
import { collecting } from '../../conformance/collecting.js';
import { type Answer, lentContext, serveApi } from '../../support/api.js';
import { withClosing } from '../../support/collected.js';
import { nonEmpty } from '../../support/non-empty.js';

const { account } = EXPECTED.youtube;
const NAMES: Readonly<Record<string, string>> = { videoOnDemand: 'video', shorts: 'short', liveStream: 'live' };

describe('in the sandbox', () => {
  it('stores the split by content type with each metric that can be summed', async () => {
    const { days } = await collecting(account);
    const [oldest] = days;
    for (const metric of ['views', 'subscribersGained']) {
      const split = trueSplit(account.accountId, metric, oldest?.date ?? '', 'creatorContentType');
      const renamed = Object.entries(split).flatMap(([type, value]) => (NAMES[type] ? [[NAMES[type], value]] : []));
      expect(oldest?.metadata[metric]?.post_types).toEqual(Object.fromEntries(renamed));
    }
    for (const average of ['averageViewDuration', 'averageViewPercentage'])
      expect(oldest?.metadata[average]).not.toHaveProperty('post_types');
  });

  it('leaves an empty day open until it has settled, even if later days have data', async () => {
    const { days, sandbox } = await collecting({ ...account, fault: { kind: 'gap', date: '2026-11-18' } });
    expect(sandbox.fired(account.accountId, 'gap')).toBeGreaterThan(0);
    expect(days.map(({ ended }) => ended).join(' ')).toBe(
      'settled settled settled pending provisional pending pending',
    );
  });
});

const DAYS = datesBetween('2026-11-15', '2026-11-16').map((date) => dayOf(date, 'America/Los_Angeles'));
const ACCOUNT: Account = {
  accountId: `UC${'a'.repeat(22)}`,
  accessToken: 'ya29.one',
  refreshToken: null,
  tokenExpiresAt: null,
};
const UNSUPPORTED: Answer = [400, { error: { code: 400, message: 'The query is not supported.' } }];
const BROKEN: Answer = [500, { error: { code: 500, message: 'Internal error encountered.' } }];

/** A report with a row a day (a row a type, where asked), every metric at 5. */
function report(url: URL): Answer {
  if (url.pathname.endsWith('/channels')) return [200, { items: [{ id: ACCOUNT.accountId }] }];
  const dimensions = url.searchParams.get('dimensions')?.split(',') ?? [];
  const metrics = url.searchParams.get('metrics')?.split(',') ?? [];
  const rows = DAYS.map(({ date }) => [date, ...dimensions.slice(1).map(() => 'SHORTS'), ...metrics.map(() => 5)]);
  return [200, { columnHeaders: [...dimensions, ...metrics].map((name) => ({ name })), rows }];
}

async function collect(answer: (url: URL) => Answer, lent = lentContext(NOON)) {
  const { url, requests } = await serveApi(answer);
  const platform = youtube({
    analyticsUrl: url,
    dataUrl: url,
    oauthUrl: url,
    accountsUrl: url,
    clientId: null,
    clientSecret: null,
  });
  const results = withClosing(await platform.collect(ACCOUNT, nonEmpty(DAYS), lent.context));
  const summary = results.map((result) => [result.kind, ...valuesOf(result).map(({ metric }) => metric)].join(' '));
  return { results, summary: summary.at(-1), requests, warnings: lent.warnings };
}

const asks = (url: URL, name: string) =>
  `${url.searchParams.get('metrics')},${url.searchParams.get('dimensions')}`.includes(name);
const reportsIn = (requests: readonly URL[]) => requests.filter(({ pathname }) => pathname.endsWith('/reports'));
const CORE = 'views estimatedMinutesWatched averageViewDuration subscribersGained subscribersLost';
const LASTING =
  'views engagedViews estimatedMinutesWatched averageViewDuration subscribersGained subscribersLost likes comments shares';
const ALL =
  'views engagedViews redViews estimatedMinutesWatched averageViewDuration averageViewPercentage subscribersGained subscribersLost likes comments shares videosAddedToPlaylists videosRemovedFromPlaylists';

describe('a refused query', () => {
  it.each([
    [['videosAddedToPlaylists'], LASTING, 4],
    [['shares'], LASTING.replace(' likes comments shares', ''), 7],
    [['engagedViews', 'shares'], CORE, 8],
  ])('because of %j is repeated with fewer metrics, which later channels use at once', async (refused, left, lost) => {
    const lent = lentContext(NOON);
    const answer = (url: URL) => (refused.some((metric) => asks(url, metric)) ? UNSUPPORTED : report(url));
    expect(await collect(answer, lent)).toMatchObject({ summary: `collected ${left}` });
    const again = await collect(answer, lent);
    expect(again.summary).toBe(`collected ${left}`);
    expect(reportsIn(again.requests)).toHaveLength(2);
    expect(lent.warnings).toHaveLength(lost);
  });

  it('that names a metric is repeated without that metric only', async () => {
    const lent = lentContext(NOON);
    const message = 'Unknown identifier (redViews) given in field parameters.metrics.';
    const answer = (url: URL): Answer =>
      asks(url, 'redViews') ? [400, { error: { code: 400, message } }] : report(url);
    expect(await collect(answer, lent)).toMatchObject({ summary: `collected ${ALL.replace('redViews ', '')}` });
    expect(lent.warnings).toEqual([expect.stringContaining('redViews')]);
  });

  it('is not blamed on the metrics if the channel gets no answer at all', async () => {
    const lent = lentContext(NOON);
    await expect(collect(() => UNSUPPORTED, lent)).rejects.toThrow('not supported');
    expect(lent.warnings).toEqual([]);
    expect((await collect(report, lent)).summary).toBe(`collected ${ALL}`);
  });

  it('by content type loses only the split, and is not repeated', async () => {
    const lent = lentContext(NOON);
    const answer = (url: URL) => (asks(url, 'creatorContentType') ? UNSUPPORTED : report(url));
    expect((await collect(answer, lent)).summary).toBe(`collected ${ALL}`);
    expect(reportsIn((await collect(answer, lent)).requests)).toHaveLength(1);
    expect(lent.warnings).toHaveLength(1);
  });

  it('loses the splits of optional metrics only', async () => {
    const lent = lentContext(NOON);
    const answer = (url: URL) => (asks(url, 'creatorContentType') && asks(url, 'redViews') ? UNSUPPORTED : report(url));
    const { results } = await collect(answer, lent);
    const [result] = results;
    const values = result !== undefined && 'values' in result ? result.values : [];
    expect(values.find(({ metric }) => metric === 'views')).toMatchObject({ postTypes: { short: 5 } });
    expect(values.find(({ metric }) => metric === 'redViews')).toEqual({ metric: 'redViews', value: 5 });
  });
});

it('collects the days without the split when that fails, and warns once', async () => {
  const { summary, warnings } = await collect((url) => (asks(url, 'creatorContentType') ? BROKEN : report(url)));
  expect(summary).toBe(`collected ${ALL}`);
  expect(warnings).toEqual([expect.stringContaining('splits by content type could not be fetched')]);
});

describe('channel totals', () => {
  const withChannel = (channel: Answer) => (url: URL) => (url.pathname.endsWith('/channels') ? channel : report(url));
  const listed = (channel: object): Answer => [200, { items: [{ id: ACCOUNT.accountId, ...channel }] }];
  const collectWith = (channel: Answer) => collect(withChannel(channel), lentContext(NOON, '2026-11-16'));

  it('omit subscribers if the owner hides them', async () => {
    const statistics = { subscriberCount: '0', hiddenSubscriberCount: true, viewCount: '7', videoCount: '1' };
    const { summary } = await collectWith(listed({ statistics }));
    expect(summary).toBe(`collected ${ALL} viewCount videoCount`);
  });

  it('are skipped with a warning if their permission is missing', async () => {
    const { summary, warnings } = await collectWith([403, { error: { message: 'Forbidden' } }]);
    expect(summary).toBe(`collected ${ALL}`);
    expect(warnings).toEqual([expect.stringContaining('youtube.readonly')]);
  });

  it('are skipped with a warning if they fail', async () => {
    const { summary, warnings } = await collectWith(BROKEN);
    expect(summary).toBe(`collected ${ALL}`);
    expect(warnings).toEqual([expect.stringContaining('channel totals could not be fetched')]);
  });

  it('of another channel are not stored', async () => {
    await expect(collectWith(listed({ id: `UC${'b'.repeat(22)}` }))).rejects.toMatchObject({ reason: 'configuration' });
  });

  it('are not asked for in a run that does not need them', async () => {
    const { summary, requests } = await collect(report);
    expect([summary, requests]).toEqual([`collected ${ALL}`, reportsIn(requests)]);
  });
});

describe('a token that does not open the reports of the channel', () => {
  const FORBIDDEN: Answer = [403, { error: { code: 403, message: 'Forbidden', errors: [{ reason: 'forbidden' }] } }];
  const OTHER = { items: [{ id: `UC${'b'.repeat(22)}` }] };

  it.each<[string, Answer, object, string]>([
    ['opens those of another one', FORBIDDEN, OTHER, 'configuration'],
    ['opens those of another one, and the channel is not found', [404, { error: {} }], OTHER, 'configuration'],
    ['belongs to somebody without a channel', FORBIDDEN, {}, 'needs_reconnect'],
    [
      'belongs to somebody without a channel, whose report is empty',
      [200, { columnHeaders: [] }],
      {},
      'needs_reconnect',
    ],
    ['lacks a permission', FORBIDDEN, { items: [{ id: ACCOUNT.accountId }] }, 'missing_permission'],
  ])('is told apart if it %s', async (_what, refusal, channels, reason) => {
    const answer = ({ pathname, searchParams }: URL): Answer => {
      if (pathname.endsWith('/channels')) return [200, channels];
      return searchParams.get('ids') === `channel==${ACCOUNT.accountId}` ? refusal : [400, {}];
    };
    await expect(collect(answer)).rejects.toMatchObject({ reason, scope: 'connection' });
  });
});
