import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoSecrets, runCli } from './support/cli.js';
import { type CronCluster, postgresWithCron, SUPABASE_STAND_INS, startCronCluster } from './support/pg-cron.js';

const SECRET = 'the-cron-secret-of-this-test';
const why = postgresWithCron === null ? ' (skipped: pg_cron is not installed)' : '';

describe.skipIf(postgresWithCron === null)(`what schedule pg_cron prints, run by pg_cron${why}`, () => {
  let cluster: CronCluster;
  let url: string;
  let sql: string;
  beforeAll(async () => {
    if (postgresWithCron === null) return;
    cluster = await startCronCluster(postgresWithCron);
    await cluster.query(SUPABASE_STAND_INS);
    url = 'https://collect.example.com';
    sql = (await runCli(['schedule', 'pg_cron', '--url', url, '--at', '03:30'])).stdout;
  });
  afterAll(() => cluster?.close());

  /** Has the job run at once: its own time is not to be waited for. */
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

  it('is one job, however often it is scheduled, and holds no secret', async () => {
    await cluster.query(sql);
    await cluster.query(`insert into vault.secrets values ('analytics_cron_secret', '${SECRET}')`);
    await cluster.query(sql);
    const jobs = await cluster.query('select schedule, jobname, active, to_jsonb(job)::text as text from cron.job');
    expect(jobs).toEqual([
      expect.objectContaining({ schedule: '30 3 * * *', jobname: 'analytics-collect', active: true }),
    ]);
    expectNoSecrets([SECRET], [String(jobs[0]?.text)]);
  });

  it('calls the endpoint with the secret of the Vault', async () => {
    expect(await runAtOnce()).toMatchObject({ status: 'succeeded' });
    const [call, ...others] = await cluster.query('select url, headers, body from net.calls');
    expect(others).toEqual([]);
    expect(call).toEqual({
      url: `${url}/api/internal/analytics/trigger-collection`,
      headers: { 'Content-Type': 'application/json', 'X-Cron-Secret': SECRET },
      body: { job: 'daily_analytics_collection', triggered_by: 'pg_cron', timestamp: expect.stringMatching(/^20/) },
    });
    const details = await cluster.query('select to_jsonb(details)::text as text from cron.job_run_details details');
    expectNoSecrets(
      [SECRET],
      details.map(({ text }) => String(text)),
    );
  });

  it('fails where people look, when the Vault has no such secret', async () => {
    await cluster.query('delete from vault.secrets');
    const run = await runAtOnce();
    expect(run).toMatchObject({ status: 'failed' });
    expect(run.return_message).toContain('the Vault holds no secret named analytics_cron_secret');
  });

  it('is taken back by --remove, however often', async () => {
    const { stdout } = await runCli(['schedule', 'pg_cron', '--remove']);
    await cluster.query(stdout);
    await cluster.query(stdout);
    expect(await cluster.query('select * from cron.job')).toEqual([]);
  });
});
