-- Only the service role (Supabase) or the owner of the tables (any PostgreSQL) collects; a user reads own rows. This concerns
-- what the schema has made: who may do what with the application's own tables is the application's to say.

do $$
declare
  own_tables text[] := array[
    'collection_migrations', 'collection_runs', 'collection_accounts', 'collection_outcomes', 'collection_platforms',
    'collection_pieces', 'collection_processes', 'collection_renewals', 'analytics_account_snapshots'
  ];
  views text[] := array['collection_connections', 'analytics_by_account', 'analytics_daily'];
  readable text[] := array['analytics_account_snapshots', 'analytics_by_account', 'analytics_daily'];
  callable text[] := array[/* functions */];
  object_name text;
  function_name regprocedure;
  outsider text;
  sequence_name text;
begin
  foreach object_name in array own_tables loop
    if not (select relrowsecurity from pg_catalog.pg_class where oid = format('public.%I', object_name)::regclass) then
      execute format('alter table public.%I enable row level security', object_name);
    end if;
  end loop;

  -- Supabase grants everything on new objects to these roles by default.
  foreach outsider in array array['public', 'anon', 'authenticated'] loop
    continue when outsider <> 'public' and to_regrole(outsider) is null;
    foreach object_name in array own_tables || views loop
      execute format('revoke all on public.%I from %s', object_name, outsider);
    end loop;
    for function_name in
      select oid::regprocedure from pg_catalog.pg_proc
      where pronamespace = 'public'::regnamespace and proname = any (callable) and strpos(proname || prosrc, 'collection') > 0
    loop
      execute format('revoke all on function %s from %s', function_name, outsider);
    end loop;
  end loop;
  if to_regrole('authenticated') is not null then
    foreach object_name in array readable loop
      execute format('grant select on public.%I to authenticated', object_name);
    end loop;
  end if;

  if to_regrole('service_role') is not null then
    grant usage on schema public to service_role;
    grant select on public.collection_connections, public.analytics_by_account, public.analytics_daily, public.collection_migrations
      to service_role;
    grant select, insert, update, delete on public.platform_connections, public.analytics_snapshots,
      public.analytics_account_snapshots, public.collection_accounts, public.collection_outcomes to service_role;
    grant select, insert, update on public.collection_runs, public.collection_platforms to service_role;
    grant select, insert, update, delete on public.collection_pieces, public.collection_processes, public.collection_renewals
      to service_role;
    if to_regclass('public.social_media_connections') is not null then
      grant select on public.social_media_connections to service_role;
    end if;
    for sequence_name in
      select pg_get_serial_sequence(serial.table_name, 'id')
      from unnest(
        array['public.platform_connections', 'public.analytics_snapshots', 'public.collection_accounts']
      ) as serial (table_name)
    loop
      continue when sequence_name is null;
      execute format('grant usage on sequence %s to service_role', sequence_name);
    end loop;
    for function_name in
      select oid::regprocedure from pg_catalog.pg_proc
      where pronamespace = 'public'::regnamespace and proname = any (callable) and strpos(proname || prosrc, 'collection') > 0
    loop
      execute format('grant execute on function %s to service_role', function_name);
    end loop;
  end if;
end
$$;

notify pgrst, 'reload schema';
