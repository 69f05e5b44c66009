-- Takes the lease of a scope. A lease without a heartbeat for two minutes belongs to a run that died. The caller chooses the run's id,
-- so that a call whose answer was lost can be repeated. is_full: whether it is over everything due of the users in its scope.
create or replace function public.begin_collection_run(run_id uuid, scope text, trigger text, is_full boolean default true)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  holder public.collection_runs;
  begun public.collection_runs;
begin
  perform pg_advisory_xact_lock(hashtextextended('analytics-collect ' || begin_collection_run.scope, 0));

  -- clock_timestamp(), since now() is when this transaction began, before it waited for the lock.
  update public.collection_runs runs
  set status = 'abandoned', finished_at = clock_timestamp()
  where runs.scope = begin_collection_run.scope
    and runs.status = 'running'
    and runs.heartbeat_at < clock_timestamp() - interval '2 minutes';

  select * into holder from public.collection_runs runs
  where runs.scope = begin_collection_run.scope and runs.status = 'running';
  if holder.id = begin_collection_run.run_id then
    return jsonb_build_object('held', true, 'run_id', holder.id, 'started_at', holder.started_at);
  end if;
  if found then
    return jsonb_build_object(
      'held', false,
      'by', jsonb_build_object(
        'run_id', holder.id, 'started_at', holder.started_at, 'heartbeat_at', holder.heartbeat_at
      )
    );
  end if;

  insert into public.collection_runs (id, scope, trigger, started_at, heartbeat_at, summary)
  values (
    begin_collection_run.run_id, begin_collection_run.scope, begin_collection_run.trigger, clock_timestamp(), clock_timestamp(),
    case when not is_full then '{"full": false}'::jsonb end
  )
  returning * into begun;
  begin
    update public.collection_runs runs set for_user = substring(runs.scope from '^user:(.*)$') where runs.id = begun.id;
  exception
    -- The application's table of users lacks this one, so there is nobody to tie the run's row to.
    when foreign_key_violation then
      null;
  end;
  return jsonb_build_object('held', true, 'run_id', begun.id, 'started_at', begun.started_at);
end
$$;
