-- Adds a connection, or renews the one with the same user, platform and account, in the columns that the table has. When the
-- table refuses an id, returns why.
create or replace function public.save_collection_connection(
  for_user text, for_platform text, account_id text, account_name text,
  access_token text, refresh_token text, token_expires_at timestamptz
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  columns text[] := array(
    select attributes.attname::text
    from pg_catalog.pg_attribute attributes
    where attributes.attrelid = 'public.platform_connections'::regclass
      and attributes.attnum > 0
      and not attributes.attisdropped
  );
  account text := regexp_replace(account_id, '^urn:li:organization:', '');
  known_id text := (
    select connections.id
    from public.collection_connections connections
    where connections.user_id = for_user
      and connections.platform = for_platform
      and connections.account_id = account
      and connections.table_name = 'platform_connections'
    order by connections.active desc, connections.renewed_at desc nulls last, connections.id_key desc
    limit 1
  );
  -- The application reads page_id on every platform.
  account_columns jsonb := jsonb_build_object('account_id', account, 'page_id', account) || case for_platform
    when 'instagram' then jsonb_build_object('instagram_id', account)
    when 'linkedin' then jsonb_build_object('organization_id', account, 'is_organization', true)
    else '{}'
  end;
  given jsonb := jsonb_build_object(
    'user_id', for_user,
    'platform', for_platform,
    'account_name', account_name,
    'page_name', account_name,
    case when 'access_token_encrypted' = any (columns) then 'access_token_encrypted' else 'access_token' end, access_token,
    case when 'refresh_token_encrypted' = any (columns) then 'refresh_token_encrypted' else 'refresh_token' end, refresh_token,
    'token_expires_at', token_expires_at,
    'status', 'active',
    'connection_status', 'active',
    'is_active', true,
    'connected_at', now(),
    'last_token_refresh', now(),
    'updated_at', now()
  );
  written text[];
  column_list text;
  saved_id text;
begin
  if not columns && array(select jsonb_object_keys(account_columns - 'is_organization')) then
    raise exception 'platform_connections has no column for the account of a % connection', for_platform
      using errcode = 'undefined_column';
  end if;
  if known_id is null then
    given := given || account_columns;
  else
    -- A renewal without a name, which LinkedIn's check does not give, or without a refresh token keeps the existing one.
    given := given - case when account_name is null then array['account_name', 'page_name'] else '{}' end
      - case when refresh_token is null then array['refresh_token', 'refresh_token_encrypted'] else '{}' end;
  end if;
  written := array(select jsonb_object_keys(given) intersect select unnest(columns));
  column_list := (select string_agg(format('%I', name), ', ') from unnest(written) as name);

  if known_id is null then
    execute format(
      'insert into public.platform_connections (%1$s)
       select %1$s from jsonb_populate_record(null::public.platform_connections, $1) returning id::text',
      column_list
    ) into saved_id using given;
  else
    execute format(
      'update public.platform_connections set (%1$s) =
       (select %1$s from jsonb_populate_record(null::public.platform_connections, $1)) where id::text = $2 returning id::text',
      column_list
    ) into saved_id using given, known_id;
  end if;
  return jsonb_build_object('id', saved_id, 'created', known_id is null);
exception
  -- An id of another type, or of a user that the application does not know.
  when invalid_text_representation or foreign_key_violation then
    return jsonb_build_object('refused', sqlerrm);
end
$$;
