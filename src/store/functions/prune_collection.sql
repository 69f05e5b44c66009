-- Deletes snapshots and outcomes of platforms from before a day, whoever wrote them. The first call drops the partitions that hold
-- nothing else; each further one deletes at most page_size rows of each table. Returns how many partitions or rows it deleted, 0 when
-- none are left.
-- for_platforms: ["instagram", …].
create or replace function public.prune_collection(for_platforms jsonb, before date, page_size integer)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  chosen text[] := array(select jsonb_array_elements_text(for_platforms));
  whole daterange[] := public.prunable_collection_months('analytics_snapshots', chosen, before);
  whole_of_others daterange[] := public.prunable_collection_months('analytics_account_snapshots', chosen, before);
  snapshots_deleted bigint;
  others_deleted bigint;
  outcomes_deleted bigint;
begin
  if cardinality(whole) + cardinality(whole_of_others) > 0 then
    perform public.drop_collection_months('analytics_account_snapshots', chosen, whole_of_others);
    perform public.drop_collection_months('analytics_snapshots', chosen, whole);
    return jsonb_build_object('deleted', cardinality(whole) + cardinality(whole_of_others));
  end if;

  -- In a partitioned table another row may have the same ctid, so what is old is asked again.
  delete from public.analytics_snapshots snapshots
  where snapshots.ctid = any (
      array(
        select old.ctid from public.analytics_snapshots old
        where old.platform::text = any (chosen) and old.date < before
        limit page_size
      )
    )
    and snapshots.platform::text = any (chosen)
    and snapshots.date < before;
  get diagnostics snapshots_deleted = row_count;

  delete from public.analytics_account_snapshots snapshots
  where snapshots.ctid = any (
      array(
        select old.ctid from public.analytics_account_snapshots old
        where old.platform = any (chosen) and old.date < before
        limit page_size
      )
    )
    and snapshots.platform = any (chosen)
    and snapshots.date < before;
  get diagnostics others_deleted = row_count;

  delete from public.collection_outcomes outcomes
  where outcomes.ctid = any (
    array(
      select old.ctid
      from public.collection_outcomes old
      join public.collection_accounts accounts on accounts.id = old.account
      where accounts.platform = any (chosen) and old.date < before
      limit page_size
    )
  );
  get diagnostics outcomes_deleted = row_count;

  return jsonb_build_object('deleted', snapshots_deleted + others_deleted + outcomes_deleted);
end
$$;
