-- Creates the tables of a run's pieces, and of the processes that share them, and lets a run's row say how it was planned.

alter table public.collection_runs
  -- Of a run that processes share: {"options", "started_at", "connections", "idle", "page", "next_key", "is_planned", "pieces",
  -- "accounts", "shut", "doubted"}; those from "connections" on since its planning has begun, the last ones since it skips an API or
  -- doubts a day. The options decide what it collects. Of its connections some are idle, and accounts are in pieces so far.
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
  -- The last attempt at it: the only one that may record it.
  attempt uuid,
  -- What was counted, by the id of the call that counted it: {"counted": text, "metrics"}.
  parts jsonb not null default '{}',
  done_at timestamptz,
  primary key (run_id, piece)
);

-- Without it, each page that is planned would read all pieces.
create index if not exists collection_pieces_page on public.collection_pieces (run_id, page);

-- Beside the pieces, so that what a run has done is read without reading all of them.
create table if not exists public.collection_processes (
  run_id uuid not null references public.collection_runs (id) on delete cascade,
  process uuid not null,
  -- When it last said that it is alive; NULL once it has left.
  seen_at timestamptz,
  -- What it has recorded: accounts, those of them that failed, and pieces to their ends.
  accounts integer not null default 0,
  failed integer not null default 0,
  pieces integer not null default 0,
  primary key (run_id, process)
);

-- Only the owner has access until security.sql grants more: Supabase grants everything on new objects to these roles by default.
do $$
declare
  made regclass;
  outsider text;
begin
  foreach made in array array['public.collection_pieces', 'public.collection_processes']::regclass[] loop
    if not (select relrowsecurity from pg_catalog.pg_class where oid = made) then
      execute format('alter table %s enable row level security', made);
    end if;
    for outsider in
      select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
    loop
      execute format('revoke all on %s from %s', made, outsider);
    end loop;
  end loop;
end
$$;
