-- Into how many parts calls divide the users, so that each ends within the few seconds that a hosted database allows.
create or replace function public.collection_parts(for_user text)
returns integer
language plpgsql stable security invoker set search_path = ''
as $$
declare
  connections bigint;
  further bigint := 0;
begin
  if for_user is not null then
    return 1;
  end if;
  select count(*) into connections from public.platform_connections;
  -- Some applications have it.
  if to_regclass('public.social_media_connections') is not null then
    execute 'select count(*) from public.social_media_connections' into further;
  end if;
  return greatest(1, ceil((connections + further) / 100000.0));
end
$$;
