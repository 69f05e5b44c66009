-- Notes that an API is skipped for the rest of a shared run, by all of its processes, and why.
create or replace function public.shut_collection_api(run_id uuid, api text, reason text, message text)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.collection_runs runs
  set shared = runs.shared || jsonb_build_object(
    'shut', coalesce(runs.shared -> 'shut', '{}') || jsonb_build_object(
      shut_collection_api.api, jsonb_build_object('reason', shut_collection_api.reason, 'message', shut_collection_api.message)
    )
  )
  where runs.id = shut_collection_api.run_id and runs.status = 'running';
  return jsonb_build_object('lease', case when found then 'held' else 'lost' end);
end
$$;
