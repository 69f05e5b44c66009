-- Returns how far a shared run has come, which APIs it skips, and what it printed when it ended.
create or replace function public.read_collection_progress(run_id uuid)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'status', runs.status,
    'is_planned', coalesce((runs.shared ->> 'is_planned')::boolean, false),
    'pieces', pieces.planned,
    'done', pieces.done,
    'shut', coalesce(runs.shared -> 'shut', '{}'),
    'printed', runs.printed
  )
  from public.collection_runs runs
  cross join lateral (
    select count(*) as planned, count(pieces.done_at) as done
    from public.collection_pieces pieces
    where pieces.run_id = runs.id
  ) pieces
  where runs.id = read_collection_progress.run_id;
$$;
