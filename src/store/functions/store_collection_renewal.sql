-- Stores a connection's renewed tokens in the place of those that were read, unless these have changed, and ends the claim. NULL as
-- refresh_token or token_expires_at: as before. former_access_token: as claim_collection_renewal compared it.
create or replace function public.store_collection_renewal(
  connection_id text, claimed_by uuid, former_access_token text, access_token text, refresh_token text, token_expires_at timestamptz
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  stored public.collection_connections;
  row_id text := regexp_replace(connection_id, '^social_media_connections/', '');
  columns text[];
  given jsonb;
  column_list text;
begin
  delete from public.collection_renewals held
  where held.connection_id = store_collection_renewal.connection_id and held.claimed_by = store_collection_renewal.claimed_by;

  select * into stored from public.collection_connections connections
  where connections.id = store_collection_renewal.connection_id;
  if not found then
    return jsonb_build_object('stored', false);
  end if;
  execute format('select from public.%I connections where connections.id::text = $1 for update', stored.table_name) using row_id;
  select * into stored from public.collection_connections connections
  where connections.id = store_collection_renewal.connection_id;
  if stored.access_token is distinct from former_access_token then
    -- A repeated call, whose first answer was lost, finds its own token.
    return jsonb_build_object('stored', stored.access_token is not distinct from store_collection_renewal.access_token);
  end if;

  columns := array(
    select attributes.attname::text
    from pg_catalog.pg_attribute attributes
    where attributes.attrelid = format('public.%I', stored.table_name)::regclass
      and attributes.attnum > 0
      and not attributes.attisdropped
  );
  given := jsonb_build_object(
      case when 'access_token_encrypted' = any (columns) then 'access_token_encrypted' else 'access_token' end,
      store_collection_renewal.access_token,
      'last_token_refresh', clock_timestamp(),
      'updated_at', clock_timestamp()
    )
    || case when store_collection_renewal.refresh_token is null then '{}' else jsonb_build_object(
      case when 'refresh_token_encrypted' = any (columns) then 'refresh_token_encrypted' else 'refresh_token' end,
      store_collection_renewal.refresh_token
    ) end
    || case when store_collection_renewal.token_expires_at is null then '{}'
      else jsonb_build_object('token_expires_at', store_collection_renewal.token_expires_at) end;
  column_list := (
    select string_agg(format('%I', name), ', ')
    from (select jsonb_object_keys(given) as name intersect select unnest(columns)) written
  );
  execute format(
    'update public.%1$I connections set (%2$s) = (select %2$s from jsonb_populate_record(null::public.%1$I, $1))
     where connections.id::text = $2',
    stored.table_name, column_list
  ) using given, row_id;
  return jsonb_build_object('stored', found);
end
$$;
