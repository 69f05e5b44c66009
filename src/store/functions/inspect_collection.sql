-- Returns what the role may do, what the schema leaves as it is, how many accounts each platform has, and some of the active
-- connections with their tokens, encrypted as stored: at most sample_size of each platform, always the same. Changes nothing.
-- Every connection is read: statement_timeout is for PostgREST, which applies it to the whole call.
create or replace function public.inspect_collection(functions jsonb, jobs jsonb, sample_size integer)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC' set statement_timeout = '60s'
as $$
declare
  cron_job oid;
  scheduled jsonb;
begin
  -- By the catalog, since to_regclass fails where the role may not enter the schema.
  select tables.oid
  into cron_job
  from pg_catalog.pg_class tables
  join pg_catalog.pg_namespace schemas on schemas.oid = tables.relnamespace
  where schemas.nspname = 'cron'
    and tables.relname = 'job'
    and has_schema_privilege(schemas.oid, 'usage')
    and has_table_privilege(tables.oid, 'select');
  if cron_job is not null then
    execute 'select coalesce(jsonb_agg(job.schedule order by job.jobid), ''[]'') from cron.job job where $1 ? job.jobname and job.active'
    into scheduled
    using jobs;
  end if;

  return (
    with needed (table_name, privilege, is_vital) as (
      values
        ('platform_connections', 'select', true),
        ('platform_connections', 'insert', false),
        ('platform_connections', 'update', false),
        ('platform_connections', 'delete', false),
        ('analytics_snapshots', 'select', true),
        ('analytics_snapshots', 'insert', true),
        ('analytics_snapshots', 'update', true),
        ('analytics_snapshots', 'delete', false),
        ('analytics_account_snapshots', 'select', true),
        ('analytics_account_snapshots', 'insert', true),
        ('analytics_account_snapshots', 'update', true),
        ('analytics_account_snapshots', 'delete', false),
        ('collection_accounts', 'select', true),
        ('collection_accounts', 'insert', true),
        ('collection_accounts', 'update', true),
        ('collection_outcomes', 'select', true),
        ('collection_outcomes', 'insert', true),
        ('collection_outcomes', 'update', true),
        ('collection_outcomes', 'delete', false),
        ('collection_runs', 'select', true),
        ('collection_runs', 'insert', true),
        ('collection_runs', 'update', true)
    ),
    known as (
      select routines.oid, names.name
      from jsonb_array_elements_text(functions) names (name)
      left join pg_catalog.pg_proc routines
        on routines.proname = names.name and routines.pronamespace = 'public'::regnamespace
    ),
    lacking as (
      select format('%s on %s', needed.privilege, needed.table_name) as "right", needed.is_vital
      from needed
      where not has_table_privilege(to_regclass('public.' || needed.table_name), needed.privilege)
      union all
      select 'execute on ' || known.name, true
      from known
      where not has_function_privilege(known.oid, 'execute')
    ),
    connected as materialized (
      select connections.platform, connections.user_id, connections.account_key, connections.id_key,
        row_number() over (partition by connections.platform order by md5(connections.id_key)) as place
      from public.collection_connections connections
      where connections.active
    )
    select jsonb_build_object(
      'version', current_setting('server_version'),
      'role', current_user,
      'is_writable', not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off',
      'lacking', coalesce((select jsonb_agg(to_jsonb(lacking) order by lacking."right") from lacking), '[]'),
      'missing', coalesce((select jsonb_agg(known.name order by known.name) from known where known.oid is null), '[]'),
      'hidden', coalesce(
        (
          select jsonb_agg(names.name order by names.name)
          from (select distinct needed.table_name from needed) names (name)
          where row_security_active('public.' || names.name)
        ),
        '[]'
      ),
      'findings', coalesce((select jsonb_agg(to_jsonb(findings)) from public.collection_schema_findings() findings), '[]'),
      'jobs', scheduled,
      'accounts', coalesce(
        (
          select jsonb_object_agg(counted.platform, counted.accounts)
          from (
            select connected.platform, count(distinct (connected.user_id, connected.account_key)) as accounts
            from connected
            group by connected.platform
          ) counted
        ),
        '{}'
      ),
      'sample', coalesce(
        (
          select jsonb_agg(
            jsonb_build_object(
              'id', connections.id,
              'user_id', connections.user_id,
              'platform', connections.platform,
              'account_id', connections.account_id,
              'account_name', connections.account_name,
              'access_token', connections.access_token,
              'refresh_token', connections.refresh_token,
              'token_expires_at', connections.token_expires_at,
              'is_failing', accounts.reason is not null
            )
            order by connections.platform, md5(connections.id_key)
          )
          from public.collection_connections connections
          left join public.collection_accounts accounts
            on accounts.user_id = connections.user_id
              and accounts.platform = connections.platform
              and accounts.account_id = connections.account_key
          where connections.id_key in (select connected.id_key from connected where connected.place <= sample_size)
        ),
        '[]'
      )
    )
  );
end
$$;
