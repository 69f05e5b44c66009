-- Returns every connection, active or not, without its tokens.
create or replace function public.list_collection_connections()
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'connections', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', connections.id,
          'user_id', connections.user_id,
          'platform', connections.platform,
          'account_id', connections.account_id,
          'account_name', connections.account_name,
          'active', connections.active,
          'is_primary', coalesce(accounts.is_primary and accounts.active, false),
          'token_expires_at', connections.token_expires_at
        )
        order by connections.created_at, connections.id_key
      ),
      '[]'
    )
  )
  from public.collection_connections connections
  left join public.collection_accounts accounts
    on accounts.user_id = connections.user_id
      and accounts.platform = connections.platform
      and accounts.account_id = connections.account_key;
$$;
