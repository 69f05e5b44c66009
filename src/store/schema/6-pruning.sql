-- Deletes a platform's snapshots and outcomes from before a day, whoever wrote them, or only counts them.
create or replace function public.prune_collection(for_platform text, before date, dry_run boolean)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  counts jsonb;
begin
  select jsonb_build_object(
    'snapshots', count(*), 'days', count(distinct snapshots.date), 'users', count(distinct snapshots.user_id)
  )
  into counts
  from public.analytics_snapshots snapshots
  where snapshots.platform::text = for_platform and snapshots.date < before;

  counts := counts || jsonb_build_object(
    'outcomes',
    (
      select count(*) from public.collection_outcomes outcomes
      where outcomes.platform = for_platform and outcomes.date < before
    )
  );

  if not dry_run then
    delete from public.analytics_snapshots snapshots
    where snapshots.platform::text = for_platform and snapshots.date < before;
    delete from public.collection_outcomes outcomes
    where outcomes.platform = for_platform and outcomes.date < before;
  end if;
  return counts;
end
$$;
