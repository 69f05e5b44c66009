-- Adds accounts, or brings known ones up to date. Returns how many could not be saved because the application's table of users
-- lacks their user. One of those must not keep the others out, so a batch that fails is halved.
create or replace function public.save_collection_accounts(given public.collection_accounts[])
returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  half integer := cardinality(given) / 2;
begin
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
      inactive_since = null,
      connected_at = least(excluded.connected_at, known.connected_at);
  return 0;
exception
  when foreign_key_violation then
    if cardinality(given) = 1 then
      return 1;
    end if;
    return public.save_collection_accounts(given[:half]) + public.save_collection_accounts(given[half + 1:]);
end
$$;
