-- Returns a user and a platform in the types of analytics_snapshots, so that its index is used; NULLs if they do not fit its types,
-- because it then has no rows of theirs.
create or replace function public.collection_keys_of(for_user text, for_platform text, out user_key public.analytics_snapshots)
language plpgsql stable security invoker set search_path = ''
as $$
begin
  user_key := jsonb_populate_record(
    null::public.analytics_snapshots, jsonb_build_object('user_id', for_user, 'platform', for_platform)
  );
exception
  when data_exception then
    user_key := null;
end
$$;
