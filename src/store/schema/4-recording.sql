-- Writes snapshots and the outcomes they belong to, in one transaction. A value once settled stands: on conflict only a
-- row whose metadata says settled = false is replaced, and only by something else than it holds; refresh replaces all.
-- The run's row is held meanwhile, so that a run whose lease was taken writes nothing more.
create or replace function public.record_collection(run_id uuid, snapshots jsonb, outcomes jsonb, refresh boolean)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  inserted integer;
  updated integer;
begin
  perform from public.collection_runs runs
  where runs.id = record_collection.run_id and runs.status = 'running'
  for share;
  if not found then
    return jsonb_build_object('lease', 'lost');
  end if;

  -- Rows go in by key order, so that two runs that meet wait for each other instead of deadlocking.
  -- jsonb_populate_recordset gives user_id the type that the table has.
  with written as (
    insert into public.analytics_snapshots as existing (user_id, platform, source, metric, value, date, post_id, metadata)
    select given.user_id, given.platform, given.source, given.metric, given.value, given.date, null, given.metadata
    from jsonb_populate_recordset(null::public.analytics_snapshots, snapshots) given
    order by given.user_id, given.platform, given.source, given.metric, given.date
    on conflict (user_id, platform, source, metric, date, post_id) do update
      set value = excluded.value, metadata = excluded.metadata
      where record_collection.refresh
        or (
          existing.metadata ->> 'settled' = 'false'
          and (existing.value, existing.metadata::jsonb - 'fetched_at')
            is distinct from (excluded.value, excluded.metadata::jsonb - 'fetched_at')
        )
    returning existing.xmax = 0 as is_new
  )
  select count(*) filter (where is_new), count(*) filter (where not is_new) into inserted, updated from written;

  insert into public.collection_outcomes as existing
    (connection_id, date, user_id, platform, state, reason, message, metrics, run_id, failed_since)
  select
    given.connection_id, given.date, given.user_id, given.platform, given.state, given.reason, given.message,
    given.metrics, record_collection.run_id, case when given.state = 'failed' then now() end
  from jsonb_populate_recordset(null::public.collection_outcomes, outcomes) given
  order by given.connection_id, given.date
  on conflict (connection_id, date) do update
    set user_id = excluded.user_id,
      platform = excluded.platform,
      state = excluded.state,
      reason = excluded.reason,
      message = excluded.message,
      attempts = existing.attempts + 1,
      metrics = excluded.metrics,
      run_id = excluded.run_id,
      failed_since = case when excluded.state = 'failed' then coalesce(existing.failed_since, now()) end,
      updated_at = now()
    -- A run of another scope may have settled the day meanwhile.
    where record_collection.refresh or existing.state <> 'settled';

  return jsonb_build_object(
    'lease', 'held',
    'inserted', inserted,
    'updated', updated,
    'unchanged', jsonb_array_length(snapshots) - inserted - updated
  );
end
$$;
