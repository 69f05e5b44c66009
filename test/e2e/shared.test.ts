import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusReport } from '../../src/report/status-report.js';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { type RunningCli, runCli, startCli, until } from './support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from './support/databases.js';
import { daysAgo } from './support/truth.js';

const ACCOUNTS = population({ users: 60, platforms: ['instagram', 'facebook'] });
const DAYS = ['--since', daysAgo(12), '--until', daysAgo(10)];

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
  const start = () =>
    startCli(['collect', '--distributed', '--log', 'json', '--verbose', '--concurrency', '3', ...DAYS], {
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
});
