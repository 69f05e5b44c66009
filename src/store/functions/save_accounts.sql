-- Adds accounts, or brings those that are known up to date.
create or replace function public.save_accounts(given public.collection_accounts[])
returns void
language sql volatile security invoker set search_path = ''
as $$
  insert into public.collection_accounts as known
    (user_id, platform, account_id, account_name, connection_id, active, connected_at)
  select connected.user_id, connected.platform, connected.account_id, connected.account_name, connected.connection_id, true,
    connected.connected_at
  from unnest(given) connected
  order by connected.user_id, connected.platform, connected.connected_at, connected.account_id
  on conflict (user_id, platform, account_id) do update
    set account_name = coalesce(excluded.account_name, known.account_name),
      connection_id = excluded.connection_id,
      active = true,
      connected_at = least(excluded.connected_at, known.connected_at);
$$;
