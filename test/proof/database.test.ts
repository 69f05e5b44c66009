import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { population } from '../../src/sandbox/population.js';
import { startSandbox } from '../../src/sandbox/server.js';
import { openPostgresStore } from '../../src/store/drivers/postgres.js';
import { collectJson, expectNoSecrets, runCli, startCli, until } from '../e2e/support/cli.js';
import { daysAgo, storedRows, trueRows } from '../e2e/support/truth.js';
import { type NetworkFault, startProxy } from '../support/proxy.js';
import { expectCountsAddUp } from '../support/summary.js';
import { collectHere, connectedDatabase, DATE, everythingStored } from './support.js';

const FAULTS: readonly NetworkFault[] = ['refuse', 'reset', 'stall', 'cut', 'delay'];
const accounts = population({ users: 60, platforms: ['facebook'] });
const TRUTH = trueRows(accounts, [DATE]);
/** So slowly that rows are written before, while and after something happens. */
const SLOWLY = ['--since', DATE, '--until', DATE, '--concurrency', '2'];
const LATENCY_MS = 100;
const HALFWAY = 30;
const AWAY_MS = 2_000;

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

/** A PostgreSQL behind a proxy. */
async function world(options = { accounts, latencyMs: LATENCY_MS }) {
  const [sandbox, database] = await Promise.all([startSandbox(options), connectedDatabase(options.accounts)]);
  const address = new URL(database.env.DATABASE_URL ?? '');
  const proxy = await startProxy(Number(address.port));
  address.port = String(proxy.port);
  cleanups.push(sandbox.close, () => proxy.close().then(database.close));
  return { sandbox, database, proxy, env: { ...database.env, ...sandbox.urls, DATABASE_URL: address.href } };
}

// There is no network to a database inside the process.
describe.skipIf(!process.env.TEST_DATABASE_URL)('with a PostgreSQL', () => {
  describe.concurrent('the network between the command and the database', () => {
    it.each(FAULTS)('that has "%s" for a moment only delays the run', async (fault) => {
      const { sandbox, database, proxy, env } = await world();
      const run = collectJson(SLOWLY, { env, code: 0 });
      await until(() => sandbox.counters.requests >= HALFWAY);
      await proxy.begin(fault);
      await until(() => proxy.fired() > 0);
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
      await proxy.end();

      const summary = await run;
      expectCountsAddUp(summary);
      expect(summary.days).toMatchObject({ planned: 60, settled: 60 });
      expect(await storedRows(database)).toEqual(TRUTH);
      expect(await database.query('select status from collection_runs')).toEqual([{ status: 'completed' }]);
      expectNoSecrets(
        [...accounts.map(({ accessToken }) => accessToken), ...database.secrets],
        await everythingStored(database),
      );
      expect(await collectJson(SLOWLY, { env, code: 0 })).toMatchObject({ days: { planned: 0 } });
    });

    it.each(FAULTS.filter((fault) => fault !== 'delay'))(
      'that has "%s" from the start only delays the run, which tells what it waits for',
      async (fault) => {
        const { database, proxy, env } = await world();
        await proxy.begin(fault);
        const run = startCli(['collect', '--json', '--date', DATE], { env });
        await until(() => run.told().includes('waiting for the database'));
        if (fault !== 'refuse') expect(proxy.fired()).toBeGreaterThan(0);
        await proxy.end();
        const ended = await run.ended;
        expect(ended, ended.stderr).toMatchObject({ code: 0 });
        expect(ended.stderr.match(/waiting for the database/g)).toHaveLength(1);
        expect(await storedRows(database)).toEqual(TRUTH);
      },
    );

    it('that is down for more than a minute from the start ends the run before any platform is asked', async () => {
      const { sandbox, proxy, env } = await world();
      await proxy.begin('refuse');
      const begun = performance.now();
      const run = await runCli(['collect', '--json', ...SLOWLY], { env });
      expect(run, run.stderr).toMatchObject({ code: 1 });
      expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'store_unreachable' } });
      expect(performance.now() - begun).toBeGreaterThan(55_000);
      expect(sandbox.counters.requests).toBe(0);
    });

    it('that stays down limits what is fetched, ends the run, and leaves the rest to the next one', async () => {
      const many = { accounts: population({ users: 300, platforms: ['facebook'] }), latencyMs: 5 };
      const { sandbox, database, proxy, env } = await world(many);
      let giveUp: () => void = () => undefined;
      const patience = new Promise<void>((resolve) => {
        giveUp = resolve;
      });
      const store = await openPostgresStore(env.DATABASE_URL);
      cleanups.push(store.close);
      const clock = { ...systemClock, sleep: () => patience };
      const window = { kind: 'dates', since: daysAgo(16), until: daysAgo(10) } as const;
      const run = collectHere(store, env, { window, clock });
      const ended = expect(run).rejects.toMatchObject({ code: 'store_unreachable', exitCode: 1 });
      await until(() => sandbox.counters.requests > 0);
      await proxy.begin('refuse');

      // 5,000 rows are those of some 50 Pages; 300 are asked for in 400 requests.
      let before = -1;
      while (before !== sandbox.counters.requests) {
        before = sandbox.counters.requests;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      expect(before).toBeGreaterThan(50);
      expect(before).toBeLessThan(200);
      giveUp();
      await ended;
      expect(sandbox.counters.requests).toBe(before);

      await proxy.end();
      await database.query("update collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes'");
      await collectJson(['--since', daysAgo(16), '--until', daysAgo(10)], { env, code: 0 });
      const dates = [16, 15, 14, 13, 12, 11, 10].map((days) => daysAgo(days));
      expect(await storedRows(database)).toEqual(trueRows(many.accounts, dates));
    });
  });

  it('a run that lost its lease writes nothing more, and says so', async () => {
    const { sandbox, database, env } = await world();
    const first = startCli(['collect', '--json', ...SLOWLY], { env });
    await until(() => sandbox.counters.requests >= HALFWAY);
    await database.query("update collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes'");
    await collectJson(['--date', DATE], { env, code: 0 });
    const lost = await first.ended;
    expect(lost, lost.stderr).toMatchObject({ code: 1 });
    expect(JSON.parse(lost.stdout)).toMatchObject({ error: { code: 'lease_lost' } });
    expect(await storedRows(database)).toEqual(TRUTH);
    expect(
      await database.query(
        `select count(*)::int as late from collection_outcomes outcomes, collection_runs runs
         where runs.status = 'completed' and outcomes.run_id <> runs.id and outcomes.updated_at > runs.started_at`,
      ),
    ).toEqual([{ late: 0 }]);
  });
});
