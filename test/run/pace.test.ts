import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../src/collector/options.js';
import { RunLimit } from '../../src/errors.js';
import type { Pace } from '../../src/http/pace.js';
import { dayResult, type Platform } from '../../src/platforms/contract.js';
import { judgePlain } from '../../src/platforms/shared/verdicts.js';
import type { SandboxAccount, SandboxPlatform } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import { simulatedClock } from '../support/clock.js';
import { expectCountsAddUp } from '../support/summary.js';
import { createWorld, type World } from '../support/world.js';

const START = new Date('2026-11-22T09:00:00Z');
const DAY: { readonly window: { readonly kind: 'day'; readonly date: string } } = {
  window: { kind: 'day', date: '2026-11-10' },
};

let world: World | undefined;
let server: Server | undefined;
afterEach(async () => {
  await world?.close();
  server?.closeAllConnections();
  server?.close();
});

async function connectAtOnce({ query, keyring }: World, accounts: readonly SandboxAccount[]): Promise<void> {
  const rows = accounts.map(({ userId, platform, accountId, accessToken }) => ({
    user_id: userId,
    platform,
    account_id: accountId,
    access_token: keyring.encrypt(accessToken),
  }));
  await query(
    `insert into platform_connections (user_id, platform, account_id, access_token)
     select * from jsonb_to_recordset($1) as given (user_id uuid, platform text, account_id text, access_token text)`,
    [JSON.stringify(rows)],
  );
}

describe('600 channels, where YouTube answers 720 queries a minute', () => {
  async function channels(): Promise<World> {
    const accounts = population({ users: 600, platforms: ['youtube'] });
    const clock = simulatedClock(START);
    const world = await createWorld({ accounts, connected: [], youtubeQueriesPerMinute: 720, clock, now: START });
    await connectAtOnce(world, accounts);
    return world;
  }

  it('are collected in one run, without a failure and without a query that is refused', async () => {
    world = await channels();
    const summary = await world.collect({ ...DAY, concurrency: 32 });
    expect(summary).toMatchObject({
      status: 'completed',
      connections: { total: 600, succeeded: 600 },
      days: { planned: 600, settled: 600 },
      requests: { retried: 0 },
    });
    expect(world.sandbox.counters.byApi['youtube-analytics']).toBe(1_200);
    expect(summary.duration_ms).toBeLessThan(120_000);
  });

  it('are collected without a failure at a rate that is too high, since all wait when one is refused', async () => {
    world = await channels();
    const summary = await world.collect({ ...DAY, concurrency: 32, rates: { youtube: 100 } });
    expect(summary).toMatchObject({ status: 'completed', connections: { succeeded: 600 }, warnings: [] });
    expect(summary.requests.retried).toBeGreaterThan(0);
    // What was under way, and nothing after it.
    expect(summary.requests.retried).toBeLessThanOrEqual(32);
  });
});

/** A platform that sends two requests for a day. */
function platformAt(url: string, name: SandboxPlatform, pace: Pace = {}): Platform {
  return {
    name,
    api: name,
    day: { timeZone: 'UTC', settlesAfterHours: 1, reachDays: 100, asks: 'range' },
    pace: { [name]: pace },
    metrics: [{ name: 'views', unit: 'count', aggregate: 'sum', meaning: 'Views.' }],
    version: { name: 'v1', endsOn: null, variable: null },
    renewsTokens: false,
    endsByDate: () => false,
    storageRule: null,
    async collect(account, days, { http }) {
      for (const part of ['token', 'views']) {
        const address = new URL(`${url}/${name}/${account.accountId}/${part}`);
        await http.ask({ method: 'GET', url: address, headers: {} }, (answer) => judgePlain(name, answer));
      }
      return { days: days.map(({ date }) => dayResult(date, [{ metric: 'views', value: 1 }])), closing: [] };
    },
    check: () => Promise.reject(new Error('not asked')),
  };
}

/** Answers `{}` to each request once `hold` has, which is given its path. */
async function serve(hold: (path: string) => Promise<void> = async () => undefined) {
  const paths: string[] = [];
  const started = createServer((request, response) => {
    const path = request.url ?? '';
    paths.push(path);
    void hold(path).then(() => response.end('{}'));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(started.address() as AddressInfo).port}`, paths };
}

it('finishes one platform while another does not answer, although its accounts come first', async () => {
  const ended: string[] = [];
  let release = () => {};
  const fastIsDone = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { url } = await serve((path) => (path.startsWith('/linkedin/') ? fastIsDone : Promise.resolve()));
  const slow = population({ users: 2_100, platforms: ['linkedin'] });
  const fast = population({ users: 2_150, platforms: ['facebook'] }).slice(-50);
  world = await createWorld({
    accounts: [],
    now: START,
    platforms: new Map([
      ['linkedin', platformAt(url, 'linkedin')],
      ['facebook', platformAt(url, 'facebook')],
    ]),
  });
  await connectAtOnce(world, [...slow, ...fast]);
  const summary = await world.collect({ ...DAY, concurrency: 8 }, (event) => {
    if (event.type !== 'connection') return;
    ended.push(event.connection.platform);
    if (ended.length === fast.length) release();
  });
  expect(summary).toMatchObject({ status: 'completed', connections: { total: 2_150, succeeded: 2_150 } });
  expect(new Set(ended.slice(0, fast.length))).toEqual(new Set(['facebook']));
});

describe('what a limit of the run leaves undone', () => {
  const asked = (paths: readonly string[]) => paths.map((path) => path.split('/')[2]);
  const accounts = population({ users: 10, platforms: ['facebook'] });

  async function open(pace: Pace = {}) {
    const { url, paths } = await serve();
    const platforms = new Map([['facebook', platformAt(url, 'facebook', pace)]]);
    const opened = await createWorld({ accounts, now: START, platforms });
    world = opened;
    return { world: opened, paths };
  }

  it.each<[limit: string, pace: Pace, maxRequests: number | undefined, why: string]>([
    ['requests', {}, 7, 'the run has reached its limit of 7 requests (--max-requests)'],
    ['requests a day', { perDay: 7 }, undefined, 'the run has sent the 7 requests that facebook allows a day'],
  ])(
    'is not reached rather than failed, and comes first in the next run: %s',
    async (_limit, pace, maxRequests, why) => {
      const { world, paths } = await open(pace);
      const limits = { ...DEFAULTS.limits, ...(maxRequests !== undefined && { maxRequests }) };
      const first = await world.collect({ limits, concurrency: 1 });
      expectCountsAddUp(first);
      expect(first).toMatchObject({
        status: 'completed',
        users: { total: 10, failed: 0 },
        connections: { total: 10, succeeded: 3, failed: 0, skipped: 7 },
        days: { planned: 70, settled: 21, failed: 0, not_reached: 49 },
        platforms: { facebook: { skipped: 7, reasons: { not_reached: 7 } } },
        requests: { total: 7 },
        failures: [],
        changes: { newly_failing: [] },
        warnings: [
          `${why}: 49 days of 7 accounts were not reached; the next run that includes them begins with these accounts`,
        ],
      });
      expect(await world.query('select distinct account from collection_outcomes')).toHaveLength(3);
      expect(
        await world.query('select from collection_accounts where reason is not null or run_id is not null'),
      ).toHaveLength(3);
      const reached = new Set(asked(paths).slice(0, 6));
      paths.length = 0;

      const second = await world.collect({ ...DAY, limits, concurrency: 1 });
      expect(second.connections).toMatchObject({ succeeded: 3, skipped: 7 });
      expect(asked(paths).filter((account) => reached.has(account))).toEqual([]);
    },
  );

  it('is what was not fetched of an account that was reached in part', async () => {
    const { world } = await open();
    const platform = world.platforms.get('facebook');
    if (platform === undefined) throw new Error('no platform');
    platform.collect = async (_account, days) => ({
      days: days.map(({ date }, index) =>
        index < 2
          ? { date, kind: 'failed', error: new RunLimit('timeout', 'no time is left', 'connection'), values: [] }
          : dayResult(date, [{ metric: 'views', value: 1 }]),
      ),
      closing: [],
    });
    const summary = await world.collect();
    expectCountsAddUp(summary);
    expect(summary).toMatchObject({
      status: 'completed',
      connections: { total: 10, succeeded: 10 },
      days: { planned: 70, settled: 50, not_reached: 20 },
      warnings: [
        'no time is left: 20 days of 10 accounts were not reached; the next run that includes them begins with these accounts',
      ],
    });
    expect(
      await world.query(
        'select from collection_accounts where collected_at is null and due_at is null and reason is null',
      ),
    ).toHaveLength(10);
  });
});
