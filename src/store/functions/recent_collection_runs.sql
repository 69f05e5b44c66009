-- Returns the newest runs over all users or a shard of them and, unless for_user is NULL, over that user; the newest first.
create or replace function public.recent_collection_runs(for_user text, most integer)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'runs',
    coalesce(
      (
        select jsonb_agg(to_jsonb(recent) - array['shared', 'printed'] order by recent.started_at desc, recent.id)
        from (
          select runs.*
          from public.collection_runs runs
          where runs.scope not like 'user:%' or runs.scope = 'user:' || recent_collection_runs.for_user
          order by runs.started_at desc, runs.id
          limit most
        ) recent
      ),
      '[]'
    )
  );
$$;
