-- Notes that a process works no longer for a run that it shared with others. What it has recorded still counts.
create or replace function public.leave_collection_run(run_id uuid, process uuid)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.collection_processes processes
  set seen_at = null
  where processes.run_id = leave_collection_run.run_id and processes.process = leave_collection_run.process;
  return jsonb_build_object('left', found);
end
$$;
