-- Makes the account of a connection the primary one of its user and platform.
create or replace function public.choose_collection_primary(connection_id text, collected jsonb)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  connection public.collection_connections;
  chosen public.collection_accounts;
begin
  select * into connection
  from public.collection_connections connections
  where connections.id = choose_collection_primary.connection_id;
  if not found then
    return jsonb_build_object('result', 'not_found');
  end if;
  perform public.sync_collection_accounts(collected, connection.user_id, 0, 1);
  select * into chosen
  from public.collection_accounts accounts
  where accounts.user_id = connection.user_id
    and accounts.platform = connection.platform
    and accounts.account_id = connection.account_key;
  if not found or not chosen.active or not chosen.can_be_primary then
    return jsonb_build_object('result', 'not_collected', 'platform', connection.platform, 'account_id', connection.account_id);
  end if;
  if not chosen.is_primary then
    perform public.make_collection_primary(chosen.id);
  end if;
  return jsonb_build_object(
    'result', case when chosen.is_primary then 'unchanged' else 'changed' end,
    'user_id', chosen.user_id,
    'platform', chosen.platform,
    'account_id', chosen.account_id
  );
end
$$;
