-- Deletes a platform's snapshots and outcomes from before a day, whoever wrote them: at most page_size of each table. Returns how
-- many it deleted, 0 when none are left.
create or replace function public.prune_collection(for_platform text, before date, page_size integer)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  snapshots_deleted bigint;
  others_deleted bigint;
  outcomes_deleted bigint;
begin
  -- In a partitioned table another row may have the same ctid, so what is old is asked again.
  delete from public.analytics_snapshots snapshots
  where snapshots.ctid = any (
      array(
        select old.ctid from public.analytics_snapshots old
        where old.platform::text = for_platform and old.date < before
        limit page_size
      )
    )
    and snapshots.platform::text = for_platform
    and snapshots.date < before;
  get diagnostics snapshots_deleted = row_count;

  delete from public.analytics_account_snapshots snapshots
  where snapshots.ctid = any (
    array(
      select old.ctid from public.analytics_account_snapshots old
      where old.platform = for_platform and old.date < before
      limit page_size
    )
  );
  get diagnostics others_deleted = row_count;

  delete from public.collection_outcomes outcomes
  where outcomes.ctid = any (
    array(
      select old.ctid
      from public.collection_outcomes old
      join public.collection_accounts accounts on accounts.id = old.account
      where accounts.platform = for_platform and old.date < before
      limit page_size
    )
  );
  get diagnostics outcomes_deleted = row_count;

  return jsonb_build_object('deleted', snapshots_deleted + others_deleted + outcomes_deleted);
end
$$;
