-- Gives the right to renew a connection's tokens, for a minute, to one process: claimed, or busy while another has it. changed: the
-- tokens are no longer those that the caller read; it returns them. forbidden: the role may not write them, so that a renewed token
-- would be lost. gone: there is no such active connection.
create or replace function public.claim_collection_renewal(
  connection_id text, access_token text, refresh_token text, claimed_by uuid
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  stored public.collection_connections;
  row_id text := regexp_replace(connection_id, '^social_media_connections/', '');
  is_writable boolean;
begin
  select * into stored from public.collection_connections connections
  where connections.id = claim_collection_renewal.connection_id and connections.active;
  if not found then
    return jsonb_build_object('state', 'gone');
  end if;
  begin
    -- Locking a row needs the rights of changing it.
    execute format('select true from public.%I connections where connections.id::text = $1 for update', stored.table_name)
      into is_writable using row_id;
  exception
    when insufficient_privilege then
      is_writable := null;
  end;
  -- Rights may be given by the column.
  is_writable := is_writable and (
    select bool_and(has_column_privilege(attributes.attrelid, attributes.attnum, 'update'))
    from pg_catalog.pg_attribute attributes
    where attributes.attrelid = format('public.%I', stored.table_name)::regclass
      and attributes.attname in (
        'access_token', 'access_token_encrypted', 'refresh_token', 'refresh_token_encrypted', 'token_expires_at', 'last_token_refresh',
        'updated_at'
      )
      and not attributes.attisdropped
  );
  if is_writable is not true then
    return jsonb_build_object('state', 'forbidden');
  end if;

  -- What another process has stored meanwhile.
  select * into stored from public.collection_connections connections
  where connections.id = claim_collection_renewal.connection_id;
  if stored.access_token is distinct from claim_collection_renewal.access_token
    or stored.refresh_token is distinct from claim_collection_renewal.refresh_token
  then
    return jsonb_build_object(
      'state', 'changed', 'access_token', stored.access_token, 'refresh_token', stored.refresh_token,
      'token_expires_at', stored.token_expires_at
    );
  end if;

  insert into public.collection_renewals as held (connection_id, claimed_by, claimed_at)
  values (claim_collection_renewal.connection_id, claim_collection_renewal.claimed_by, clock_timestamp())
  on conflict on constraint collection_renewals_pkey do update
    set claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at
    where held.claimed_by = excluded.claimed_by or held.claimed_at < clock_timestamp() - interval '1 minute';
  return jsonb_build_object('state', case when found then 'claimed' else 'busy' end);
end
$$;
