-- Returns a run's row, or NULL in its place.
create or replace function public.read_collection_run(run_id uuid)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'run', (select to_jsonb(runs) - array['shared', 'printed'] from public.collection_runs runs where runs.id = read_collection_run.run_id)
  );
$$;
