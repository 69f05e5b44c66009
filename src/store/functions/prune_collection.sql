-- Deletes a platform's snapshots and outcomes from before a day, whoever wrote them, or only counts them.
create or replace function public.prune_collection(for_platform text, before date, dry_run boolean)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  counts jsonb;
begin
  select jsonb_build_object(
    'snapshots', count(*), 'days', count(distinct old.date), 'users', count(distinct old.user_id)
  )
  into counts
  from (
    select snapshots.user_id::text as user_id, snapshots.date
    from public.analytics_snapshots snapshots
    where snapshots.platform::text = for_platform and snapshots.date < before
    union all
    select snapshots.user_id::text, snapshots.date
    from public.analytics_account_snapshots snapshots
    where snapshots.platform = for_platform and snapshots.date < before
  ) old;

  counts := counts || jsonb_build_object(
    'outcomes',
    (
      select count(*)
      from public.collection_outcomes outcomes
      join public.collection_accounts accounts on accounts.id = outcomes.account
      where accounts.platform = for_platform and outcomes.date < before
    )
  );

  if not dry_run then
    delete from public.analytics_snapshots snapshots
    where snapshots.platform::text = for_platform and snapshots.date < before;
    delete from public.analytics_account_snapshots snapshots
    where snapshots.platform = for_platform and snapshots.date < before;
    delete from public.collection_outcomes outcomes
    using public.collection_accounts accounts
    where accounts.id = outcomes.account and accounts.platform = for_platform and outcomes.date < before;
  end if;
  return counts;
end
$$;
