-- For readers: says for each value of a user's day on a platform how certain it is, or why it is missing, in sentences. See
-- explain_collection_day.
create or replace function public.explain_day(for_user text, for_platform text, for_date date)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select public.explain_collection_day(for_user, for_platform, for_date, null, null, now());
$$;
