-- Ends a run and keeps its summary, and whether it was full. A run that lost its lease stays 'abandoned', but keeps its summary too.
-- printed: what a run that processes share prints, for the others. Such a run ends once, and whoever ended it may repeat the call.
create or replace function public.finish_collection_run(run_id uuid, status text, summary jsonb, printed text default null)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  -- Whatever records for it ends before.
  perform from public.collection_runs runs where runs.id = finish_collection_run.run_id for update;
  update public.collection_runs runs
  set status = case when runs.status = 'running' then finish_collection_run.status else runs.status end,
    finished_at = now(),
    summary = case
      when runs.summary ? 'full'
        then coalesce(nullif(finish_collection_run.summary, 'null'), '{}') || jsonb_build_object('full', runs.summary -> 'full')
      else finish_collection_run.summary
    end,
    printed = finish_collection_run.printed
  where runs.id = finish_collection_run.run_id
    and (runs.shared is null or runs.status = 'running');
  return jsonb_build_object(
    'finished', found or exists (
      select from public.collection_runs runs
      where runs.id = finish_collection_run.run_id and runs.printed = finish_collection_run.printed
    )
  );
end
$$;
