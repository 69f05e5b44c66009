import { afterAll, beforeAll, expect, it } from 'vitest';
import { population } from '../../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.js';
import { receiver } from '../../support/receiver.js';
import { expectCountsAddUp } from '../../support/summary.js';
import { collectJson, runCli, startCli, until } from './cli.js';
import { connect, connectionRow, type Database, type DatabaseKind, readyDatabase } from './databases.js';
import { daysAgo, storedRows, trueRows } from './truth.js';

const accounts = population({ users: 60, platforms: ['instagram', 'facebook'] });
const [SINCE, UNTIL] = [daysAgo(11), daysAgo(10)];
const DAYS = ['--since', SINCE, '--until', UNTIL];
const SHARDS = ['1/4', '2/4', '3/4', '4/4'];
const LATENCY_MS = 100;

/** The tests of a run divided among four processes, on such a database. */
export function testDividedRun(kind: DatabaseKind): void {
  let database: Database;
  let sandbox: Sandbox;
  let env: Record<string, string>;
  beforeAll(async () => {
    [database, sandbox] = await Promise.all([readyDatabase(kind), startSandbox({ accounts, latencyMs: LATENCY_MS })]);
    env = { ...database.env, ...sandbox.urls };
    await connect(database, accounts.map(connectionRow));
  });
  afterAll(() => Promise.all([database.close(), sandbox.close()]));

  it('leaves the same table as one process, although one of them died and was run again', async () => {
    const dying = startCli(['collect', ...DAYS, '--shard', '2/4', '--concurrency', '1'], { env });
    await until(() => sandbox.counters.requests >= 10);
    dying.kill('SIGKILL');
    await dying.ended;
    await database.query("update collection_runs set heartbeat_at = heartbeat_at - interval '3 minutes'");

    const pinged = await receiver();
    const parts = await Promise.all(
      SHARDS.map((shard) =>
        collectJson([...DAYS, '--shard', shard], { env: { ...env, HEALTHCHECK_URL: pinged.url }, code: 0 }),
      ),
    );
    expect(pinged.received).toEqual([]);
    for (const part of parts) expectCountsAddUp(part);
    expect(parts.map(({ scope }) => scope)).toEqual(SHARDS.map((shard) => `shard:${shard}`));
    expect(parts.reduce((sum, { users }) => sum + users.total, 0)).toBe(60);
    expect(await storedRows(database)).toEqual(trueRows(accounts, [SINCE, UNTIL]));

    const whole = await collectJson(DAYS, { env, code: 0 });
    expect(whole).toMatchObject({ days: { planned: 0 }, requests: { total: 0 }, metrics: { inserted: 0 } });
  });

  it('counts as one completed run over all users, but not over named days', async () => {
    await database.query("delete from collection_runs where scope = 'all'");
    expect(await runCli(['status', '--max-age', '1'], { env })).toMatchObject({ code: 1 });
    await database.query("update collection_runs set summary = summary - 'full'");
    expect(await runCli(['status', '--max-age', '1'], { env })).toMatchObject({ code: 0 });
    await database.query("delete from collection_runs where scope = 'shard:3/4'");
    const stale = await runCli(['status', '--max-age', '1'], { env });
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringContaining('stale: no run over all users') });
  });
}
