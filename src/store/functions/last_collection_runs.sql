-- Returns the newest run of any scope, and when all users were last collected by runs that did not fail: when one run over all of
-- them began or, of a complete set of shards, the one that began first.
create or replace function public.last_collection_runs()
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
  passes as (
    select successes.started_at from successes where successes.scope not like 'shard:%'
    union all
    select min(shards.started_at) from shards group by shards.parts having count(*) = shards.parts
  )
  select jsonb_build_object(
    'run',
    (select to_jsonb(runs) from public.collection_runs runs order by runs.started_at desc, runs.id limit 1),
    'succeeded_at',
    (select max(passes.started_at) from passes)
  );
$$;
