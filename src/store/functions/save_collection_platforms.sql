-- Stores what the program knows of its platforms; writes only what differs. platforms: rows of collection_platforms.
create or replace function public.save_collection_platforms(platforms jsonb)
returns void
language sql security invoker set search_path = ''
as $$
  insert into public.collection_platforms
  select given.* from jsonb_populate_recordset(null::public.collection_platforms, platforms) given
  except
  select known.* from public.collection_platforms known
  on conflict (platform) do update
    set time_zone = excluded.time_zone,
      settles_after_hours = excluded.settles_after_hours,
      reach_days = excluded.reach_days,
      metrics = excluded.metrics,
      fixes = excluded.fixes;
$$;
