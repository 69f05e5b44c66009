-- Only the service role (Supabase) or the owner of the tables (any PostgreSQL) collects; a user reads own snapshots.

alter table public.analytics_snapshots enable row level security;
alter table public.collection_runs enable row level security;
alter table public.collection_outcomes enable row level security;

do $$
declare
  callable text[] := array[
    'begin_collection', 'renew_collection', 'finish_collection', 'read_collection', 'last_collection', 'record_collection',
    'selected_connections', 'read_connections', 'count_connections', 'list_connections', 'save_connection', 'remove_connection',
    'read_collection_status', 'tokens_ending', 'prune_collection', 'check_collection', 'collection_key_indexes'
  ];
  function_name regprocedure;
  outsider text;
  sequence_name text;
begin
  -- Supabase grants everything on new objects to these roles by default.
  foreach outsider in array array['public', 'anon', 'authenticated'] loop
    continue when outsider <> 'public' and to_regrole(outsider) is null;
    execute format(
      'revoke all on public.collection_runs, public.collection_outcomes, public.collection_connections from %s', outsider
    );
    execute format('revoke insert, update, delete, truncate, references, trigger on public.analytics_snapshots from %s', outsider);
    for function_name in
      select oid::regprocedure from pg_catalog.pg_proc
      where pronamespace = 'public'::regnamespace and proname = any (callable)
    loop
      execute format('revoke all on function %s from %s', function_name, outsider);
    end loop;
  end loop;

  if to_regrole('service_role') is not null then
    grant usage on schema public to service_role;
    grant select on public.collection_connections to service_role;
    grant select, insert, update, delete on public.platform_connections to service_role;
    grant select, insert, update on public.collection_runs to service_role;
    grant select, insert, update, delete on public.analytics_snapshots, public.collection_outcomes to service_role;
    for sequence_name in
      select pg_get_serial_sequence(serial.table_name, 'id')
      from unnest(array['public.platform_connections', 'public.analytics_snapshots']) as serial (table_name)
    loop
      continue when sequence_name is null;
      execute format('grant usage on sequence %s to service_role', sequence_name);
    end loop;
    for function_name in
      select oid::regprocedure from pg_catalog.pg_proc
      where pronamespace = 'public'::regnamespace and proname = any (callable)
    loop
      execute format('grant execute on function %s to service_role', function_name);
    end loop;
  end if;

  if to_regrole('authenticated') is not null and to_regprocedure('auth.uid()') is not null then
    grant select on public.analytics_snapshots to authenticated;
    drop policy if exists "a user reads own snapshots" on public.analytics_snapshots;
    create policy "a user reads own snapshots" on public.analytics_snapshots
      for select to authenticated
      using (user_id::text = (select auth.uid())::text);
  end if;
end
$$;

notify pgrst, 'reload schema';
