-- Returns the accounts that active connections open on the platforms that are collected, of some users or of all (NULL). Of several
-- connections of an account, the one renewed last comes first.
create or replace function public.connected_collection_accounts(collected jsonb, for_users text[])
returns table (
  user_id text, platform text, account_id text, account_name text, connection_ids text[], connected_at timestamptz
)
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select
    connections.user_id,
    connections.platform,
    connections.account_key,
    (array_agg(connections.account_name order by connections.renewed_at desc nulls last, connections.id_key desc)
      filter (where connections.account_name is not null))[1],
    array_agg(connections.id order by connections.renewed_at desc nulls last, connections.id_key desc),
    coalesce(min(connections.created_at), '-infinity')
  from public.collection_connections connections
  where connections.active
    and collected ? connections.platform
    and (for_users is null or connections.user_id in (select unnest(for_users)))
  group by connections.user_id, connections.platform, connections.account_key;
$$;
