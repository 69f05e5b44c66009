-- Creates the tables of accounts, and moves outcomes that were kept per connection to their accounts.

create table if not exists public.collection_accounts (
  id bigint generated always as identity primary key,
  user_id text not null,
  platform text not null,
  account_id text not null,
  account_name text,
  -- The connection that opened it last, else the newest; null when no active connection opens it.
  connection_id text,
  active boolean not null,
  -- Since when no active connection opens it; null while one does.
  inactive_since timestamptz,
  connected_at timestamptz not null,
  is_primary boolean not null default false,
  -- A personal profile is skipped, and a connection may name no account: neither is a series for readers.
  can_be_primary boolean not null generated always as (account_id !~ '^(urn:li:(person|member)|connection):') stored,
  first_day date,
  last_day date,
  reason text,
  message text,
  failing_since timestamptz,
  failing_runs integer not null default 0,
  collected_at timestamptz,
  run_id uuid,
  unique (user_id, platform, account_id),
  check ((reason is null) = (failing_since is null))
);

create unique index if not exists collection_accounts_primary
  on public.collection_accounts (user_id, platform) where is_primary;

-- The rows of every account that is not the primary one, under the types that analytics_snapshots has.
do $$
declare
  user_type text := (
    select format_type(atttypid, atttypmod) from pg_catalog.pg_attribute
    where attrelid = 'public.analytics_snapshots'::regclass and attname = 'user_id'
  );
begin
  if to_regclass('public.analytics_account_snapshots') is null then
    execute format(
      'create table public.analytics_account_snapshots (
        id uuid primary key default gen_random_uuid(),
        user_id %s not null,
        platform text not null,
        account_id text not null,
        source text not null,
        metric text not null,
        value numeric not null,
        date date not null,
        post_id text,
        metadata jsonb not null,
        created_at timestamptz not null default now(),
        constraint analytics_account_snapshots_one_per_key
          unique nulls not distinct (user_id, platform, account_id, source, metric, date, post_id)
      )',
      user_type
    );
    if to_regrole('authenticated') is not null and to_regprocedure('auth.uid()') is not null then
      create policy "a user reads own snapshots" on public.analytics_account_snapshots
        for select to authenticated
        using (user_id::text = (select auth.uid())::text);
    end if;
  end if;
end
$$;

-- Sets an outcomes table keyed by connection aside; its outcomes are moved to accounts below.
do $$
begin
  if exists (
    select from pg_catalog.pg_attribute
    where attrelid = to_regclass('public.collection_outcomes') and attname = 'connection_id' and not attisdropped
  ) then
    alter table public.collection_outcomes rename to collection_outcomes_by_connection;
    alter index public.collection_outcomes_pkey rename to collection_outcomes_by_connection_pkey;
  end if;
end
$$;

create table if not exists public.collection_outcomes (
  account bigint not null references public.collection_accounts (id) on delete cascade,
  date date not null,
  outcome text not null check (outcome in ('settled', 'provisional', 'pending', 'no_data', 'failed', 'skipped')),
  reason text,
  message text,
  metrics integer not null default 0,
  run_id uuid not null,
  updated_at timestamptz not null default now(),
  primary key (account, date),
  check (outcome <> 'failed' or reason is not null)
);

-- Only the owner has access until security.sql grants more: Supabase grants everything on new objects to these roles by default.
do $$
declare
  outsider text;
begin
  if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.collection_accounts'::regclass) then
    alter table public.collection_accounts enable row level security;
  end if;
  if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.analytics_account_snapshots'::regclass) then
    alter table public.analytics_account_snapshots enable row level security;
  end if;
  if not (select relrowsecurity from pg_catalog.pg_class where oid = 'public.collection_outcomes'::regclass) then
    alter table public.collection_outcomes enable row level security;
  end if;
  for outsider in
    select 'public' union all select rolname::text from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
  loop
    execute format('revoke all on public.collection_accounts from %s', outsider);
    execute format('revoke all on public.analytics_account_snapshots from %s', outsider);
    execute format('revoke all on public.collection_outcomes from %s', outsider);
  end loop;
end
$$;

alter table public.collection_runs add column if not exists for_user text;
update public.collection_runs set for_user = substr(scope, 6) where for_user is null and scope like 'user:%';

-- The first edition's view tells which account a connection opens. One user and platform had one account collected: the
-- oldest. An account that several connections opened keeps the best outcome of each day.
do $$
begin
  if to_regclass('public.collection_outcomes_by_connection') is null then
    return;
  end if;

  create temporary table connected_before on commit drop as
  select
    connections.id as connection_id,
    connections.user_id,
    connections.platform,
    case connections.platform
      when 'linkedin' then regexp_replace(connections.account_id, '^urn:li:organization:', '')
      else connections.account_id
    end as account_id,
    connections.account_name,
    connections.active,
    connections.age_key
  from public.collection_connections connections
  where connections.account_id is not null and connections.user_id is not null;

  insert into public.collection_accounts
    (user_id, platform, account_id, account_name, connection_id, active, inactive_since, connected_at)
  select
    connected.user_id,
    connected.platform,
    connected.account_id,
    (array_agg(connected.account_name order by connected.active desc, connected.age_key desc))[1],
    (array_agg(connected.connection_id order by connected.age_key desc) filter (where connected.active))[1],
    bool_or(connected.active),
    case when not bool_or(connected.active) then now() end,
    coalesce(
      to_timestamp(nullif(split_part(min(connected.age_key), '/', 1), ''), 'YYYYMMDDHH24MISSUS')::timestamp at time zone 'UTC',
      '-infinity'
    )
  from connected_before connected
  where connected.platform in ('instagram', 'facebook', 'youtube', 'linkedin')
  group by connected.user_id, connected.platform, connected.account_id
  on conflict (user_id, platform, account_id) do nothing;

  -- LinkedIn ids lose their URN prefix. An account whose connection was deleted is known only from its rows.
  update public.analytics_snapshots
  set metadata = metadata || jsonb_build_object('account_id', regexp_replace(metadata ->> 'account_id', '^urn:li:organization:', ''))
  where platform::text = 'linkedin' and metadata ? 'settled' and metadata ->> 'account_id' like 'urn:li:organization:%';
  insert into public.collection_accounts (user_id, platform, account_id, active, inactive_since, connected_at)
  select snapshots.user_id::text, snapshots.platform::text, snapshots.metadata ->> 'account_id', false, now(),
    coalesce(min(snapshots.created_at), '-infinity')
  from public.analytics_snapshots snapshots
  where snapshots.user_id is not null and snapshots.metadata ? 'settled' and snapshots.metadata ->> 'account_id' is not null and snapshots.post_id is null
  group by snapshots.user_id, snapshots.platform, snapshots.metadata ->> 'account_id'
  on conflict (user_id, platform, account_id) do nothing;

  -- One that is not connected stays where no other has rows: a run tells when it gives way, and to which.
  update public.collection_accounts
  set is_primary = true
  where id in (
    select distinct on (accounts.user_id, accounts.platform) accounts.id
    from public.collection_accounts accounts
    left join (
      select distinct snapshots.user_id::text as user_id, snapshots.platform::text as platform, snapshots.metadata ->> 'account_id' as account_id
      from public.analytics_snapshots snapshots
      where snapshots.source = 'social_media' and snapshots.post_id is null and snapshots.metadata ? 'settled'
    ) shown using (user_id, platform, account_id)
    where accounts.can_be_primary
    order by accounts.user_id, accounts.platform, shown.account_id is not null desc, accounts.active desc,
      accounts.connected_at, accounts.id
  );

  insert into public.collection_outcomes (account, date, outcome, reason, message, metrics, run_id, updated_at)
  select distinct on (accounts.id, earlier.date)
    accounts.id, earlier.date, earlier.state, earlier.reason, earlier.message, earlier.metrics, earlier.run_id, earlier.updated_at
  from public.collection_outcomes_by_connection earlier
  join connected_before connected on connected.connection_id = earlier.connection_id
  join public.collection_accounts accounts
    on accounts.user_id = connected.user_id
      and accounts.platform = connected.platform
      and accounts.account_id = connected.account_id
  -- Days skipped because the account was a second one were never requested, so they are due.
  where earlier.state <> 'skipped'
  order by accounts.id, earlier.date,
    array_position(array['settled', 'provisional', 'no_data', 'pending', 'failed'], earlier.state), earlier.updated_at desc;

  update public.collection_accounts accounts
  set first_day = days.first_day, last_day = days.last_day, collected_at = days.collected_at
  from (
    select
      outcomes.account,
      min(outcomes.date) filter (where outcomes.outcome in ('settled', 'provisional')) as first_day,
      max(outcomes.date) filter (where outcomes.outcome in ('settled', 'provisional')) as last_day,
      max(outcomes.updated_at) as collected_at
    from public.collection_outcomes outcomes
    group by outcomes.account
  ) days
  where days.account = accounts.id;

  update public.collection_accounts accounts
  set reason = newest.reason, message = newest.message, failing_since = newest.failed_since, failing_runs = 1
  from (
    select distinct on (outcomes.account)
      outcomes.account, outcomes.outcome, outcomes.reason, outcomes.message, outcomes.updated_at as failed_since
    from public.collection_outcomes outcomes
    order by outcomes.account, outcomes.date desc
  ) newest
  where newest.account = accounts.id and newest.outcome = 'failed';

  -- The rows of other accounts than the primary one come to their own table.
  with others as (
    delete from public.analytics_snapshots snapshots
    using public.collection_accounts accounts
    where accounts.is_primary
      and snapshots.user_id::text = accounts.user_id
      and snapshots.platform::text = accounts.platform
      and snapshots.source = 'social_media'
      and snapshots.post_id is null
      and snapshots.metadata ? 'settled'
      and snapshots.metadata ->> 'account_id' <> accounts.account_id
    returning snapshots.*
  )
  insert into public.analytics_account_snapshots (user_id, platform, account_id, source, metric, value, date, metadata, created_at)
  select others.user_id, others.platform, others.metadata ->> 'account_id', others.source, others.metric, others.value,
    others.date, others.metadata, coalesce(others.created_at, now())
  from others;

  drop table public.collection_outcomes_by_connection;

  -- Functions of that edition that have no successor. The last one returns rows of its view, which is replaced.
  drop function if exists public.read_connections(text, jsonb, date, date, text, integer);
  drop function if exists public.read_connections(text, jsonb, date, date, text, integer, jsonb);
  drop function if exists public.count_connections(text, jsonb);
  drop function if exists public.count_connections(text, jsonb, jsonb);
  drop function if exists public.selected_connections(text, jsonb, jsonb);
end
$$;

-- What a run printed of users and connections is in their own rows: a run's row keeps its counts.
update public.collection_runs
set summary = summary - array['failures', 'changes', 'warnings']
where summary ?| array['failures', 'changes', 'warnings'];
