import { formatTimes, onlyCronSchedule, type Times } from './schedule.js';

/** The name of the application's own job, which this one replaces. */
const JOB = 'daily-analytics-collection';
/** The name that version 0.1 of this tool gave it. */
const OLDER_JOB = 'analytics-collect';
/** The names of the jobs that start runs. */
export const JOBS = [JOB, OLDER_JOB];
/** The name of the Vault's secret that holds the server's INTERNAL_CRON_SECRET. */
const SECRET_NAME = 'analytics_cron_secret';
/** If the role can see other roles' jobs but not delete them, as on Supabase, it leaves them and warns. */
const UNSCHEDULE = `do $remove$
declare
  old record;
begin
  for old in
    select jobid, jobname, username from cron.job where jobname in ('${JOB}', '${OLDER_JOB}')
  loop
    begin
      perform cron.unschedule(old.jobid);
    exception when insufficient_privilege then
      raise warning 'The job % belongs to the role % and was not removed. Remove it as that role: select cron.unschedule(%)',
        old.jobname, old.username, old.jobid;
    end;
  end loop;
end
$remove$;`;

export interface PgCronJob {
  /** The full address that the job posts to. */
  readonly url: string;
  readonly at: Times;
}

/**
 * SQL that makes pg_cron call the trigger endpoint of `serve` at these times through pg_net. The secret is looked up by name
 * when the job runs: written into the job, it would appear in cron.job, in cron.job_run_details and in every dump.
 */
export function pgCronSql({ url, at }: PgCronJob): string {
  return `-- analytics-collect, each day at ${formatTimes(at)} UTC: pg_cron asks \`analytics-collect serve\` to collect.
--
-- Before you run this, store the INTERNAL_CRON_SECRET of \`serve\` in the Vault, once:
--   select vault.create_secret('THE SECRET', '${SECRET_NAME}');
-- The job looks it up by that name each time it runs. To change the secret, change it in the Vault.
--
-- This replaces any job of the same name, such as the application's own, and the job ${OLDER_JOB} of version 0.1.
-- To see the results of its calls: select * from cron.job_run_details order by start_time desc;
-- pg_cron reads times as UTC, unless the setting cron.timezone says otherwise.

create extension if not exists pg_cron;
create extension if not exists pg_net;

${UNSCHEDULE}

select cron.schedule('${JOB}', '${onlyCronSchedule('pg_cron', at)}', $job$
do $run$
declare
  secret text := (select decrypted_secret from vault.decrypted_secrets where name = '${SECRET_NAME}');
begin
  if secret is null then
    raise exception 'the Vault holds no secret named ${SECRET_NAME}';
  end if;
  perform net.http_post(
    url := ${sqlString(url)},
    body := jsonb_build_object('job', 'daily_analytics_collection', 'triggered_by', 'pg_cron', 'timestamp', now()),
    headers := jsonb_build_object('Content-Type', 'application/json', 'X-Cron-Secret', secret),
    timeout_milliseconds := 10000
  );
end
$run$
$job$);
`;
}

/** SQL that undoes what `pgCronSql` did. */
export function pgCronRemovalSql(): string {
  return `-- Removes the pg_cron job that calls \`analytics-collect serve\`.

${UNSCHEDULE}

-- The secret stays in the Vault. To remove it as well:
--   delete from vault.secrets where name = '${SECRET_NAME}';
`;
}

/** A dollar sign could end the dollar quoting around the job, which contains this string. */
function sqlString(url: string): string {
  return `'${url.replaceAll("'", '%27').replaceAll('$', '%24')}'`;
}
