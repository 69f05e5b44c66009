import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lastEndedDate, nearestDay } from '../../src/collector/day.js';
import type { CollectOptions } from '../../src/collector/options.js';
import { CollectError } from '../../src/errors.js';
import type { Fault, SandboxAccount } from '../../src/sandbox/account.js';
import { population } from '../../src/sandbox/population.js';
import type { Store } from '../../src/store/store.js';
import { expectCountsAddUp } from '../support/summary.js';
import { createWorld, type World } from '../support/world.js';

const PLATFORMS = ['instagram', 'facebook', 'youtube', 'linkedin'] as const;
/** The day before daylight saving begins in Los Angeles. */
const START = new Date('2026-03-07T10:00:00Z');
const HOUR_MS = 3_600_000;
const WINDOW_DAYS = 3;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What may happen between two clean runs. */
interface Run {
  readonly hoursLater: number;
  readonly user: number | null;
  readonly platforms: readonly string[] | null;
  readonly daysBack: number;
  /** Which accounts are broken in this run, and how. */
  readonly broken: readonly (Fault | null)[];
  /** The run dies at that call to write, before it or after it was carried out. */
  readonly dies: { readonly atWrite: number; readonly written: boolean } | null;
  /** The run is told to stop after so many requests. */
  readonly stopsAfter: number | null;
  readonly concurrency: number;
}

const fault = fc.constantFrom<Fault>(
  { kind: 'dead_token' },
  { kind: 'api_down' },
  { kind: 'reset' },
  { kind: 'truncated_json' },
  { kind: 'wrong_types' },
  { kind: 'server_error', times: 2 },
  { kind: 'missing_permission' },
  { kind: 'html', times: 1 },
);

const run = fc.record<Run>({
  hoursLater: fc.integer({ min: 0, max: 40 }),
  user: fc.option(fc.integer({ min: 0, max: 1 })),
  platforms: fc.option(fc.subarray([...PLATFORMS], { minLength: 1 })),
  daysBack: fc.integer({ min: 1, max: 5 }),
  broken: fc.array(fc.option(fault), { minLength: 6, maxLength: 6 }),
  dies: fc.option(fc.record({ atWrite: fc.integer({ min: 0, max: 1 }), written: fc.boolean() })),
  stopsAfter: fc.option(fc.integer({ min: 0, max: 40 }), { freq: 3 }),
  concurrency: fc.constantFrom(1, 2, 8),
});

/** Six accounts of two users: one has all platforms, the other two. */
function someAccounts(): Mutable<SandboxAccount>[] {
  return population({ users: 2, platforms: PLATFORMS }).slice(0, 6);
}

/**
 * The days of each platform's last window. Closing figures of earlier runs, which stand under their own days, are left out, and
 * those of a day under way, which are only taken along where something is due.
 */
async function tableOf(world: World) {
  return world.query(
    `select user_id, platform, metric, date::text, value::text, metadata - 'fetched_at' as metadata
     from analytics_snapshots
     where metadata ->> 'period' <> 'lifetime' and date = case platform when 'linkedin' then $1::date else $2::date end
       or metadata ->> 'period' = 'lifetime' and (metadata -> 'settled')::boolean
         and date = case platform when 'linkedin' then $4::date else $5::date end
       or metadata ->> 'period' = 'day' and date > case platform when 'linkedin' then $1::date else $2::date end - $3::int
     order by user_id, platform, metric, date`,
    [
      lastEndedDate(world.now, 'UTC'),
      lastEndedDate(world.now, 'America/Los_Angeles'),
      WINDOW_DAYS,
      nearestDay(world.now, 'UTC').date,
      nearestDay(world.now, 'America/Los_Angeles').date,
    ],
  );
}

it('a clean run ends with the same table whatever happened before', async () => {
  const dying: { left: number; written: boolean }[] = [];
  const between = (store: Store): Store => ({
    ...store,
    async record(batch) {
      const [death] = dying;
      if (death === undefined || death.left-- > 0) return store.record(batch);
      if (death.written) await store.record(batch);
      throw new CollectError('store_unreachable', 'the process is dead', '');
    },
  });
  const accounts = someAccounts();
  const world = await createWorld({ accounts, now: START, between });
  const collect = async (options: Partial<CollectOptions> = {}) => {
    const summary = await world.collect({ window: { kind: 'lookback', days: WINDOW_DAYS }, ...options });
    expectCountsAddUp(summary);
    return summary;
  };

  async function happen({ hoursLater, user, platforms, daysBack, broken, dies, stopsAfter, concurrency }: Run) {
    world.now = new Date(world.now.getTime() + hoursLater * HOUR_MS);
    for (const [index, account] of accounts.entries()) {
      const wrong = broken[index];
      if (wrong) account.fault = wrong;
    }
    if (dies) dying.push({ left: dies.atWrite, written: dies.written });
    const stop = new AbortController();
    const asked = world.sandbox.counters.requests;
    const watching = setInterval(() => {
      if (stopsAfter !== null && world.sandbox.counters.requests - asked >= stopsAfter) stop.abort();
    }, 1);
    const userId = user === null ? undefined : accounts[user * 4]?.userId;
    await collect({
      // The user may have none of the platforms.
      concurrency,
      signal: stop.signal,
      window: { kind: 'lookback', days: daysBack },
      allowEmpty: true,
      ...(userId !== undefined && { userId }),
      ...(platforms && { platforms }),
    }).catch((error: unknown) => {
      if (!(error instanceof CollectError && error.code === 'store_unreachable')) throw error;
    });
    clearInterval(watching);
    dying.length = 0;
    for (const account of accounts) delete account.fault;
    // Nobody has heard of a dead run for three minutes.
    await world.query("update collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes'");
  }

  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 4 }), async (runs) => {
      world.now = START;
      await world.query(
        'truncate analytics_snapshots, analytics_account_snapshots, collection_accounts, collection_runs cascade',
      );
      for (const each of runs) await happen(each);
      await collect();
      const table = await tableOf(world);
      expect(await collect()).toMatchObject({ metrics: { inserted: 0, updated: 0 } });

      await world.query(
        'truncate analytics_snapshots, analytics_account_snapshots, collection_accounts, collection_runs cascade',
      );
      await collect();
      expect(table).toEqual(await tableOf(world));
    }),
    // To find the smallest example would take longer than the test may.
    { numRuns: 15, endOnFailure: true },
  );
  await world.close();
}, 120_000);
