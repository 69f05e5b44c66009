-- Adds connections, or renews those with the same user, platform and account, in the columns that the table has. Answers each in the
-- order given: its id, whether it is new and whether it has a refresh token now or, when the table refuses it, why. No two of them may be of the same account.
-- Every connection is read: statement_timeout is for PostgREST, which applies it to the whole call.
create or replace function public.save_collection_connections(connections jsonb)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC' set statement_timeout = '60s'
as $$
declare
  columns text[] := array(
    select attributes.attname::text
    from pg_catalog.pg_attribute attributes
    where attributes.attrelid = 'public.platform_connections'::regclass
      and attributes.attnum > 0
      and not attributes.attisdropped
  );
  connection record;
  given jsonb;
  column_list text;
  returned constant text :=
    'id::text, coalesce(nullif(to_jsonb(platform_connections) ->> ''refresh_token_encrypted'', ''''),
      nullif(to_jsonb(platform_connections) ->> ''refresh_token'', '''')) is not null';
  saved_id text;
  has_refresh_token boolean;
  answers jsonb[] := '{}';
begin
  for connection in
    with asked as materialized (
      select
        item.place,
        item.fields,
        item.fields ->> 'user_id' as user_id,
        item.fields ->> 'platform' as platform,
        regexp_replace(item.fields ->> 'account_id', '^urn:li:organization:', '') as account_id
      from jsonb_array_elements(connections) with ordinality as item (fields, place)
    ),
    known as (
      select distinct on (asked.place) asked.place, stored.id
      from asked
      join public.collection_connections stored
        on stored.user_id = asked.user_id
          and stored.platform = asked.platform
          and stored.account_id = asked.account_id
          and stored.table_name = 'platform_connections'
      order by asked.place, stored.active desc, stored.renewed_at desc nulls last, stored.id_key desc
    )
    select asked.*, known.id as known_id
    from asked
    left join known on known.place = asked.place
    order by asked.place
  loop
    given := connection.fields - 'account_id' || jsonb_build_object(
      'page_name', connection.fields -> 'account_name',
      'access_token_encrypted', connection.fields -> 'access_token',
      'refresh_token_encrypted', connection.fields -> 'refresh_token',
      'status', 'active',
      'connection_status', 'active',
      'is_active', true,
      'connected_at', now(),
      'last_token_refresh', now(),
      'updated_at', now()
    );
    given := given
      - case when 'access_token_encrypted' = any (columns) then 'access_token' else 'access_token_encrypted' end
      - case when 'refresh_token_encrypted' = any (columns) then 'refresh_token' else 'refresh_token_encrypted' end;
    if connection.known_id is null then
      -- The application reads page_id on every platform.
      given := given || jsonb_build_object('account_id', connection.account_id, 'page_id', connection.account_id)
        || case connection.platform
          when 'instagram' then jsonb_build_object('instagram_id', connection.account_id)
          when 'linkedin' then jsonb_build_object('organization_id', connection.account_id, 'is_organization', true)
          else '{}'
        end;
      if not columns && array(
        select name from jsonb_object_keys(given) as name
        where name in ('account_id', 'page_id', 'instagram_id', 'organization_id')
      ) then
        raise exception 'platform_connections has no column for the account of a % connection', connection.platform
          using errcode = 'undefined_column';
      end if;
    else
      -- A renewal without a name, which LinkedIn's check does not give, or without a refresh token keeps the existing one.
      given := given
        - case when given ->> 'account_name' is null then array['account_name', 'page_name'] else '{}' end
        - case
          when connection.fields ->> 'refresh_token' is null then array['refresh_token', 'refresh_token_encrypted']
          else '{}'
        end;
    end if;
    column_list := (
      select string_agg(format('%I', name), ', ')
      from (select jsonb_object_keys(given) as name intersect select unnest(columns)) written
    );
    begin
      if connection.known_id is null then
        execute format(
          'insert into public.platform_connections (%1$s)
           select %1$s from jsonb_populate_record(null::public.platform_connections, $1) returning %2$s',
          column_list, returned
        ) into saved_id, has_refresh_token using given;
      else
        -- The id in its own type, for the sake of its index.
        execute format(
          'update public.platform_connections set (%1$s) =
           (select %1$s from jsonb_populate_record(null::public.platform_connections, $1))
           where id = (select id from jsonb_populate_record(null::public.platform_connections, $2)) returning %2$s',
          column_list, returned
        ) into saved_id, has_refresh_token using given, jsonb_build_object('id', connection.known_id);
      end if;
      answers := answers || jsonb_build_object(
        'id', saved_id, 'created', connection.known_id is null, 'has_refresh_token', has_refresh_token
      );
    exception
      -- An id of another type, or of a user that the application does not know.
      when invalid_text_representation or foreign_key_violation then
        answers := answers || jsonb_build_object('refused', sqlerrm, 'is_of_user', true);
      -- What else the application's table demands. These messages name constraints and columns, and quote no value.
      when integrity_constraint_violation or string_data_right_truncation then
        answers := answers || jsonb_build_object('refused', sqlerrm, 'is_of_user', false);
    end;
  end loop;
  return jsonb_build_object('connections', to_jsonb(answers));
end
$$;
