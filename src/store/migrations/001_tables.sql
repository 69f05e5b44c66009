-- Creates the application's tables where it has none of its own, and the first of this tool's.

do $$
begin
  if current_setting('server_version_num')::integer < 150000 then
    raise exception 'PostgreSQL 15 or newer is required; this is %', current_setting('server_version')
      using errcode = 'feature_not_supported', hint = 'Upgrade PostgreSQL. Version 15 added NULLS NOT DISTINCT, which keeps a rerun from writing duplicates.';
  end if;
end
$$;

-- Security is set with a table's creation only: an application may rely on its own table being open.
do $$
declare
  outsider text;
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
    for outsider in
      select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
    loop
      execute format('revoke all on public.platform_connections from %s', outsider);
    end loop;
  end if;

  if to_regclass('public.analytics_snapshots') is null then
    create table public.analytics_snapshots (
      id uuid primary key default gen_random_uuid(),
      user_id text not null,
      platform text not null,
      source text not null,
      metric text not null,
      value numeric not null,
      date date not null,
      post_id text,
      metadata jsonb not null default '{}',
      created_at timestamptz not null default now(),
      constraint analytics_snapshots_one_per_key
        unique nulls not distinct (user_id, platform, source, metric, date, post_id)
    );
    alter table public.analytics_snapshots enable row level security;
    for outsider in
      select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
    loop
      execute format('revoke all on public.analytics_snapshots from %s', outsider);
    end loop;
    if to_regrole('authenticated') is not null and to_regprocedure('auth.uid()') is not null then
      grant select on public.analytics_snapshots to authenticated;
      create policy "a user reads own snapshots" on public.analytics_snapshots
        for select to authenticated
        using (user_id = (select auth.uid())::text);
    end if;
  end if;
end
$$;

create table if not exists public.collection_migrations (
  name text primary key,
  checksum text not null,
  applied_at timestamptz not null default now()
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

-- Only the owner has access until security.sql grants more: Supabase grants everything on new objects to these roles by default.
do $$
declare
  outsider text;
begin
  if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.collection_migrations'::regclass) then
    alter table public.collection_migrations enable row level security;
  end if;
  if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.collection_runs'::regclass) then
    alter table public.collection_runs enable row level security;
  end if;
  for outsider in
    select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
  loop
    execute format('revoke all on public.collection_migrations from %s', outsider);
    execute format('revoke all on public.collection_runs from %s', outsider);
  end loop;
end
$$;
