-- Updates collection_accounts to match the connections, and ensures that each user and platform has one primary account.
-- collected: the platforms' names. Does so for one of the parts (0 to parts - 1) into which a hash divides the users; each run divides
-- them anew. Returns how many accounts belong to users whom the application's table of users lacks.
create or replace function public.sync_collection_accounts(collected jsonb, for_user text, part integer, parts integer)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
-- The planner does not know how many connections the view has: it would join them to the accounts one by one. Compiling the
-- statements would take longer than running them.
set enable_nestloop = off set jit = off
as $$
declare
  changed_users text[];
  differing public.collection_accounts[];
  unknown_users integer := 0;
begin
  -- Runs of different scopes may call it at the same time.
  perform pg_advisory_xact_lock(hashtextextended('analytics-collect accounts', 0));

  -- Most accounts are as the last run left them, which a look at their only connection shows.
  with active as materialized (
    select connections.user_id, connections.platform, connections.account_key as account_id, connections.id, connections.account_name
    from public.collection_connections connections
    where connections.active
      and collected ? connections.platform
      and (sync_collection_accounts.for_user is null or connections.user_id = sync_collection_accounts.for_user)
      and (hashtext(connections.user_id) & 2147483647) % parts = part
  ),
  connected as materialized (
    select
      active.user_id,
      active.platform,
      active.account_id,
      count(*) as connections,
      min(active.id) as connection_id,
      min(active.account_name) as account_name
    from active
    group by active.user_id, active.platform, active.account_id
  ),
  gone as (
    update public.collection_accounts accounts
    set active = false, connection_id = null
    where accounts.active
      and collected ? accounts.platform
      and (sync_collection_accounts.for_user is null or accounts.user_id = sync_collection_accounts.for_user)
      and (hashtext(accounts.user_id) & 2147483647) % parts = part
      and not exists (
        select from connected
        where connected.user_id = accounts.user_id
          and connected.platform = accounts.platform
          and connected.account_id = accounts.account_id
      )
  )
  select array_agg(distinct connected.user_id)
  into changed_users
  from connected
  left join public.collection_accounts known
    on known.user_id = connected.user_id
      and known.platform = connected.platform
      and known.account_id = connected.account_id
  where known.id is null
    or not known.active
    or connected.connections > 1
    or known.connection_id is distinct from connected.connection_id
    or connected.account_name is not null and known.account_name is distinct from connected.account_name;

  if changed_users is not null then
    select array_agg(
      jsonb_populate_record(
        null::public.collection_accounts,
        jsonb_build_object(
          'user_id', connected.user_id,
          'platform', connected.platform,
          'account_id', connected.account_id,
          'account_name', connected.account_name,
          'connection_id', connected.connection_ids[1],
          'connected_at', connected.connected_at
        )
      )
      order by connected.user_id, connected.platform, connected.account_id
    )
    into differing
    from public.connected_collection_accounts(collected, changed_users) connected
    left join public.collection_accounts known
      on known.user_id = connected.user_id
        and known.platform = connected.platform
        and known.account_id = connected.account_id
    where known.id is null
      or not known.active
      or known.connection_id is null
      or known.connection_id <> all (connected.connection_ids)
      or connected.account_name is not null and known.account_name is distinct from connected.account_name
      or known.connected_at > connected.connected_at;
    unknown_users := public.save_collection_accounts(coalesce(differing, '{}'));
  end if;
  delete from public.collection_accounts accounts where not accounts.active and accounts.account_id like 'connection:%';

  update public.collection_accounts accounts
  set is_primary = true
  where accounts.id in (
    select distinct on (candidates.user_id, candidates.platform) candidates.id
    from public.collection_accounts candidates
    where candidates.active
      and candidates.can_be_primary
      and not candidates.is_primary
      and (sync_collection_accounts.for_user is null or candidates.user_id = sync_collection_accounts.for_user)
      and (hashtext(candidates.user_id) & 2147483647) % parts = part
      and not exists (
        select from public.collection_accounts others
        where others.user_id = candidates.user_id and others.platform = candidates.platform and others.is_primary
      )
    order by candidates.user_id, candidates.platform, candidates.connected_at, candidates.id
  );

  return jsonb_build_object('unknown_users', unknown_users);
end
$$;
