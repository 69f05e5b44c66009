-- Returns the newest run of any scope; the newest that was over everything due of all users or of a shard of them (full_run), and
-- when the last forty of these began (starts); and when all users were last collected by such runs that did not fail: when one run
-- over all of them began or, of a complete set of shards, the one that began first. begin_collection_run notes which runs are not full.
create or replace function public.last_collection_runs()
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with full_runs as (
    select runs.*
    from public.collection_runs runs
    where runs.scope not like 'user:%' and coalesce(runs.summary ->> 'full', 'true') <> 'false'
  ),
  successes as (
    select runs.scope, max(runs.started_at) as started_at
    from full_runs runs
    where runs.status in ('completed', 'partial')
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
  ),
  starts as (
    select runs.started_at from full_runs runs order by runs.started_at desc limit 40
  )
  select jsonb_build_object(
    'run',
    (select to_jsonb(runs) - array['shared', 'printed'] from public.collection_runs runs order by runs.started_at desc, runs.id limit 1),
    'full_run',
    (select to_jsonb(runs) - array['shared', 'printed'] from full_runs runs order by runs.started_at desc, runs.id limit 1),
    'starts',
    (select coalesce(jsonb_agg(starts.started_at order by starts.started_at desc), '[]') from starts),
    'succeeded_at',
    (select max(passes.started_at) from passes)
  );
$$;
