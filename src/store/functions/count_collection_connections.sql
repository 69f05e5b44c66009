-- Counts the connections of each service, of all users or of one, and those with an encrypted token. For a user without any, lists
-- users whose ids begin or end alike too: the id may be mistyped.
-- Every connection is read: statement_timeout is for PostgREST, which applies it to the whole call.
create or replace function public.count_collection_connections(for_user text)
returns jsonb
language sql stable security invoker set search_path = '' set statement_timeout = '60s'
as $$
  with services as (
    select
      connections.platform as service,
      count(*) filter (where connections.active) as active,
      count(*) filter (where not connections.active) as inactive,
      -- Every Fernet token begins so.
      count(*) filter (
        where connections.access_token like 'gAAAA%' or connections.refresh_token like 'gAAAA%'
      ) as encrypted
    from public.collection_connections connections
    where for_user is null or connections.user_id = for_user
    group by connections.platform
  ),
  neighbours as (
    select distinct connections.user_id
    from public.collection_connections connections
    where for_user is not null
      and not exists (select from services)
      and (
        lower(left(connections.user_id, greatest(length(for_user) / 2, 1)))
          = lower(left(for_user, greatest(length(for_user) / 2, 1)))
        or lower(right(connections.user_id, greatest(length(for_user) / 2, 1)))
          = lower(right(for_user, greatest(length(for_user) / 2, 1)))
      )
    order by connections.user_id
    limit 1000
  )
  select jsonb_build_object(
    'services', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object('service', services.service, 'active', services.active, 'inactive', services.inactive)
          order by services.service
        )
        from services
      ),
      '[]'
    ),
    'encrypted', coalesce((select sum(services.encrypted) from services), 0),
    'neighbours', coalesce((select jsonb_agg(neighbours.user_id order by neighbours.user_id) from neighbours), '[]')
  );
$$;
