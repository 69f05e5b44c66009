-- Returns connections, active or not, without their tokens: at most page_size, those after after_key, NULL for the first page, and
-- the oldest of the page first. next_key is the last one's key, NULL if there are no more.
-- Keys have no index, so a page reads all keys after it: statement_timeout is for PostgREST, which applies it to the whole call.
create or replace function public.list_collection_connections(after_key text, page_size integer)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC' set statement_timeout = '60s'
as $$
  with keys as materialized (
    select connections.id_key
    from public.collection_connections connections
    where after_key is null or connections.id_key > after_key
    order by connections.id_key
    limit page_size
  ),
  -- Read between two keys, since a sort of whole connections would not fit into memory.
  page as materialized (
    select
      connections.id,
      connections.id_key,
      connections.user_id,
      connections.platform,
      connections.account_id,
      connections.account_key,
      connections.account_name,
      connections.active,
      connections.created_at,
      connections.token_expires_at,
      connections.refresh_token is not null as has_refresh_token
    from public.collection_connections connections
    where (after_key is null or connections.id_key > after_key)
      and connections.id_key <= (select max(keys.id_key) from keys)
  )
  select jsonb_build_object(
    'connections', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', page.id,
          'user_id', page.user_id,
          'platform', page.platform,
          'account_id', page.account_id,
          'account_name', page.account_name,
          'active', page.active,
          'is_primary', coalesce(accounts.is_primary and accounts.active, false),
          'token_expires_at', page.token_expires_at,
          'has_refresh_token', page.has_refresh_token
        )
        order by page.created_at, page.id_key
      ),
      '[]'
    ),
    'next_key', (select case when count(*) = page_size then max(keys.id_key) end from keys)
  )
  from page
  left join public.collection_accounts accounts
    on accounts.user_id = page.user_id
      and accounts.platform = page.platform
      and accounts.account_id = page.account_key;
$$;
