-- Returns, by platform, the newest day that half of the active accounts with data have: platforms publish a day's values after a time
-- of their own, and no account is late with a day that most others do not have either.
create or replace function public.usual_collection_days(collected jsonb)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_object_agg(usual.platform, usual.day), '{}')
  from (
    select accounts.platform, percentile_disc(0.5) within group (order by accounts.last_day) as day
    from public.collection_accounts accounts
    where accounts.active and accounts.last_day is not null and collected ? accounts.platform
    group by accounts.platform
  ) usual;
$$;
