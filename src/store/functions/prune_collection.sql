-- Deletes the snapshots and outcomes of platforms from before a day, whoever wrote them, or only counts them. Partitions that hold
-- nothing else are dropped as a whole.
-- for_platforms: ["instagram", …].
create or replace function public.prune_collection(for_platforms jsonb, before date, dry_run boolean)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  chosen text[] := array(select jsonb_array_elements_text(for_platforms));
  counts jsonb;
  whole daterange[] := public.prunable_collection_months('analytics_snapshots', chosen, before);
  whole_of_others daterange[] := public.prunable_collection_months('analytics_account_snapshots', chosen, before);
  rest daterange;
begin
  -- By day and by user apart: their pairs would be too many to be counted in memory.
  select jsonb_build_object('snapshots', coalesce(sum(old.row_count), 0), 'days', count(distinct old.date))
  into counts
  from (
    select snapshots.date, count(*) as row_count
    from public.analytics_snapshots snapshots
    where snapshots.platform::text = any (chosen) and snapshots.date < before
    group by snapshots.date
    union all
    select snapshots.date, count(*)
    from public.analytics_account_snapshots snapshots
    where snapshots.platform = any (chosen) and snapshots.date < before
    group by snapshots.date
  ) old;

  counts := counts || jsonb_build_object(
    'users',
    (
      select count(*)
      from (
        select snapshots.user_id::text
        from public.analytics_snapshots snapshots
        where snapshots.platform::text = any (chosen) and snapshots.date < before
        group by snapshots.user_id
        union
        select snapshots.user_id::text
        from public.analytics_account_snapshots snapshots
        where snapshots.platform = any (chosen) and snapshots.date < before
        group by snapshots.user_id
      ) users
    )
  );
  counts := counts || jsonb_build_object(
    'outcomes',
    (
      select count(*)
      from public.collection_outcomes outcomes
      join public.collection_accounts accounts on accounts.id = outcomes.account
      where accounts.platform = any (chosen) and outcomes.date < before
    )
  );

  if not dry_run then
    for rest in select unnest(datemultirange(daterange(null, before)) - datemultirange(variadic whole)) loop
      delete from public.analytics_snapshots snapshots
      where snapshots.platform::text = any (chosen)
        and snapshots.date >= coalesce(lower(rest), '-infinity')
        and snapshots.date < upper(rest);
    end loop;
    for rest in select unnest(datemultirange(daterange(null, before)) - datemultirange(variadic whole_of_others)) loop
      delete from public.analytics_account_snapshots snapshots
      where snapshots.platform = any (chosen)
        and snapshots.date >= coalesce(lower(rest), '-infinity')
        and snapshots.date < upper(rest);
    end loop;
    delete from public.collection_outcomes outcomes
    using public.collection_accounts accounts
    where accounts.id = outcomes.account and accounts.platform = any (chosen) and outcomes.date < before;
    -- Last, because from here on readers wait.
    perform public.drop_collection_months('analytics_account_snapshots', chosen, whole_of_others);
    perform public.drop_collection_months('analytics_snapshots', chosen, whole);
  end if;
  return counts || jsonb_build_object('partitions', cardinality(whole) + cardinality(whole_of_others));
end
$$;
