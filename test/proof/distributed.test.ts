import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/report/summary.js';
import type { Fault } from '../../src/sandbox/account.js';
import { SANDBOX_CREDENTIALS } from '../../src/sandbox/oauth.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { schemaScript } from '../../src/store/schema.js';
import { type CliRun, collectJson, parseSummary, runCli, startCli, until } from '../e2e/support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from '../e2e/support/databases.js';
import { daysAgo, storedRows } from '../e2e/support/truth.js';
import { freshPostgres, supabaseOverPostgres } from '../support/database.js';
import { receiver } from '../support/receiver.js';
import { expectCountsAddUp } from '../support/summary.js';
import { SUPABASE_ROLES } from '../support/supabase-roles.js';

/** Each waits for the jobs of the killed, which takes seconds. */
const RUNS = 4;
const DAYS = ['--since', daysAgo(12), '--until', daysAgo(10)];
const FAULTS: Readonly<Record<number, Fault>> = {
  3: { kind: 'dead_token' },
  40: { kind: 'dead_token' },
  77: { kind: 'missing_permission' },
  90: { kind: 'refused_metric', metric: 'views' },
};
const accounts = population({ users: 60, platforms: ['instagram', 'facebook'] }).map((account, place) => {
  const fault = FAULTS[place];
  return fault ? { ...account, fault } : account;
});

/** What two runs over the same accounts have in common, unless one repeats requests of a process that died. */
function comparable({ run_id, started_at, finished_at, duration_ms, requests, ...summary }: Summary) {
  const sorted = <T>(items: readonly T[]) => items.map((item) => JSON.stringify(item)).sort();
  return {
    ...summary,
    failures: sorted(summary.failures.map(({ connection_id, ...failure }) => failure)),
    changes: Object.fromEntries(Object.entries(summary.changes).map(([change, ids]) => [change, ids.length])),
    warnings: [...summary.warnings].sort(),
  };
}

describe.runIf(process.env.TEST_DATABASE_URL)('a run that processes share', () => {
  let sandbox: Sandbox;
  let alone: Database;
  let single: Summary;
  const databases: Database[] = [];
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts, latencyMs: 20 });
    alone = await ready();
    single = await collectJson(DAYS, { env: envOf(alone), code: 3 });
    expectCountsAddUp(single);
  });
  afterAll(() => Promise.all([sandbox.close(), ...databases.map(({ close }) => close())]));

  async function ready(): Promise<Database> {
    const database = await readyDatabase('PostgreSQL');
    databases.push(database);
    await connect(database, accounts.map(connectionRow));
    return database;
  }

  const envOf = (database: Database) => ({ ...database.env, ...sandbox.urls });
  const start = (env: Record<string, string>, ...flags: string[]) =>
    startCli(['collect', '--distributed', '--json', ...DAYS, ...flags], { env });

  /** The run has ended, and is to the last count what one process makes of it. */
  async function expectEnded(run: CliRun, database: Database): Promise<Summary> {
    // One that comes too late ends well.
    const code = run.stderr.includes('Nothing to do') ? 0 : 3;
    expect(run, run.stderr).toMatchObject({ code });
    const summary = parseSummary(run);
    expectCountsAddUp(summary);
    expect(comparable(summary)).toEqual(comparable(single));
    expect(await storedRows(database)).toEqual(await storedRows(alone));
    return summary;
  }

  it.each([1, 2, 4])('leaves the table and the summary of a single process when it has %i', async (processes) => {
    const database = await ready();
    const pinged = await receiver();
    const env = { ...envOf(database), ALERT_WEBHOOK_URL: pinged.url };
    const runs = await Promise.all(Array.from({ length: processes }, () => start(env).ended));
    for (const run of runs) {
      const { run_id, requests } = await expectEnded(run, database);
      expect(run_id).toBe(parseSummary(runs[0] as CliRun).run_id);
      expect(requests).toEqual(single.requests);
    }
    expect(pinged.received).toHaveLength(1);
  });

  it('says to a process that comes too late that there is nothing to do', async () => {
    const database = await ready();
    const { run_id } = await expectEnded(await start(envOf(database)).ended, database);
    const late = await start(envOf(database)).ended;
    expect(late.stderr).toContain(`Nothing to do: run ${run_id} ended`);
    await expectEnded(late, database);
  });

  /** Starts so many processes, and kills some as soon as they have asked for so much. */
  async function kill(database: Database, { processes, killed, requests }: Record<string, number>): Promise<CliRun[]> {
    const before = sandbox.counters.requests;
    const started = Array.from({ length: processes ?? 0 }, () => start(envOf(database), '--concurrency', '4'));
    await until(() => sandbox.counters.requests >= before + (requests ?? 0));
    const dying = started.slice(0, killed);
    for (const each of dying) each.kill('SIGKILL');
    for (const each of dying) expect(await each.ended).toMatchObject({ code: null });
    return Promise.all(started.slice(killed ?? 0).map(({ ended }) => ended));
  }

  it.each([
    { processes: 2, killed: 1, requests: 1 },
    { processes: 3, killed: 2, requests: 150 },
  ])('goes on when of $processes processes $killed are killed after $requests requests', async (given) => {
    const database = await ready();
    for (const run of await kill(database, given)) await expectEnded(run, database);
  });

  it('counts each day of a long backfill once, though a process dies in the midst of its accounts', async () => {
    const days = ['--since', daysAgo(95), '--until', daysAgo(2), '--user', accounts[0]?.userId ?? ''];
    const whole = await ready();
    const backfill = await collectJson(days, { env: envOf(whole), code: 0 });
    const database = await ready();
    const dying = startCli(['collect', '--distributed', '--concurrency', '1', ...days], { env: envOf(database) });
    await until(async () => {
      const recorded = await database.query('select from collection_outcomes limit 1');
      return recorded.length > 0;
    });
    dying.kill('SIGKILL');
    await dying.ended;
    const started = 'select from collection_accounts where first_day is not null and run_id is null';
    expect(await database.query(started)).not.toEqual([]);
    const summary = await collectJson(['--distributed', ...days], { env: envOf(database), code: 0 });
    expect(comparable(summary)).toEqual(comparable(backfill));
    expect(await storedRows(database)).toEqual(await storedRows(whole));
  });

  it('ends the same after any schedule of processes that come, are killed, interrupted and go on', async () => {
    const step = fc.record({
      requests: fc.integer({ min: 1, max: 200 }),
      signal: fc.constantFrom('SIGKILL' as const, 'SIGKILL' as const, 'SIGTERM' as const),
      victim: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const database = await ready();
        const running = [start(envOf(database), '--concurrency', '4')];
        const all = [...running];
        for (const { requests, signal, victim } of steps) {
          const before = sandbox.counters.requests;
          const another = start(envOf(database), '--concurrency', '4');
          running.push(another);
          all.push(another);
          await Promise.race([until(() => sandbox.counters.requests >= before + requests), another.ended]);
          for (const dying of running.splice(victim % running.length, 1)) dying.kill(signal);
        }
        await expectEnded(await start(envOf(database)).ended, database);
        await Promise.all(all.map(({ ended }) => ended));
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  it('is ended by the next process when all were killed', async () => {
    const database = await ready();
    await kill(database, { processes: 2, killed: 2, requests: 150 });
    await expectEnded(await start(envOf(database)).ended, database);
  });

  it('records the accounts of a piece as failed that no process survives', async () => {
    const database = await ready();
    await kill(database, { processes: 1, killed: 1, requests: 150 });
    const last = await database.query(
      "update collection_jobs.job set retry_count = retry_limit where state = 'active' returning data ->> 'piece' as piece",
    );
    const run = await start(envOf(database)).ended;
    const summary = parseSummary(run);
    expectCountsAddUp(summary);
    const failed = summary.failures.filter(({ message }) => message === 'it failed six times: job heartbeat timeout');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThanOrEqual(2 * last.length);
    expect(summary.connections).toEqual({
      ...single.connections,
      failed: single.connections.failed + failed.length,
      succeeded: single.connections.succeeded - failed.length,
    });
    await database.query("update collection_runs set finished_at = finished_at - interval '1 hour'");
    expect(await start(envOf(database)).ended).toMatchObject({ code: 3 });
    expect(await storedRows(database)).toEqual(await storedRows(alone));
  });

  it('is given back at once what an interrupted process has in hand', async () => {
    const database = await ready();
    const before = sandbox.counters.requests;
    const leaving = start(envOf(database), '--concurrency', '4');
    await until(() => sandbox.counters.requests >= before + 100);
    leaving.kill('SIGTERM');
    expect(await leaving.ended).toMatchObject({ code: 143, stderr: expect.stringContaining('Left run') });
    const waiting = await database.query("select state from collection_jobs.job where state = 'active'");
    expect(waiting).toEqual([]);
    await expectEnded(await start(envOf(database)).ended, database);
  });

  it('sends no more requests than it may, with all of its processes', async () => {
    const database = await ready();
    const before = sandbox.counters.requests;
    const runs = Array.from({ length: 3 }, () => start(envOf(database), '--max-requests', '90').ended);
    for (const run of await Promise.all(runs)) {
      const summary = parseSummary(run);
      expectCountsAddUp(summary);
      expect(summary.days.not_reached).toBeGreaterThan(0);
      expect(summary.requests.total).toBe(90);
      expect(summary.warnings).toContainEqual(expect.stringContaining('its limit of 90 requests'));
    }
    expect(sandbox.counters.requests - before).toBe(90);
  });

  it('ends for all of its processes when there is nothing to collect', async () => {
    const database = await readyDatabase('PostgreSQL');
    databases.push(database);
    const runs = await Promise.all([start(envOf(database)).ended, start(envOf(database)).ended]);
    expect(runs.map(({ code }) => code)).toEqual([1, 1]);
    expect(
      runs.some(({ stderr }) => stderr.includes('[no_connections]')),
      JSON.stringify(runs),
    ).toBe(true);
  });

  it('is shared beside Supabase, too', async () => {
    const postgres = await freshPostgres();
    databases.push({ ...postgres, env: {}, secrets: [] });
    await postgres.query(SUPABASE_ROLES);
    await postgres.query(await schemaScript());
    const supabase = await supabaseOverPostgres(postgres.url);
    await connect(postgres, accounts.map(connectionRow));
    const env = {
      ...alone.env,
      ...sandbox.urls,
      SUPABASE_URL: supabase.url,
      SUPABASE_SERVICE_ROLE_KEY: supabase.serviceRoleKey,
      DATABASE_URL: postgres.url,
    };
    for (const run of await Promise.all([start(env).ended, start(env).ended])) {
      expect(run, run.stderr).toMatchObject({ code: 3 });
      expect(comparable(parseSummary(run))).toEqual(comparable(single));
    }
    await supabase.close();
  });

  it('keeps the pace of an API that counts the requests of all its processes', async () => {
    const channels = population({ users: 400, platforms: ['youtube'] });
    const youtube = await startSandbox({ accounts: channels, youtubeQueriesPerMinute: 720 });
    const database = await readyDatabase('PostgreSQL');
    databases.push(database);
    await connect(database, channels.map(connectionRow));
    const env = { ...database.env, ...youtube.urls, ...SANDBOX_CREDENTIALS };
    const day = ['--date', daysAgo(10)];
    const runs = Array.from({ length: 4 }, () => runCli(['collect', '--distributed', '--json', ...day], { env }));
    for (const run of await Promise.all(runs)) {
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(parseSummary(run)).toMatchObject({
        connections: { total: 400, succeeded: 400 },
        requests: { retried: 0 },
        warnings: [],
      });
    }
    expect(youtube.counters.byApi['youtube-analytics']).toBe(800);
    await youtube.close();
  }, 240_000);
});
