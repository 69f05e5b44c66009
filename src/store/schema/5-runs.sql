-- Takes the lease of a scope. A lease whose heartbeat is older than two minutes belongs to a run that died.
create or replace function public.begin_collection(scope text, trigger text)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  holder public.collection_runs;
  begun public.collection_runs;
begin
  perform pg_advisory_xact_lock(hashtextextended('analytics-collect ' || begin_collection.scope, 0));

  -- clock_timestamp, since now() is when this transaction began to wait for the lock.
  update public.collection_runs runs
  set status = 'abandoned', finished_at = clock_timestamp()
  where runs.scope = begin_collection.scope
    and runs.status = 'running'
    and runs.heartbeat_at < clock_timestamp() - interval '2 minutes';

  select * into holder from public.collection_runs runs
  where runs.scope = begin_collection.scope and runs.status = 'running';
  if found then
    return jsonb_build_object(
      'held', false,
      'by', jsonb_build_object(
        'run_id', holder.id, 'started_at', holder.started_at, 'heartbeat_at', holder.heartbeat_at
      )
    );
  end if;

  insert into public.collection_runs (scope, trigger, started_at, heartbeat_at)
  values (begin_collection.scope, begin_collection.trigger, clock_timestamp(), clock_timestamp())
  returning * into begun;
  return jsonb_build_object('held', true, 'run_id', begun.id, 'started_at', begun.started_at);
end
$$;

create or replace function public.renew_collection(run_id uuid)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.collection_runs runs
  set heartbeat_at = now()
  where runs.id = renew_collection.run_id and runs.status = 'running';
  return jsonb_build_object('renewed', found);
end
$$;

-- Keeps the summary of a run whose lease was taken, too; such a run stays 'abandoned'.
create or replace function public.finish_collection(run_id uuid, status text, summary jsonb)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.collection_runs runs
  set status = case when runs.status = 'running' then finish_collection.status else runs.status end,
    finished_at = now(),
    summary = finish_collection.summary
  where runs.id = finish_collection.run_id;
  return jsonb_build_object('finished', found);
end
$$;

create or replace function public.read_collection(run_id uuid)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'run', (select to_jsonb(runs) from public.collection_runs runs where runs.id = read_collection.run_id)
  );
$$;

-- The newest run of any scope, and when all users were last gone through: by one run that did not fail, or by all shards of
-- one division, of which the one that is longest ago counts.
create or replace function public.last_collection()
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with successes as (
    select runs.scope, max(runs.started_at) as started_at
    from public.collection_runs runs
    where runs.status in ('completed', 'partial') and runs.scope not like 'user:%'
    group by runs.scope
  ),
  shards as (
    select split_part(successes.scope, '/', 2)::integer as parts, successes.started_at
    from successes
    where successes.scope like 'shard:%'
  ),
  nights as (
    select successes.started_at from successes where successes.scope not like 'shard:%'
    union all
    select min(shards.started_at) from shards group by shards.parts having count(*) = shards.parts
  )
  select jsonb_build_object(
    'run',
    (select to_jsonb(runs) from public.collection_runs runs order by runs.started_at desc, runs.id limit 1),
    'succeeded_at',
    (select max(nights.started_at) from nights)
  );
$$;
