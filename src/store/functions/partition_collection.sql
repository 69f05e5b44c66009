-- Creates what partitions are missing of tables that are partitioned by month: for the months of some days, for the month after
-- them, so that it is there before its rows are, and the default partition, so that no row is ever refused. A month of which the
-- default partition already has rows stays there. If a table is in use for longer than two seconds, the next call tries again.
-- Runs with its owner's rights, because only the owner of a table may add partitions to it.
create or replace function public.partition_collection(days date[])
returns void
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  missing record;
  is_kept boolean;
  outsider text;
begin
  for missing in
    select wanted.*
    from (
      select tables.relname as table_name, tables.relname || '_default' as name, null::date as since, null::date as until
      from pg_catalog.pg_class tables
      where tables.oid in ('public.analytics_snapshots'::regclass, 'public.analytics_account_snapshots'::regclass)
        and tables.relkind = 'p'
      union all
      select tables.relname, tables.relname || to_char(months.since, '_YYYY_MM'), months.since, (months.since + interval '1 month')::date
      from pg_catalog.pg_class tables
      cross join (
        select date_trunc('month', day)::date as since from unnest(days) day
        union
        select (date_trunc('month', max(day)) + interval '1 month')::date from unnest(days) day having count(*) > 0
      ) months
      where tables.oid in ('public.analytics_snapshots'::regclass, 'public.analytics_account_snapshots'::regclass)
        and tables.relkind = 'p'
    ) wanted
    where to_regclass(format('public.%I', wanted.name)) is null
    -- The order in which record_collection locks them.
    order by wanted.table_name, wanted.since nulls first
  loop
    if missing.since is not null then
      execute format(
        'select exists (select from public.%I where date >= %L and date < %L)',
        missing.table_name || '_default', missing.since, missing.until
      ) into is_kept;
      continue when is_kept;
    end if;
    begin
      execute format('lock table only public.%I in access exclusive mode', missing.table_name);
      -- Another call may have created it, or written to the default partition, before this one had the lock.
      execute format(
        'create table if not exists public.%I partition of public.%I %s', missing.name, missing.table_name,
        case when missing.since is null then 'default' else format('for values from (%L) to (%L)', missing.since, missing.until) end
      );
    exception
      when lock_not_available or deadlock_detected or check_violation then
        return;
    end;
    -- Supabase grants everything on new objects to these roles by default; rows are read through the partitioned table alone.
    execute format('alter table public.%I enable row level security', missing.name);
    for outsider in
      select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'service_role')
    loop
      execute format('revoke all on public.%I from %s', missing.name, outsider);
    end loop;
  end loop;
end
$$;
