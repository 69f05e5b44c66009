-- Returns how far a shared run has come, how many processes work for it, which APIs it skips, and what it printed when it ended. Reads
-- a row for each process, not for each piece: it is asked for all the time. Of a run that is not shared, is_shared is all that counts.
create or replace function public.read_collection_progress(run_id uuid)
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'status', runs.status,
    'is_shared', runs.shared is not null,
    'is_planned', coalesce((runs.shared ->> 'is_planned')::boolean, false),
    -- NULL before the planning has begun.
    'connections', runs.shared -> 'connections',
    'idle', runs.shared -> 'idle',
    'accounts', jsonb_build_object(
      -- Those that are due, until they are in pieces.
      'total', case
        when (runs.shared ->> 'is_planned')::boolean then (runs.shared ->> 'accounts')::integer
        else coalesce((runs.shared ->> 'connections')::integer - (runs.shared ->> 'idle')::integer, 0)
      end,
      'done', recorded.accounts,
      'failed', recorded.failed
    ),
    'pieces', jsonb_build_object('total', coalesce((runs.shared ->> 'pieces')::integer, 0), 'done', recorded.pieces),
    'workers', recorded.workers,
    'shut', coalesce(runs.shared -> 'shut', '{}'),
    'printed', runs.printed
  )
  from public.collection_runs runs
  cross join lateral (
    select
      coalesce(sum(processes.accounts), 0) as accounts,
      coalesce(sum(processes.failed), 0) as failed,
      coalesce(sum(processes.pieces), 0) as pieces,
      -- The others have missed several heartbeats.
      count(*) filter (where processes.seen_at > now() - interval '30 seconds') as workers
    from public.collection_processes processes
    where processes.run_id = runs.id
  ) recorded
  where runs.id = read_collection_progress.run_id;
$$;
