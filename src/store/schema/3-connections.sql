-- platform_connections under the one spelling that the collector reads, whichever the table has. Each row is taken as
-- JSON, so that a column the table lacks is a NULL rather than an error, and the table may change under the view.
-- age_key sorts oldest first and names a place in that order; numeric ids are padded to sort as numbers. user_hash divides
-- users among shards: by md5, since PostgreSQL's own hashes may change with its version.
create or replace view public.collection_connections with (security_invoker = true) as
select
  stored.id,
  stored.user_id,
  stored.platform,
  coalesce(
    nullif(stored.fields ->> 'account_id', ''),
    case stored.platform
      when 'instagram' then coalesce(nullif(stored.fields ->> 'instagram_id', ''), nullif(stored.fields ->> 'page_id', ''))
      when 'facebook' then nullif(stored.fields ->> 'page_id', '')
      when 'linkedin' then nullif(stored.fields ->> 'organization_id', '')
    end
  ) as account_id,
  nullif(stored.fields ->> 'account_name', '') as account_name,
  coalesce(
    nullif(stored.fields ->> 'access_token_encrypted', ''),
    nullif(stored.fields ->> 'access_token', '')
  ) as access_token,
  coalesce(
    nullif(stored.fields ->> 'refresh_token_encrypted', ''),
    nullif(stored.fields ->> 'refresh_token', '')
  ) as refresh_token,
  -- One row that says 'infinity', or 'never' in a column of text, must not cost the others.
  case when stored.fields ->> 'token_expires_at' ~ '^\d{4}-\d\d-\d\d'
    then (stored.fields ->> 'token_expires_at')::timestamptz
  end as token_expires_at,
  case
    when stored.says_status is null and stored.says_flag is null
      then not stored.fields ?| array['status', 'connection_status', 'is_active']
    else coalesce(stored.says_status, true) and coalesce(stored.says_flag, true)
  end as active,
  (
    coalesce(to_char((stored.fields ->> 'created_at')::timestamptz at time zone 'UTC', 'YYYYMMDDHH24MISSUS'), '')
    || '/'
    || case when stored.id ~ '^[0-9]+$' then lpad(stored.id, 20, '0') else stored.id end
  ) collate "C" as age_key,
  ('x' || left(md5(stored.user_id), 8))::bit(32)::bigint as user_hash
from (
  select
    connections.id::text as id,
    connections.user_id::text as user_id,
    lower(connections.platform::text) as platform,
    fields,
    lower(coalesce(fields ->> 'status', fields ->> 'connection_status')) in ('active', 'connected') as says_status,
    (fields ->> 'is_active')::boolean as says_flag
  from public.platform_connections connections
  cross join lateral to_jsonb(connections) as fields
) stored
-- Nobody's connections have no place in the tables: their user is gone.
where stored.user_id is not null and stored.platform is not null;

-- Active connections. NULL filters mean all; for_shard is {"index": 1 to count, "count": …}.
create or replace function public.selected_connections(for_user text, for_platforms jsonb, for_shard jsonb)
returns setof public.collection_connections
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select connections.*
  from public.collection_connections connections
  where connections.active
    and (for_user is null or connections.user_id = for_user)
    and (for_platforms is null or for_platforms ? connections.platform)
    and (
      for_shard is null
      or connections.user_hash % (for_shard ->> 'count')::bigint = (for_shard ->> 'index')::bigint - 1
    );
$$;

-- Selected connections, oldest first, at most page_size of those after after_key, each with its outcomes between since
-- and until. One statement a page: the place in the order is the only state between pages.
drop function if exists public.read_connections(text, jsonb, date, date, text, integer);
create or replace function public.read_connections(
  for_user text, for_platforms jsonb, since date, until date, after_key text, page_size integer, for_shard jsonb default null
)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with active as (
    select
      connections.*,
      min(connections.age_key) over (
        partition by connections.user_id, connections.platform, connections.account_id
      ) as account_age
    from public.selected_connections(for_user, for_platforms, for_shard) connections
  ),
  -- Of several accounts the oldest; of several connections of one account the newest, for it holds the renewed token.
  ranked as (
    select
      active.*,
      row_number() over (partition by active.user_id, active.platform order by active.account_age, active.age_key desc) as rank
    from active
  ),
  page as (
    select * from ranked where after_key is null or ranked.age_key > after_key order by ranked.age_key limit page_size
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
          'access_token', page.access_token,
          'refresh_token', page.refresh_token,
          'token_expires_at', page.token_expires_at,
          'second_account', page.rank > 1,
          'ledger', (
            select coalesce(
              jsonb_agg(
                jsonb_build_object('date', outcomes.date, 'state', outcomes.state, 'failed_since', outcomes.failed_since)
                order by outcomes.date
              ),
              '[]'
            )
            from public.collection_outcomes outcomes
            where outcomes.connection_id = page.id and outcomes.date between since and until
          )
        )
        order by page.age_key
      ),
      '[]'
    ),
    'next_key', case when count(*) = page_size then max(page.age_key) end
  )
  from page;
$$;

drop function if exists public.count_connections(text, jsonb);
create or replace function public.count_connections(for_user text, for_platforms jsonb, for_shard jsonb default null)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object('count', count(*)) from public.selected_connections(for_user, for_platforms, for_shard);
$$;

-- Every connection, active or not, without its tokens.
create or replace function public.list_connections()
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
          'token_expires_at', connections.token_expires_at
        )
        order by connections.age_key
      ),
      '[]'
    )
  )
  from public.collection_connections connections;
$$;

-- Adds a connection, or renews the one with the same user, platform and account, in the columns that the table has.
create or replace function public.save_connection(
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
  known_id text := (
    select connections.id
    from public.collection_connections connections
    where connections.user_id = for_user
      and connections.platform = for_platform
      and connections.account_id = save_connection.account_id
    order by connections.active desc, connections.age_key
    limit 1
  );
  own_account_column text := case for_platform
    when 'instagram' then 'instagram_id' when 'facebook' then 'page_id' when 'linkedin' then 'organization_id'
  end;
  account_column text := case when 'account_id' = any (columns) then 'account_id' else own_account_column end;
  given jsonb := jsonb_build_object(
    'user_id', for_user,
    'platform', for_platform,
    'account_name', account_name,
    case when 'access_token_encrypted' = any (columns) then 'access_token_encrypted' else 'access_token' end, access_token,
    case when 'refresh_token_encrypted' = any (columns) then 'refresh_token_encrypted' else 'refresh_token' end, refresh_token,
    'token_expires_at', token_expires_at,
    'status', 'active',
    'connection_status', 'active',
    'is_active', true,
    'updated_at', now()
  );
  written text[];
  column_list text;
  saved_id text;
begin
  if account_column is null or account_column <> all (columns) then
    raise exception 'platform_connections has no column for the account of a % connection', for_platform
      using errcode = 'undefined_column';
  end if;
  given := given || jsonb_build_object(account_column, account_id);
  -- A token renewed without a name, as LinkedIn's check gives none, or without a refresh token leaves the one that is there.
  if known_id is not null then
    given := given - case when account_name is null then array['account_name'] else '{}' end
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
end
$$;

-- Removes a connection and its ledger; its snapshots stay.
create or replace function public.remove_connection(connection_id text)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  delete from public.platform_connections connections where connections.id::text = remove_connection.connection_id;
  if not found then
    return jsonb_build_object('removed', false);
  end if;
  delete from public.collection_outcomes outcomes where outcomes.connection_id = remove_connection.connection_id;
  return jsonb_build_object('removed', true);
end
$$;
