-- Counts the snapshots and outcomes of platforms from before a day, whoever wrote them, and the partitions that hold nothing else.
-- for_platforms: ["instagram", …]. Distinct users cannot be counted in pages: statement_timeout is for PostgREST, which applies it to
-- the whole call.
create or replace function public.count_old_collection(for_platforms jsonb, before date)
returns jsonb
language sql stable security invoker set search_path = '' set statement_timeout = '60s'
as $$
  with chosen as (
    select array(select jsonb_array_elements_text(for_platforms)) as platforms
  ),
  -- By day and by user apart: their pairs would be too many to be counted in memory.
  days as (
    select snapshots.date, count(*) as snapshots
    from chosen
    join public.analytics_snapshots snapshots on snapshots.platform::text = any (chosen.platforms) and snapshots.date < before
    group by snapshots.date
    union all
    select snapshots.date, count(*)
    from chosen
    join public.analytics_account_snapshots snapshots on snapshots.platform = any (chosen.platforms) and snapshots.date < before
    group by snapshots.date
  ),
  users as (
    select snapshots.user_id::text
    from chosen
    join public.analytics_snapshots snapshots on snapshots.platform::text = any (chosen.platforms) and snapshots.date < before
    group by snapshots.user_id
    union
    select snapshots.user_id::text
    from chosen
    join public.analytics_account_snapshots snapshots on snapshots.platform = any (chosen.platforms) and snapshots.date < before
    group by snapshots.user_id
  )
  select jsonb_build_object(
    'snapshots', (select coalesce(sum(days.snapshots), 0) from days),
    'days', (select count(distinct days.date) from days),
    'users', (select count(*) from users),
    'outcomes', (
      select count(*)
      from public.collection_outcomes outcomes
      join public.collection_accounts accounts on accounts.id = outcomes.account
      where accounts.platform = any (chosen.platforms) and outcomes.date < before
    ),
    'partitions', cardinality(public.prunable_collection_months('analytics_snapshots', chosen.platforms, before))
      + cardinality(public.prunable_collection_months('analytics_account_snapshots', chosen.platforms, before))
  )
  from chosen;
$$;
