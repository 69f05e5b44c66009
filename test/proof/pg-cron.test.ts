import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { population } from '../../src/sandbox/population.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { expectNoSecrets, minutesAgo, type RunningCli, runCli, startCli, until } from '../e2e/support/cli.js';
import { connect, connectionRow, type Database, readyDatabase } from '../e2e/support/databases.js';
import { storedRows } from '../e2e/support/truth.js';
import type { Cluster } from '../support/cluster.js';
import { postgresWithCron, SUPABASE_STAND_INS, startCronCluster } from './pg-cron.js';

const SECRET = 'the-cron-secret-of-this-test';
const accounts = population({ users: 2, platforms: ['facebook'] });
const why = postgresWithCron === null ? ' (skipped: pg_cron is not installed)' : '';

/** What the job asked of pg_net. */
const Call = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.record(z.string(), z.string()),
});

describe.skipIf(postgresWithCron === null)(`what schedule pg_cron prints, run by pg_cron${why}`, () => {
  let cluster: Cluster;
  let database: Database;
  let sandbox: Sandbox;
  let server: RunningCli;
  let url: string;
  let sql: string;

  beforeAll(async () => {
    if (postgresWithCron === null) return;
    [cluster, database, sandbox] = await Promise.all([
      startCronCluster(postgresWithCron),
      readyDatabase('Supabase'),
      startSandbox({ accounts }),
    ]);
    await cluster.query(SUPABASE_STAND_INS);
    await connect(database, accounts.map(connectionRow));
    server = startCli(['serve', '--port', '0'], {
      // Nothing of its own schedule was missed just now, at any time of day.
      env: { ...database.env, ...sandbox.urls, INTERNAL_CRON_SECRET: SECRET, ANALYTICS_CRON: minutesAgo(720) },
    });
    const address = () => /listening on (http:\S+\d)/.exec(server.told())?.[1] ?? '';
    await until(() => address() !== '');
    url = address();
    sql = (await runCli(['schedule', 'pg_cron', '--url', url, '--at', '03:30,15:30'])).stdout;
  });
  afterAll(async () => {
    server?.kill('SIGTERM');
    await server?.ended;
    await Promise.all([cluster?.close(), database?.close(), sandbox?.close()]);
  });

  const jobs = () => cluster.query('select jobname, username from cron.job order by username');

  /** Has the job run at once, as cron does when it starts: its own time is not to be waited for. */
  async function runAtOnce(): Promise<Record<string, unknown>> {
    await cluster.query("update cron.job set schedule = '@reboot'");
    await cluster.query('truncate cron.job_run_details');
    await cluster.restart();
    for (;;) {
      const [run] = await cluster.query("select * from cron.job_run_details where status in ('succeeded', 'failed')");
      if (run) return run;
      await sleep(50);
    }
  }

  it('is one job, however often it is scheduled, and contains no secret', async () => {
    await cluster.query(sql);
    await cluster.query(`insert into vault.secrets values ('analytics_cron_secret', '${SECRET}')`);
    await cluster.query(sql);
    const scheduled = await cluster.query(
      'select schedule, jobname, active, to_jsonb(job)::text as text from cron.job',
    );
    expect(scheduled).toEqual([
      { schedule: '30 3,15 * * *', jobname: 'daily-analytics-collection', active: true, text: expect.any(String) },
    ]);
    expectNoSecrets([SECRET], [String(scheduled[0]?.text)]);
  });

  it.each(['daily-analytics-collection', 'analytics-collect'])('replaces an older job %s', async (name) => {
    await cluster.query(`select cron.schedule('${name}', '0 2 * * *', 'select 1')`);
    await cluster.query(sql);
    expect(await jobs()).toEqual([{ jobname: 'daily-analytics-collection', username: 'postgres' }]);
  });

  it.each([
    ['cannot see', '', 0],
    ['may see but not delete', 'bypassrls', 1],
  ])("leaves another role's job that it %s, and does not fail", async (_, option, visible) => {
    await cluster.query(`create role visitor ${option}; grant usage on schema cron to visitor`);
    const asVisitor = async (text: string) => {
      await cluster.query('set role visitor');
      return cluster.query(text).finally(() => cluster.query('reset role'));
    };
    try {
      expect(await asVisitor('select jobid from cron.job')).toHaveLength(visible);
      await asVisitor(sql);
      await asVisitor(sql);
      const both = ['postgres', 'visitor'].map((username) => ({ jobname: 'daily-analytics-collection', username }));
      expect(await jobs()).toEqual(both);
      await asVisitor((await runCli(['schedule', 'pg_cron', '--remove'])).stdout);
      expect(await jobs()).toEqual(both.slice(0, 1));
    } finally {
      await cluster.query('drop owned by visitor; drop role visitor');
    }
  });

  it('runs, and makes serve collect', async () => {
    expect(await runAtOnce()).toMatchObject({ status: 'succeeded' });
    const details = await cluster.query('select to_jsonb(details)::text as text from cron.job_run_details details');
    expectNoSecrets(
      [SECRET],
      details.map(({ text }) => String(text)),
    );
    const calls = z.array(Call).parse(await cluster.query('select url, headers, body from net.calls'));
    expect(calls).toEqual([
      {
        url: `${url}/api/internal/analytics/trigger-collection`,
        headers: { 'Content-Type': 'application/json', 'X-Cron-Secret': SECRET },
        body: { job: 'daily_analytics_collection', triggered_by: 'pg_cron', timestamp: expect.stringMatching(/^20/) },
      },
    ]);

    for (const call of calls) {
      const answer = await fetch(call.url, { method: 'POST', headers: call.headers, body: JSON.stringify(call.body) });
      expect(answer.status).toBe(202);
    }
    const runs = () => database.query('select trigger, status from collection_runs');
    await expect.poll(runs, { timeout: 20_000 }).toEqual([{ trigger: 'http', status: 'completed' }]);
    expect(await storedRows(database)).not.toEqual([]);
  });

  it('fails visibly if the Vault has no such secret', async () => {
    await cluster.query('delete from vault.secrets');
    const run = await runAtOnce();
    expect(run).toMatchObject({ status: 'failed' });
    expect(run.return_message).toContain('the Vault holds no secret named analytics_cron_secret');
  });

  it('is removed by --remove, however often that runs', async () => {
    const { stdout } = await runCli(['schedule', 'pg_cron', '--remove']);
    await cluster.query(stdout);
    await cluster.query(stdout);
    expect(await cluster.query('select * from cron.job')).toEqual([]);
  });
});
