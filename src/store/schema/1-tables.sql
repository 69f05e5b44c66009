-- analytics-collect: tables and functions, all in the schema "public".
-- Safe to run again, and safe on a database that has platform_connections and analytics_snapshots already:
-- what is there is brought over, and nothing is lost but exact duplicates of a key.

do $$
begin
  if current_setting('server_version_num')::integer < 150000 then
    raise exception 'PostgreSQL 15 or newer is needed, this is %', current_setting('server_version')
      using errcode = 'feature_not_supported', hint = 'NULLS NOT DISTINCT, which keeps a rerun from writing duplicates, came with 15.';
  end if;
end
$$;

-- Row level security goes on with the table's creation only: an application may rely on its own table being open.
do $$
declare
  outsider regrole;
begin
  if to_regclass('public.platform_connections') is null then
    create table public.platform_connections (
      id uuid primary key default gen_random_uuid(),
      user_id text not null,
      platform text not null,
      account_id text,
      account_name text,
      access_token text,
      refresh_token text,
      token_expires_at timestamptz,
      status text not null default 'active',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    alter table public.platform_connections enable row level security;
    for outsider in select oid from pg_catalog.pg_roles where rolname in ('anon', 'authenticated') loop
      execute format('revoke all on public.platform_connections from %s', outsider);
    end loop;
  end if;
end
$$;

-- Its unique key is made in 2-existing-tables.sql, for new and older tables alike.
create table if not exists public.analytics_snapshots (
  id uuid primary key default gen_random_uuid(),
  user_id text not null,
  platform text not null,
  source text not null,
  metric text not null,
  value numeric not null,
  date date not null,
  post_id text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table if not exists public.collection_runs (
  id uuid primary key default gen_random_uuid(),
  scope text not null,
  trigger text not null,
  status text not null default 'running'
    check (status in ('running', 'completed', 'partial', 'failed', 'interrupted', 'abandoned')),
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  finished_at timestamptz,
  summary jsonb
);

-- One run at a time holds a scope.
create unique index if not exists collection_runs_lease on public.collection_runs (scope) where status = 'running';
create index if not exists collection_runs_started_at on public.collection_runs (started_at);

create table if not exists public.collection_outcomes (
  connection_id text not null,
  date date not null,
  user_id text not null,
  platform text not null,
  state text not null check (state in ('settled', 'provisional', 'pending', 'no_data', 'failed', 'skipped')),
  reason text check (reason is not null or state <> 'failed'),
  message text,
  attempts integer not null default 1,
  metrics integer not null default 0,
  run_id uuid not null,
  updated_at timestamptz not null default now(),
  primary key (connection_id, date)
);

-- When the day was first found failed, of those times that it has been so ever since.
alter table public.collection_outcomes add column if not exists failed_since timestamptz;
