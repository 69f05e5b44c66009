-- Renews a lease's heartbeat, unless another run has taken the lease. process: which of the processes that share the run does so.
create or replace function public.renew_collection_run(run_id uuid, process uuid default null)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.collection_runs runs
  set heartbeat_at = now()
  where runs.id = renew_collection_run.run_id and runs.status = 'running';
  if not found then
    return jsonb_build_object('renewed', false);
  end if;
  if process is not null then
    insert into public.collection_processes as known (run_id, process, seen_at)
    values (renew_collection_run.run_id, renew_collection_run.process, now())
    on conflict on constraint collection_processes_pkey do update set seen_at = now();
  end if;
  return jsonb_build_object('renewed', true);
end
$$;
