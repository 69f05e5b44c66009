-- Counts a platform's snapshots and outcomes from before a day, whoever wrote them. Distinct users cannot be counted in pages:
-- statement_timeout is for PostgREST, which applies it to the whole call.
create or replace function public.count_old_collection(for_platform text, before date)
returns jsonb
language sql stable security invoker set search_path = '' set statement_timeout = '60s'
as $$
  select jsonb_build_object(
    'snapshots', count(*),
    'days', count(distinct old.date),
    'users', count(distinct old.user_id),
    'outcomes', (
      select count(*)
      from public.collection_outcomes outcomes
      join public.collection_accounts accounts on accounts.id = outcomes.account
      where accounts.platform = for_platform and outcomes.date < before
    )
  )
  from (
    select snapshots.user_id::text as user_id, snapshots.date
    from public.analytics_snapshots snapshots
    where snapshots.platform::text = for_platform and snapshots.date < before
    union all
    select snapshots.user_id::text, snapshots.date
    from public.analytics_account_snapshots snapshots
    where snapshots.platform = for_platform and snapshots.date < before
  ) old;
$$;
