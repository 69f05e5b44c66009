-- The application's connections under the one spelling that the collector reads, whichever its tables have. Each row is taken
-- as JSON, so that a column the table lacks is a NULL rather than an error, and the table may change under the view.
-- social_media_connections holds further connections in some applications: where it exists, its rows are connections too, under
-- ids that say so, since the two tables may give out the same ones.
do $view$
declare
  further text := '';
begin
  if to_regclass('public.social_media_connections') is not null then
    further := $$
      union all
      select 'social_media_connections', 'social_media_connections/' || further.id::text, further.user_id::text, lower(further.platform::text), fields
      from public.social_media_connections further
      cross join lateral to_jsonb(further) as fields
    $$;
  end if;

  drop view if exists public.collection_connections;
  execute format($$
    create view public.collection_connections with (security_invoker = true) as
    select
      named.id,
      named.table_name,
      named.user_id,
      named.platform,
      case when length(named.account_id) <= 255 then named.account_id end as account_id,
      -- Names an account even where the connection does not, or by what cannot be an id, so that its trouble can be told.
      case when length(named.account_id) <= 255 then named.account_id else 'connection:' || named.id end as account_key,
      left(
        coalesce(
          nullif(named.fields ->> 'account_name', ''), nullif(named.fields ->> 'page_name', ''), nullif(named.fields ->> 'page_username', '')
        ),
        255
      ) as account_name,
      coalesce(
        nullif(named.fields ->> 'access_token_encrypted', ''), nullif(named.fields ->> 'access_token', '')
      ) as access_token,
      coalesce(
        nullif(named.fields ->> 'refresh_token_encrypted', ''), nullif(named.fields ->> 'refresh_token', '')
      ) as refresh_token,
      public.collection_instant_of(named.fields ->> 'token_expires_at') as token_expires_at,
      case
        when named.says_status is null and named.says_flag is null
          then not named.fields ?| array['status', 'connection_status', 'is_active']
        else coalesce(named.says_status, true) and coalesce(named.says_flag, true)
      end as active,
      public.collection_instant_of(named.fields ->> 'created_at') as created_at,
      greatest(
        public.collection_instant_of(named.fields ->> 'created_at'),
        public.collection_instant_of(named.fields ->> 'connected_at'),
        public.collection_instant_of(named.fields ->> 'last_token_refresh')
      ) as renewed_at,
      -- Numeric ids are padded to sort as numbers.
      case when named.id ~ '^[0-9]+$' then lpad(named.id, 20, '0') else named.id end collate "C" as id_key
    from (
      select
        stored.*,
        lower(coalesce(stored.fields ->> 'status', stored.fields ->> 'connection_status')) in ('active', 'connected') as says_status,
        (stored.fields ->> 'is_active')::boolean as says_flag,
        case stored.platform
          -- A page's number, or a member: urn:li:person:ID.
          when 'linkedin' then (
            select case when bare.id ~ '^(?![0-9]+$)[A-Za-z0-9_-]+$' then 'urn:li:person:' || bare.id else bare.id end
            from (
              select regexp_replace(
                coalesce(
                  nullif(stored.fields ->> 'account_id', ''),
                  case when stored.fields ->> 'is_organization' = 'false' then null else nullif(stored.fields ->> 'organization_id', '') end,
                  case
                    when stored.fields ->> 'is_organization' = 'true' then nullif(stored.fields ->> 'page_id', '')
                    when not stored.fields ? 'is_organization' then substring(stored.fields ->> 'page_id' from '^[0-9]+$')
                  end,
                  'urn:li:person:' || coalesce(nullif(stored.fields ->> 'linkedin_id', ''), nullif(stored.fields ->> 'page_id', ''))
                ),
                '^urn:li:organization:', ''
              ) as id
            ) bare
          )
          when 'instagram' then coalesce(
            nullif(stored.fields ->> 'account_id', ''), nullif(stored.fields ->> 'instagram_id', ''), nullif(stored.fields ->> 'page_id', '')
          )
          else coalesce(nullif(stored.fields ->> 'account_id', ''), nullif(stored.fields ->> 'page_id', ''))
        end as account_id
      from (
        select
          'platform_connections' as table_name,
          connections.id::text as id,
          connections.user_id::text as user_id,
          lower(connections.platform::text) as platform,
          fields
        from public.platform_connections connections
        cross join lateral to_jsonb(connections) as fields
        %s
      ) stored
      -- Nobody's connections have no place in the tables: their user is gone.
      where stored.user_id is not null and stored.platform is not null
    ) named
  $$, further);
end
$view$;
