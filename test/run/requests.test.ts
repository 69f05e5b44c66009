import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../src/collector/options.js';
import type { SandboxPlatform } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { createWorld, type World } from '../support/world.js';

let world: World;
afterEach(() => world?.close());

/** Collects an account several times a day from 10 November on. */
async function collectedFor(platform: SandboxPlatform, until: string): Promise<void> {
  world = await createWorld({
    now: new Date('2026-11-10T02:00:00Z'),
    accounts: population({ users: 1, platforms: [platform] }),
  });
  for (let day = 10; day <= 20; day++) {
    for (const time of ['02:00', '09:00', '16:00']) {
      world.now = new Date(`2026-11-${day}T${time}:00Z`);
      if (world.now >= new Date(until)) return;
      await world.collect();
    }
  }
}

/** The requests of the run at a time, such as `insights day follow_type`, in alphabetical order. */
async function requestsAt(platform: SandboxPlatform, time: string): Promise<string[]> {
  const now = `2026-11-20T${time}:00Z`;
  await collectedFor(platform, now);
  world.now = new Date(now);
  const before = world.sandbox.requests.length;
  await world.collect();
  return world.sandbox.requests.slice(before).map(labelOf).sort();
}

function labelOf({ path, query }: Sandbox['requests'][number]): string {
  const resource = path.split('/').findLast((part) => /^[A-Za-z_]+$/.test(part)) ?? 'profile';
  const kinds = ['period', 'breakdown', 'dimensions'].flatMap((name) => query.get(name) ?? []);
  return [resource, ...kinds].join(' ');
}

const STATISTICS = [
  'organizationPageStatistics',
  'organizationalEntityFollowerStatistics',
  'organizationalEntityShareStatistics',
];
const REPORTS = ['reports day', 'reports day,creatorContentType'];

it.each<[SandboxPlatform, string, string, string[]]>([
  [
    'instagram',
    '09:00',
    'a new day, a settling one and the totals',
    [
      ...['insights day', 'insights day', 'insights day follow_type', 'insights day media_product_type'],
      ...['insights days_28', 'insights week', 'profile'],
    ],
  ],
  ['instagram', '02:00', 'nothing', []],
  ['facebook', '09:00', 'the window', ['insights']],
  ['youtube', '02:00', 'the window and the totals so far', ['channels', ...REPORTS]],
  ['youtube', '09:00', 'the window and the totals', ['channels', ...REPORTS]],
  ['youtube', '16:00', 'the window', REPORTS],
  ['linkedin', '02:00', 'the window and the total', ['networkSizes', ...STATISTICS]],
  ['linkedin', '09:00', 'the window', STATISTICS],
  ['pinterest', '02:00', 'the window and the totals', ['analytics', 'user_account']],
  ['pinterest', '09:00', 'the window', ['analytics']],
  ['threads', '02:00', 'nothing', []],
  [
    'threads',
    '09:00',
    'a new day, a settling one, the series and the followers',
    ['threads_insights', 'threads_insights', 'threads_insights', 'threads_insights'],
  ],
  ['tiktok', '02:00', 'the window and the totals', ['get']],
  ['tiktok', '09:00', 'the window', ['get']],
  ['bluesky', '02:00', 'its figures', ['xrpc']],
  ['bluesky', '09:00', 'nothing', []],
  ['mastodon', '02:00', 'its figures', ['lookup']],
  ['mastodon', '09:00', 'nothing', []],
])('on %s, the run at %s asks for %s', async (platform, time, _what, requests) => {
  expect(await requestsAt(platform, time)).toEqual(requests);
});

describe('an Instagram day', () => {
  const rowsOf = (date: string) =>
    world.query(
      `select metric, value::int as value, metadata - array['fetched_at', 'first', 'revised_at'] as metadata
       from analytics_snapshots where date = $1 and metadata ->> 'period' = 'day' order by metric`,
      [date],
    );

  it('has no splits and no followers gained until it settles, and then the rows of a day asked for once', async () => {
    await collectedFor('instagram', '2026-11-20T16:00:00Z');
    const provisional = await rowsOf('2026-11-18');
    expect(provisional.map(({ metric }) => metric)).not.toContain('follows');
    expect(JSON.stringify(provisional)).not.toMatch(/post_types|follow_types/);
    const settled = await rowsOf('2026-11-17');
    expect(JSON.stringify(settled)).toMatch(/post_types.*follow_types/);

    const { now } = world;
    await world.close();
    world = await createWorld({ now, accounts: population({ users: 1, platforms: ['instagram'] }) });
    await world.collect();
    expect(await rowsOf('2026-11-17')).toEqual(settled);
  });

  it.each([
    ['is named', { window: { kind: 'day', date: '2026-11-18' } }],
    ['is refreshed', { refresh: true }],
    ['is not made up for later', { backlog: 0 }],
  ] as const)('has all of them at once if it %s', async (_how, options) => {
    world = await createWorld({
      now: new Date('2026-11-19T09:00:00Z'),
      accounts: population({ users: 1, platforms: ['instagram'] }),
    });
    await world.collect({ ...DEFAULTS, ...options });
    const rows = await rowsOf('2026-11-18');
    expect(rows.map(({ metric }) => metric)).toContain('follows');
    expect(JSON.stringify(rows)).toMatch(/post_types.*follow_types/);
  });
});
