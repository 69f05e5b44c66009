-- Creates what partitions are missing of tables that are partitioned by month: the default one, so that no row is ever refused, those
-- for the months of some days, and that for the month after them, so that it is there before its rows are. Rows of these months
-- that the default partition has meanwhile are moved. The default partition takes the rows of one that cannot be created, because
-- the table is in use for longer than two seconds for example; the next call tries again.
-- Runs with its owner's rights, because only the owner of a table may add partitions to it.
create or replace function public.partition_collection(days date[])
returns void
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  missing record;
  outsider text;
begin
  for missing in
    select tables.relname as table_name, tables.relname || coalesce(to_char(months.since, '_YYYY_MM'), '_default') as name,
      months.since, (months.since + interval '1 month')::date as until
    from pg_catalog.pg_class tables
    cross join (
      select null::date as since
      union
      select date_trunc('month', day)::date from unnest(days) day
      union
      select (date_trunc('month', max(day)) + interval '1 month')::date from unnest(days) day
    ) months
    where tables.oid in ('public.analytics_snapshots'::regclass, 'public.analytics_account_snapshots'::regclass)
      and tables.relkind = 'p'
      and to_regclass(format('public.%I', tables.relname || coalesce(to_char(months.since, '_YYYY_MM'), '_default'))) is null
    -- The order in which record_collection locks them.
    order by tables.relname, months.since nulls first
  loop
    begin
      execute format('lock table only public.%I in access exclusive mode', missing.table_name);
      -- Another call may have created it before this one had the lock.
      continue when to_regclass(format('public.%I', missing.name)) is not null;
      if missing.since is null then
        execute format('create table public.%I partition of public.%I default', missing.name, missing.table_name);
      else
        execute format(
          'create table public.%1$I (like public.%2$I including defaults including generated including storage including constraints);
           insert into public.%1$I (%3$s) select %3$s from public.%4$I where date >= %5$L and date < %6$L;
           delete from public.%4$I where date >= %5$L and date < %6$L;
           alter table public.%2$I attach partition public.%1$I for values from (%5$L) to (%6$L)',
          missing.name, missing.table_name,
          (
            select string_agg(format('%I', columns.attname), ', ')
            from pg_catalog.pg_attribute columns
            where columns.attrelid = format('public.%I', missing.table_name)::regclass
              and columns.attnum > 0 and not columns.attisdropped and columns.attgenerated = ''
          ),
          missing.table_name || '_default', missing.since, missing.until
        );
      end if;
      -- Supabase grants everything on new objects to these roles by default; rows are read through the partitioned table alone.
      execute format('alter table public.%I enable row level security', missing.name);
      for outsider in
        select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'service_role')
      loop
        execute format('revoke all on public.%I from %s', missing.name, outsider);
      end loop;
    exception
      when lock_not_available or deadlock_detected then
        return;
      when others then
        if to_regclass(format('public.%I', missing.table_name || '_default')) is null then
          raise;
        end if;
        raise warning 'Cannot create the partition %: %', missing.name, sqlerrm;
    end;
  end loop;
end
$$;
