-- Takes the lease of a scope. A lease without a heartbeat for two minutes belongs to a run that died. The caller chooses the run's id,
-- so that a call whose answer was lost can be repeated. is_full: whether it is over everything due of the users in its scope.
-- shared: {"options", "started_at"} of a run that processes share, NULL for a run of one. Where one with the same options holds the
-- lease, it is joined; where one ended less than ten minutes ago, which the caller came too late for, none is begun.
create or replace function public.begin_collection_run(
  run_id uuid, scope text, trigger text, is_full boolean default true, shared jsonb default null
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  holder public.collection_runs;
  former public.collection_runs;
  begun public.collection_runs;
begin
  perform pg_advisory_xact_lock(hashtextextended('analytics-collect ' || begin_collection_run.scope, 0));

  -- Whatever records for it ends before.
  perform from public.collection_runs runs
  where runs.scope = begin_collection_run.scope
    and runs.status = 'running'
    and runs.heartbeat_at < clock_timestamp() - interval '2 minutes'
  for update;
  -- clock_timestamp(), since now() is when this transaction began, before it waited for the lock.
  update public.collection_runs runs
  set status = 'abandoned', finished_at = clock_timestamp()
  where runs.scope = begin_collection_run.scope
    and runs.status = 'running'
    and runs.heartbeat_at < clock_timestamp() - interval '2 minutes';

  select * into holder from public.collection_runs runs
  where runs.scope = begin_collection_run.scope and runs.status = 'running';
  if holder.id = begin_collection_run.run_id or holder.shared -> 'options' = begin_collection_run.shared -> 'options' then
    return jsonb_build_object(
      'held', true, 'run_id', holder.id, 'started_at', coalesce(holder.shared ->> 'started_at', to_jsonb(holder.started_at) #>> '{}'),
      'is_joined', holder.id <> begin_collection_run.run_id
    );
  end if;
  if found then
    return jsonb_build_object(
      'held', false,
      'by', jsonb_build_object(
        'run_id', holder.id, 'started_at', holder.started_at, 'heartbeat_at', holder.heartbeat_at
      )
    );
  end if;

  if begin_collection_run.shared is not null then
    select * into former from public.collection_runs runs
    where runs.scope = begin_collection_run.scope
    order by runs.started_at desc
    limit 1;
    if former.shared -> 'options' = begin_collection_run.shared -> 'options'
      and former.printed is not null
      and former.finished_at > clock_timestamp() - interval '10 minutes'
    then
      return jsonb_build_object('held', false, 'ended', jsonb_build_object('run_id', former.id, 'finished_at', former.finished_at));
    end if;

  end if;

  -- What shared runs have left, which names users.
  delete from public.collection_pieces pieces
  using public.collection_runs runs
  where runs.id = pieces.run_id and runs.status <> 'running';
  delete from public.collection_processes processes
  using public.collection_runs runs
  where runs.id = processes.run_id and runs.status <> 'running';
  update public.collection_runs runs
  set printed = null, shared = runs.shared - 'next_key'
  where runs.printed is not null and runs.finished_at < clock_timestamp() - interval '10 minutes';

  insert into public.collection_runs (id, scope, trigger, started_at, heartbeat_at, summary, shared)
  values (
    begin_collection_run.run_id, begin_collection_run.scope, begin_collection_run.trigger, clock_timestamp(), clock_timestamp(),
    case when not is_full then '{"full": false}'::jsonb end, begin_collection_run.shared
  )
  returning * into begun;
  begin
    update public.collection_runs runs set for_user = substring(runs.scope from '^user:(.*)$') where runs.id = begun.id;
  exception
    -- The application's table of users lacks this one, so there is nobody to tie the run's row to.
    when foreign_key_violation then
      null;
  end;
  return jsonb_build_object('held', true, 'run_id', begun.id, 'started_at', begun.started_at, 'is_joined', false);
end
$$;
