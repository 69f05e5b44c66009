-- Creates the table of a run's pieces, which several processes may share, and lets a run's row say how it was planned.

alter table public.collection_runs
  -- Of a run that processes share: {"options", "started_at", "page", "next_key", "is_planned", "shut"}; the last ones since it
  -- is planned, or skips an API. The options decide what it collects.
  add column if not exists shared jsonb,
  -- What such a run printed, for its other processes. It names users, and is deleted with the pieces when the next one begins.
  add column if not exists printed text;

create table if not exists public.collection_pieces (
  run_id uuid not null references public.collection_runs (id) on delete cascade,
  -- 0 is what the planning itself has counted.
  piece integer not null,
  -- The step of the planning that made it.
  page integer not null,
  -- Keys in collection_accounts.
  accounts bigint[] not null,
  -- The last worker that began with it: the only one that may record it.
  worker uuid,
  -- What was counted, by the id of the call that counted it: {"counted": text, "metrics"}.
  parts jsonb not null default '{}',
  done_at timestamptz,
  primary key (run_id, piece)
);

-- Only the owner has access until security.sql grants more: Supabase grants everything on new objects to these roles by default.
do $$
declare
  outsider text;
begin
  if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.collection_pieces'::regclass) then
    alter table public.collection_pieces enable row level security;
  end if;
  for outsider in
    select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
  loop
    execute format('revoke all on public.collection_pieces from %s', outsider);
  end loop;
end
$$;
