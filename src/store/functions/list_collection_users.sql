-- Returns the first users that have connections, active or not, in the order of their ids: at most most.
-- Every connection is read: statement_timeout is for PostgREST, which applies it to the whole call.
create or replace function public.list_collection_users(most integer)
returns jsonb
language sql stable security invoker set search_path = '' set statement_timeout = '60s'
as $$
  select coalesce(jsonb_agg(users.user_id order by users.user_id), '[]')
  from (
    select distinct connections.user_id from public.collection_connections connections order by connections.user_id limit most
  ) users;
$$;
