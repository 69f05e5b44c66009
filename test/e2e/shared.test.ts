import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { StatusReport } from '../../src/report/status-report.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { openJobs } from '../../src/store/jobs.js';
import { home, type RunningCli, runCli, startCli, until } from './support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from './support/databases.js';
import { daysAgo } from './support/truth.js';

const ACCOUNTS = population({ users: 60, platforms: ['instagram', 'facebook'] });
const DAYS = ['--since', daysAgo(12), '--until', daysAgo(10)];

const LIBRARY = pathToFileURL(join(import.meta.dirname, '../../dist/lib/index.js'));
const OWN_PLATFORM = `import { definePlatform } from '${LIBRARY}';
export default definePlatform({
  name: 'own', title: 'Own', variables: {},
  create: () => ({
    name: 'own', api: 'own', day: { timeZone: 'UTC', settlesAfterHours: 0, reachDays: 30, asks: 'range' },
    metrics: [{ name: 'likes', unit: 'count', aggregate: 'sum', period: 'day', meaning: 'Likes' }],
    version: { name: 'v1', endsOn: null, variable: null }, needsToken: false, renewsTokens: false,
    endsByDate: () => false, storageRule: null,
    collect: async (_account, days) => ({ days: days.map(({ date }) => ({ date, kind: 'no_data' })), closing: [] }),
    check: async (account) => ({ accountName: account.accountId }),
  }),
});
`;

describe.runIf(process.env.TEST_DATABASE_URL)('a run that processes share', () => {
  let sandbox: Sandbox;
  let database: Database;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: ACCOUNTS, latencyMs: 100 });
    database = await readyDatabase('PostgreSQL');
    await connect(database, ACCOUNTS.map(connectionRow));
  });
  afterAll(() => Promise.all([sandbox.close(), database.close()]));

  const environment = () => ({ ...database.env, ...sandbox.urls });
  const start = (days = DAYS) =>
    startCli(['collect', '--distributed', '--log', 'json', '--verbose', '--concurrency', '3', ...days], {
      env: environment(),
    });
  const events = (cli: RunningCli, type: string) =>
    cli
      .told()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .filter((event) => event.type === type);
  const json = async () => JSON.parse((await runCli(['status', '--json'], { env: environment() })).stdout);
  const shared = async () => ((await json()) as StatusReport).last_run?.distributed;

  async function untilShared(expected: object): Promise<void> {
    while (!expect.objectContaining(expected).asymmetricMatch((await shared()) ?? {})) await sleep(100);
  }

  it('shows the same progress in each of them and in status, with how many work for it', async () => {
    const both = [start(), start()] as const;
    const [one, other] = both;
    await untilShared({ workers: 2, connections: { total: 120, done: expect.any(Number), failed: 0 } });
    const text = await runCli(['status'], { env: environment() });
    expect(text.stdout.replace(/\s+/g, ' ')).toMatch(/ running since [^,]* UTC, 2 workers, \d+ of 60 pieces /);

    await until(() => both.every((each) => events(each, 'progress').length > 0));
    for (const each of both) {
      expect(events(each, 'started')).toMatchObject([{ connections: 120, idle: 0 }]);
      const [progress] = events(each, 'progress');
      expect(progress).toMatchObject({ workers: 2, connections: { total: 120, failed: 0 } });
      const own = events(each, 'connection').filter(({ at }) => at <= progress.at).length;
      expect(own).toBeGreaterThan(0);
      expect(progress.connections.done).toBeGreaterThan(own);
    }

    other.kill('SIGTERM');
    await other.ended;
    expect(await shared()).toMatchObject({ workers: 1 });
    expect(await one.ended).toMatchObject({ code: 0 });
    const ended = (await json()) as StatusReport;
    expect(ended.last_run).toMatchObject({ status: 'completed' });
    expect(ended.last_run).not.toHaveProperty('distributed');
  });

  it('is not shared by processes with other flags or platforms, who are told so', async () => {
    const days = ['--date', daysAgo(12)];
    const run = start(days);
    await untilShared({ workers: 1 });
    writeFileSync(join(home, 'own.mjs'), OWN_PLATFORM);
    for (const flags of [
      ['--backlog', '3'],
      ['--plugin', './own.mjs'],
    ]) {
      const { code, stderr } = await runCli(['collect', '--distributed', ...days, ...flags], { env: environment() });
      expect({ code, stderr }, stderr).toEqual({ code: 4, stderr: expect.stringContaining('other flags or plugins') });
    }
    run.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 143 });
    await database.query("update collection_runs set status = 'abandoned' where status = 'running'");
  });

  it('leaves the jobs of runs alone that another store has', async () => {
    const elsewhere = randomUUID();
    const patience = { clock: systemClock, signal: new AbortController().signal, onWait: () => undefined };
    await (await openJobs(database.env.DATABASE_URL ?? '', elsewhere, async () => false, patience)).close();
    const run = await runCli(['collect', '--distributed', '--date', daysAgo(11)], { env: environment() });
    expect(run, run.stderr).toMatchObject({ code: 0 });
    const queues = await database.query('select name from collection_jobs.queue');
    expect(queues).toContainEqual({ name: `run-${elsewhere}` });
  });
});
