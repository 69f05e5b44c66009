-- Renews a lease's heartbeat, unless another run has taken the lease.
create or replace function public.renew_collection_run(run_id uuid)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.collection_runs runs
  set heartbeat_at = now()
  where runs.id = renew_collection_run.run_id and runs.status = 'running';
  return jsonb_build_object('renewed', found);
end
$$;
