import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { schemaScript } from '../../src/store/schema.js';
import { type CliRun, parseSummary, until } from '../e2e/support/cli.js';
import { connect, connectionRow, encryptionKey } from '../e2e/support/databases.js';
import { daysAgo, storedRows } from '../e2e/support/truth.js';
import { freshPostgres, supabaseOverPostgres } from '../support/database.js';
import { receiver } from '../support/receiver.js';
import { expectCountsAddUp } from '../support/summary.js';
import { SUPABASE_ROLES } from '../support/supabase-roles.js';
import {
  type Alone,
  afterRequests,
  collectAlone,
  comparable,
  DAYS,
  expectAsAlone,
  FAULTY,
  type SharedWorld,
  sharedWorld,
  startShared,
} from './distributed.js';

/** Each waits for the jobs of the killed, which takes seconds. */
const RUNS = 4;
const SLOWLY = [...DAYS, '--concurrency', '4'];

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

async function world(...options: Parameters<typeof sharedWorld>): Promise<SharedWorld> {
  const opened = await sharedWorld(...options);
  cleanups.push(opened.close);
  return opened;
}

describe.runIf(process.env.TEST_DATABASE_URL).concurrent('a run that processes share', () => {
  let alone: Alone;
  beforeAll(async () => {
    alone = await collectAlone(await world());
  });

  const start = ({ env }: SharedWorld, flags = DAYS) => startShared(flags, { env });
  const expectEnded = (run: CliRun, shared: SharedWorld) => expectAsAlone(run, shared, alone);

  // What receives the alert closes with any test that ends.
  it.sequential.each([1, 2, 4])(
    'leaves the table and the summary of a single process when it has %i',
    async (processes) => {
      const shared = await world();
      const pinged = await receiver();
      const env = { ...shared.env, ALERT_WEBHOOK_URL: pinged.url };
      const runs = await Promise.all(Array.from({ length: processes }, () => startShared(DAYS, { env }).ended));
      for (const run of runs) {
        const { run_id, requests } = await expectEnded(run, shared);
        expect(run_id).toBe(parseSummary(runs[0] as CliRun).run_id);
        expect(requests).toEqual(alone.summary.requests);
      }
      expect(pinged.received).toHaveLength(1);
    },
  );

  // The two that take longest begin first.
  it('keeps the pace of an API that counts the requests of all its processes, with 500 channels', async () => {
    const channels = population({ users: 500, platforms: ['youtube'] });
    const shared = await world({ accounts: channels, latencyMs: 0, youtubeQueriesPerMinute: 720 });
    const day = ['--date', daysAgo(10)];
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => startShared(day, { env: shared.env, longestMs: 200_000 }).ended),
    );
    for (const run of runs) {
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(parseSummary(run)).toMatchObject({
        connections: { total: 500, succeeded: 500 },
        requests: { retried: 0 },
        warnings: [],
      });
    }
    expect(shared.sandbox.counters.byApi['youtube-analytics']).toBe(1_000);
  }, 240_000);

  it('asks once of each account until when its data may be read', async () => {
    const pages = population({ users: 60, platforms: ['facebook'] }).filter(({ pageToken }) => pageToken === undefined);
    const shared = await world({ accounts: pages });
    const env = { ...shared.env, META_APP_SECRET: 'sandbox-meta-secret' };
    const runs = await Promise.all([1, 2].map(() => startShared(['--date', daysAgo(10)], { env }).ended));
    for (const run of runs) {
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(parseSummary(run)).toMatchObject({ requests: { total: 2 * pages.length, retried: 0 }, warnings: [] });
    }
    const known = 'select from collection_accounts where access_ends_at is not null';
    expect(await shared.database.query(known)).toHaveLength(pages.length);
    expect(shared.sandbox.counters.byApi.meta).toBe(2 * pages.length);
  });

  it('counts each day of a long backfill once, though a process dies in the midst of its accounts', async () => {
    const days = ['--since', daysAgo(95), '--until', daysAgo(2), '--user', FAULTY[0]?.userId ?? ''];
    const backfill = await collectAlone(await world(), days, 0);
    const shared = await world();
    const dying = start(shared, [...days, '--concurrency', '1']);
    const started = 'select from collection_accounts where first_day is not null and run_id is null';
    await until(async () => (await shared.database.query(started)).length > 0);
    dying.kill('SIGKILL');
    await dying.ended;
    expect(await shared.database.query(started)).not.toEqual([]);
    await expectAsAlone(await start(shared, days).ended, shared, backfill, 0);
  });

  it('ends the same after any schedule of processes that come, are killed, interrupted and go on', async () => {
    const step = fc.record({
      requests: fc.integer({ min: 1, max: 200 }),
      signal: fc.constantFrom('SIGKILL' as const, 'SIGKILL' as const, 'SIGTERM' as const),
      victim: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const shared = await world();
        const running = [start(shared, SLOWLY)];
        const all = [...running];
        for (const { requests, signal, victim } of steps) {
          const another = start(shared, SLOWLY);
          running.push(another);
          all.push(another);
          await Promise.race([afterRequests(shared, requests, () => undefined), another.ended]);
          for (const dying of running.splice(victim % running.length, 1)) dying.kill(signal);
        }
        const last = await start(shared).ended;
        // One that comes too late ends well.
        await expectAsAlone(last, shared, alone, last.stderr.includes('Nothing to do') ? 0 : 3);
        await Promise.all(all.map(({ ended }) => ended));
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  it('says to a process that comes too late that there is nothing to do', async () => {
    const shared = await world();
    const { run_id } = await expectEnded(await start(shared).ended, shared);
    const late = await start(shared).ended;
    expect(late.stderr).toContain(`Nothing to do: run ${run_id} ended`);
    expect(late).toMatchObject({ code: 0 });
    expect(comparable(parseSummary(late))).toEqual(comparable(alone.summary));
  });

  /** Starts so many processes, and kills some as soon as they have asked for so much. */
  async function kill(
    shared: SharedWorld,
    { processes, killed, requests }: Record<'processes' | 'killed' | 'requests', number>,
  ): Promise<CliRun[]> {
    const started = await afterRequests(shared, requests, () =>
      Array.from({ length: processes }, () => start(shared, SLOWLY)),
    );
    const dying = started.slice(0, killed);
    for (const each of dying) each.kill('SIGKILL');
    for (const each of dying) expect(await each.ended).toMatchObject({ code: null });
    return Promise.all(started.slice(killed).map(({ ended }) => ended));
  }

  it.each([
    { processes: 2, killed: 1, requests: 1 },
    { processes: 3, killed: 2, requests: 150 },
  ])('goes on when of $processes processes $killed are killed after $requests requests', async (given) => {
    const shared = await world();
    for (const run of await kill(shared, given)) await expectEnded(run, shared);
  });

  it('is ended by the next process when all were killed', async () => {
    const shared = await world();
    await kill(shared, { processes: 2, killed: 2, requests: 150 });
    await expectEnded(await start(shared).ended, shared);
  });

  it('records the accounts of a piece as failed that no process survives', async () => {
    const shared = await world();
    const { database } = shared;
    await kill(shared, { processes: 1, killed: 1, requests: 150 });
    const last = await database.query(
      "update collection_jobs.job set retry_count = retry_limit where state = 'active' returning data ->> 'piece' as piece",
    );
    const summary = parseSummary(await start(shared).ended);
    expectCountsAddUp(summary);
    const failed = summary.failures.filter(({ message }) => message === 'it failed six times: job heartbeat timeout');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThanOrEqual(2 * last.length);
    const { connections } = alone.summary;
    expect(summary.connections).toEqual({
      ...connections,
      failed: connections.failed + failed.length,
      succeeded: connections.succeeded - failed.length,
    });
    await database.query("update collection_runs set finished_at = finished_at - interval '1 hour'");
    expect(await start(shared).ended).toMatchObject({ code: 3 });
    expect(await storedRows(database)).toEqual(alone.rows);
  });

  it('is given back at once what an interrupted process has in hand', async () => {
    const shared = await world();
    const leaving = await afterRequests(shared, 100, () => start(shared, SLOWLY));
    leaving.kill('SIGTERM');
    expect(await leaving.ended).toMatchObject({ code: 143, stderr: expect.stringContaining('Left run') });
    const waiting = await shared.database.query("select state from collection_jobs.job where state = 'active'");
    expect(waiting).toEqual([]);
    await expectEnded(await start(shared).ended, shared);
  });

  it('collects its accounts, however many processes are stopped in the midst of them', async () => {
    const shared = await world();
    // More than a piece has attempts.
    for (let stopped = 0; stopped < 7; stopped++) {
      const leaving = await afterRequests(shared, 1, () => start(shared, [...DAYS, '--concurrency', '1']));
      leaving.kill('SIGTERM');
      expect(await leaving.ended).toMatchObject({ code: 143 });
    }
    await expectEnded(await start(shared).ended, shared);
  });

  it('sends no more requests than it may, with all of its processes', async () => {
    const shared = await world();
    const flags = [...DAYS, '--max-requests', '90'];
    const runs = await Promise.all(Array.from({ length: 3 }, () => start(shared, flags).ended));
    for (const run of runs) {
      const summary = parseSummary(run);
      expectCountsAddUp(summary);
      expect(summary.days.not_reached).toBeGreaterThan(0);
      expect(summary.requests.total).toBe(90);
      expect(summary.warnings).toContainEqual(expect.stringContaining('its limit of 90 requests'));
    }
    expect(shared.sandbox.counters.requests).toBe(90);
  });

  it('ends for all of its processes when there is nothing to collect', async () => {
    const shared = await world({ accounts: [] });
    const runs = await Promise.all([start(shared).ended, start(shared).ended]);
    expect(runs.map(({ code }) => code)).toEqual([1, 1]);
    expect(
      runs.some(({ stderr }) => stderr.includes('[no_connections]')),
      JSON.stringify(runs),
    ).toBe(true);
  });

  it('is shared beside Supabase, too', async () => {
    const [postgres, sandbox] = await Promise.all([freshPostgres(), startSandbox({ accounts: FAULTY, latencyMs: 20 })]);
    await postgres.query(SUPABASE_ROLES);
    await postgres.query(await schemaScript());
    const supabase = await supabaseOverPostgres(postgres.url);
    cleanups.push(sandbox.close, () => supabase.close().then(postgres.close));
    await connect(postgres, FAULTY.map(connectionRow));
    // The server grants its roles what they need with the first request, which is not to be two at once.
    await fetch(`${supabase.url}/rest/v1/collection_runs`, { headers: { apikey: supabase.serviceRoleKey } });
    const env = {
      ...sandbox.environment,
      ENCRYPTION_KEY: encryptionKey,
      SUPABASE_URL: supabase.url,
      SUPABASE_SERVICE_ROLE_KEY: supabase.serviceRoleKey,
      DATABASE_URL: postgres.url,
    };
    const runs = await Promise.all([startShared(DAYS, { env }).ended, startShared(DAYS, { env }).ended]);
    for (const run of runs) {
      expect(run, run.stderr).toMatchObject({ code: 3 });
      expect(comparable(parseSummary(run))).toEqual(comparable(alone.summary));
    }
  });
});
