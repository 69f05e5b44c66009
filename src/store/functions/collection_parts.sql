-- Into how many parts calls divide the users, so that each ends within the few seconds that a hosted database allows.
create or replace function public.collection_parts(for_user text)
returns integer
language sql stable security invoker set search_path = ''
as $$
  select case
    when for_user is not null then 1
    else greatest(1, ceil(count(*) / 200000.0))::integer
  end
  from public.platform_connections;
$$;
