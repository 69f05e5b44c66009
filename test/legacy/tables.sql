-- The application's tables on Supabase as this tool finds them.

-- What Supabase grants on everything that is, and that will be, in the schema "public".
grant usage on schema public to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;

create schema auth;
grant usage on schema auth to anon, authenticated, service_role;

create table auth.users (id uuid primary key);

-- PostgREST sets the claims of a request's token: one setting each in older versions, all in one in newer.
create function auth.uid() returns uuid
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade
);

create table public.platform_connections (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.profiles (id) on delete cascade,
  platform varchar(50) not null,
  page_id varchar(100),
  page_name varchar(255),
  page_username varchar(255),
  follower_count integer,
  access_token_encrypted text,
  refresh_token_encrypted text,
  token_expires_at timestamp,
  instagram_id varchar(100),
  account_type varchar(50),
  media_count integer,
  linkedin_id varchar(100),
  headline text,
  email varchar(255),
  profile_picture text,
  is_active boolean default true,
  last_sync timestamp,
  last_posted_at timestamp,
  connection_status varchar(20) default 'active',
  connected_at timestamp default now(),
  last_token_refresh timestamp,
  disconnected_at timestamp,
  created_at timestamp default now(),
  updated_at timestamp default now(),
  google_email varchar(255),
  google_name varchar(255),
  google_picture text,
  google_scopes text,
  organization_id varchar(100),
  is_organization boolean,
  wordpress_site_url text,
  wordpress_app_password_encrypted text,
  wordpress_metadata jsonb,
  metadata jsonb,
  unique (user_id, platform, page_id)
);

create table public.social_media_connections (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  platform text not null,
  account_id text not null,
  account_name text,
  access_token text,
  is_active boolean default true,
  connection_method text default 'oauth' check (connection_method in ('oauth', 'token')),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (user_id, platform, account_id)
);

create table public.analytics_snapshots (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  platform text not null,
  source text not null check (source in ('social_media', 'blog')),
  metric text not null,
  value numeric not null default 0,
  date date not null,
  post_id text,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  unique (user_id, platform, source, metric, date, post_id)
);

create index idx_analytics_snapshots_user_id on public.analytics_snapshots (user_id);
create index idx_analytics_snapshots_user_platform on public.analytics_snapshots (user_id, platform);
create index idx_analytics_snapshots_lookup
  on public.analytics_snapshots (user_id, platform, source, metric, date desc);
create index idx_analytics_snapshots_date on public.analytics_snapshots (date desc);

-- A signed-in user does everything with own rows, and nothing with those of others.
do $$
declare
  table_name text;
begin
  foreach table_name in array array['platform_connections', 'social_media_connections', 'analytics_snapshots'] loop
    execute format('alter table public.%I enable row level security', table_name);
    execute format(
      'create policy "Users can view own %1$s" on public.%1$I for select using (auth.uid() = user_id)', table_name
    );
    execute format(
      'create policy "Users can insert own %1$s" on public.%1$I for insert with check (auth.uid() = user_id)', table_name
    );
    execute format(
      'create policy "Users can update own %1$s" on public.%1$I for update using (auth.uid() = user_id)', table_name
    );
    execute format(
      'create policy "Users can delete own %1$s" on public.%1$I for delete using (auth.uid() = user_id)', table_name
    );
  end loop;
end
$$;
