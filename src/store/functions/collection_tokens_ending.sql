-- Returns the most recently renewed connection of each account if its access token ends before an instant, the soonest first. The
-- tokens, encrypted as stored, tell whether the date means anything.
create or replace function public.collection_tokens_ending(for_user text, for_platforms jsonb, for_shard jsonb, before timestamptz)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with newest as (
    select distinct on (connections.user_id, connections.platform, connections.account_key) connections.*
    from public.collection_connections connections
    where connections.active
      and (collection_tokens_ending.for_user is null or connections.user_id = collection_tokens_ending.for_user)
      and for_platforms ? connections.platform
      and (
        for_shard is null
        or ('x' || left(md5(connections.user_id), 8))::bit(32)::bigint % (for_shard ->> 'count')::bigint
          = (for_shard ->> 'index')::bigint - 1
      )
    order by connections.user_id, connections.platform, connections.account_key,
      connections.renewed_at desc nulls last, connections.id_key desc
  )
  select jsonb_build_object(
    'connections', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', newest.id,
          'user_id', newest.user_id,
          'platform', newest.platform,
          'account_id', newest.account_id,
          'account_name', newest.account_name,
          'access_token', newest.access_token,
          'refresh_token', newest.refresh_token,
          'token_expires_at', newest.token_expires_at
        )
        order by newest.token_expires_at, newest.id_key
      ),
      '[]'
    )
  )
  from newest
  where newest.token_expires_at < before;
$$;
