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
-- Brings an older analytics_snapshots over: missing columns, defaults, a value that takes fractions.

alter table public.analytics_snapshots
  add column if not exists source text,
  add column if not exists post_id text,
  add column if not exists metadata jsonb default '{}',
  add column if not exists created_at timestamptz default now();

do $$
declare
  existing record;
begin
  for existing in
    select columns.table_name, columns.column_name, columns.data_type, columns.column_default, columns.is_identity
    from information_schema.columns
    where columns.table_schema = 'public'
      and columns.table_name in ('analytics_snapshots', 'platform_connections')
  loop
    if existing.table_name = 'analytics_snapshots' and existing.column_name = 'value'
      and existing.data_type in ('smallint', 'integer', 'bigint')
    then
      alter table public.analytics_snapshots alter column value type numeric;
    elsif existing.column_default is not null or existing.is_identity = 'YES' then
      continue;
    elsif existing.column_name = 'id' and existing.data_type = 'uuid' then
      execute format('alter table public.%I alter column id set default gen_random_uuid()', existing.table_name);
    elsif existing.column_name = 'id' and existing.data_type in ('text', 'character varying') then
      execute format('alter table public.%I alter column id set default gen_random_uuid()::text', existing.table_name);
    elsif existing.column_name = 'created_at' then
      execute format('alter table public.%I alter column created_at set default now()', existing.table_name);
    end if;
  end loop;
end
$$;

-- The unique indexes of analytics_snapshots on exactly the published key, in whatever order its columns stand.
create or replace function public.collection_key_indexes()
returns table (index_id oid, takes_nulls_as_equal boolean)
language sql stable security invoker set search_path = ''
as $$
  select indexes.indexrelid, indexes.indnullsnotdistinct
  from pg_catalog.pg_index indexes
  where indexes.indrelid = 'public.analytics_snapshots'::regclass
    and indexes.indisunique
    and indexes.indisvalid
    and not indexes.indisprimary
    and indexes.indpred is null
    and indexes.indexprs is null
    and (
      select array_agg(attributes.attname::text order by attributes.attname::text collate "C")
      from unnest(indexes.indkey[0:indexes.indnkeyatts - 1]) as key (attnum)
      join pg_catalog.pg_attribute attributes
        on attributes.attrelid = indexes.indrelid and attributes.attnum = key.attnum
    ) = array['date', 'metric', 'platform', 'post_id', 'source', 'user_id'];
$$;

-- Without NULLS NOT DISTINCT the NULL post_id makes every rerun insert duplicates. They go, oldest row kept.
do $$
declare
  plain record;
begin
  if exists (select from public.collection_key_indexes() where takes_nulls_as_equal) then
    return;
  end if;
  lock table public.analytics_snapshots in access exclusive mode;

  delete from public.analytics_snapshots
  where ctid in (
    select ranked.row_address
    from (
      select
        ctid as row_address,
        row_number() over (
          partition by user_id, platform, source, metric, date, post_id
          order by created_at nulls last, id
        ) as place
      from public.analytics_snapshots
    ) ranked
    where ranked.place > 1
  );

  for plain in
    select keys.index_id::regclass as index_name, constraints.conname as constraint_name
    from public.collection_key_indexes() keys
    left join pg_catalog.pg_constraint constraints on constraints.conindid = keys.index_id and constraints.contype = 'u'
  loop
    if plain.constraint_name is null then
      execute format('drop index %s', plain.index_name);
    else
      execute format('alter table public.analytics_snapshots drop constraint %I', plain.constraint_name);
    end if;
  end loop;

  alter table public.analytics_snapshots
    add constraint analytics_snapshots_one_per_key
    unique nulls not distinct (user_id, platform, source, metric, date, post_id);
end
$$;

-- For the newest day of a platform, which the unique key, led by user_id, cannot find.
create index if not exists analytics_snapshots_platform_date on public.analytics_snapshots (platform, date);
-- platform_connections under the one spelling that the collector reads, whichever the table has. Each row is taken as
-- JSON, so that a column the table lacks is a NULL rather than an error, and the table may change under the view.
-- age_key sorts oldest first and names a place in that order; numeric ids are padded to sort as numbers. user_hash divides
-- users among shards: by md5, since PostgreSQL's own hashes may change with its version.
create or replace view public.collection_connections with (security_invoker = true) as
select
  stored.id,
  stored.user_id,
  stored.platform,
  coalesce(
    nullif(stored.fields ->> 'account_id', ''),
    case stored.platform
      when 'instagram' then coalesce(nullif(stored.fields ->> 'instagram_id', ''), nullif(stored.fields ->> 'page_id', ''))
      when 'facebook' then nullif(stored.fields ->> 'page_id', '')
      when 'linkedin' then nullif(stored.fields ->> 'organization_id', '')
    end
  ) as account_id,
  nullif(stored.fields ->> 'account_name', '') as account_name,
  coalesce(
    nullif(stored.fields ->> 'access_token_encrypted', ''),
    nullif(stored.fields ->> 'access_token', '')
  ) as access_token,
  coalesce(
    nullif(stored.fields ->> 'refresh_token_encrypted', ''),
    nullif(stored.fields ->> 'refresh_token', '')
  ) as refresh_token,
  -- One row that says 'infinity', or 'never' in a column of text, must not cost the others.
  case when stored.fields ->> 'token_expires_at' ~ '^\d{4}-\d\d-\d\d'
    then (stored.fields ->> 'token_expires_at')::timestamptz
  end as token_expires_at,
  case
    when stored.says_status is null and stored.says_flag is null
      then not stored.fields ?| array['status', 'connection_status', 'is_active']
    else coalesce(stored.says_status, true) and coalesce(stored.says_flag, true)
  end as active,
  (
    coalesce(to_char((stored.fields ->> 'created_at')::timestamptz at time zone 'UTC', 'YYYYMMDDHH24MISSUS'), '')
    || '/'
    || case when stored.id ~ '^[0-9]+$' then lpad(stored.id, 20, '0') else stored.id end
  ) collate "C" as age_key,
  ('x' || left(md5(stored.user_id), 8))::bit(32)::bigint as user_hash
from (
  select
    connections.id::text as id,
    connections.user_id::text as user_id,
    lower(connections.platform::text) as platform,
    fields,
    lower(coalesce(fields ->> 'status', fields ->> 'connection_status')) in ('active', 'connected') as says_status,
    (fields ->> 'is_active')::boolean as says_flag
  from public.platform_connections connections
  cross join lateral to_jsonb(connections) as fields
) stored
-- Nobody's connections have no place in the tables: their user is gone.
where stored.user_id is not null and stored.platform is not null;

-- Active connections. NULL filters mean all; for_shard is {"index": 1 to count, "count": …}.
create or replace function public.selected_connections(for_user text, for_platforms jsonb, for_shard jsonb)
returns setof public.collection_connections
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select connections.*
  from public.collection_connections connections
  where connections.active
    and (for_user is null or connections.user_id = for_user)
    and (for_platforms is null or for_platforms ? connections.platform)
    and (
      for_shard is null
      or connections.user_hash % (for_shard ->> 'count')::bigint = (for_shard ->> 'index')::bigint - 1
    );
$$;

-- Selected connections, oldest first, at most page_size of those after after_key, each with its outcomes between since
-- and until. One statement a page: the place in the order is the only state between pages.
drop function if exists public.read_connections(text, jsonb, date, date, text, integer);
create or replace function public.read_connections(
  for_user text, for_platforms jsonb, since date, until date, after_key text, page_size integer, for_shard jsonb default null
)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with active as (
    select
      connections.*,
      min(connections.age_key) over (
        partition by connections.user_id, connections.platform, connections.account_id
      ) as account_age
    from public.selected_connections(for_user, for_platforms, for_shard) connections
  ),
  -- Of several accounts the oldest; of several connections of one account the newest, for it holds the renewed token.
  ranked as (
    select
      active.*,
      row_number() over (partition by active.user_id, active.platform order by active.account_age, active.age_key desc) as rank
    from active
  ),
  page as (
    select * from ranked where after_key is null or ranked.age_key > after_key order by ranked.age_key limit page_size
  )
  select jsonb_build_object(
    'connections', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', page.id,
          'user_id', page.user_id,
          'platform', page.platform,
          'account_id', page.account_id,
          'account_name', page.account_name,
          'access_token', page.access_token,
          'refresh_token', page.refresh_token,
          'token_expires_at', page.token_expires_at,
          'second_account', page.rank > 1,
          'ledger', (
            select coalesce(
              jsonb_agg(
                jsonb_build_object('date', outcomes.date, 'state', outcomes.state, 'failed_since', outcomes.failed_since)
                order by outcomes.date
              ),
              '[]'
            )
            from public.collection_outcomes outcomes
            where outcomes.connection_id = page.id and outcomes.date between since and until
          )
        )
        order by page.age_key
      ),
      '[]'
    ),
    'next_key', case when count(*) = page_size then max(page.age_key) end
  )
  from page;
$$;

drop function if exists public.count_connections(text, jsonb);
create or replace function public.count_connections(for_user text, for_platforms jsonb, for_shard jsonb default null)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object('count', count(*)) from public.selected_connections(for_user, for_platforms, for_shard);
$$;

-- Every connection, active or not, without its tokens.
create or replace function public.list_connections()
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'connections', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', connections.id,
          'user_id', connections.user_id,
          'platform', connections.platform,
          'account_id', connections.account_id,
          'account_name', connections.account_name,
          'active', connections.active,
          'token_expires_at', connections.token_expires_at
        )
        order by connections.age_key
      ),
      '[]'
    )
  )
  from public.collection_connections connections;
$$;

-- Adds a connection, or renews the one with the same user, platform and account, in the columns that the table has.
create or replace function public.save_connection(
  for_user text, for_platform text, account_id text, account_name text,
  access_token text, refresh_token text, token_expires_at timestamptz
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  columns text[] := array(
    select attributes.attname::text
    from pg_catalog.pg_attribute attributes
    where attributes.attrelid = 'public.platform_connections'::regclass
      and attributes.attnum > 0
      and not attributes.attisdropped
  );
  known_id text := (
    select connections.id
    from public.collection_connections connections
    where connections.user_id = for_user
      and connections.platform = for_platform
      and connections.account_id = save_connection.account_id
    order by connections.active desc, connections.age_key
    limit 1
  );
  own_account_column text := case for_platform
    when 'instagram' then 'instagram_id' when 'facebook' then 'page_id' when 'linkedin' then 'organization_id'
  end;
  account_column text := case when 'account_id' = any (columns) then 'account_id' else own_account_column end;
  given jsonb := jsonb_build_object(
    'user_id', for_user,
    'platform', for_platform,
    'account_name', account_name,
    case when 'access_token_encrypted' = any (columns) then 'access_token_encrypted' else 'access_token' end, access_token,
    case when 'refresh_token_encrypted' = any (columns) then 'refresh_token_encrypted' else 'refresh_token' end, refresh_token,
    'token_expires_at', token_expires_at,
    'status', 'active',
    'connection_status', 'active',
    'is_active', true,
    'updated_at', now()
  );
  written text[];
  column_list text;
  saved_id text;
begin
  if account_column is null or account_column <> all (columns) then
    raise exception 'platform_connections has no column for the account of a % connection', for_platform
      using errcode = 'undefined_column';
  end if;
  given := given || jsonb_build_object(account_column, account_id);
  -- A token renewed without a name, as LinkedIn's check gives none, or without a refresh token leaves the one that is there.
  if known_id is not null then
    given := given - case when account_name is null then array['account_name'] else '{}' end
      - case when refresh_token is null then array['refresh_token', 'refresh_token_encrypted'] else '{}' end;
  end if;
  written := array(select jsonb_object_keys(given) intersect select unnest(columns));
  column_list := (select string_agg(format('%I', name), ', ') from unnest(written) as name);

  if known_id is null then
    execute format(
      'insert into public.platform_connections (%1$s)
       select %1$s from jsonb_populate_record(null::public.platform_connections, $1) returning id::text',
      column_list
    ) into saved_id using given;
  else
    execute format(
      'update public.platform_connections set (%1$s) =
       (select %1$s from jsonb_populate_record(null::public.platform_connections, $1)) where id::text = $2 returning id::text',
      column_list
    ) into saved_id using given, known_id;
  end if;
  return jsonb_build_object('id', saved_id, 'created', known_id is null);
end
$$;

-- Removes a connection and its ledger; its snapshots stay.
create or replace function public.remove_connection(connection_id text)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  delete from public.platform_connections connections where connections.id::text = remove_connection.connection_id;
  if not found then
    return jsonb_build_object('removed', false);
  end if;
  delete from public.collection_outcomes outcomes where outcomes.connection_id = remove_connection.connection_id;
  return jsonb_build_object('removed', true);
end
$$;
-- Writes snapshots and the outcomes they belong to, in one transaction. A value once settled stands: on conflict only a
-- row whose metadata says settled = false is replaced, and only by something else than it holds; refresh replaces all.
-- The run's row is held meanwhile, so that a run whose lease was taken writes nothing more.
create or replace function public.record_collection(run_id uuid, snapshots jsonb, outcomes jsonb, refresh boolean)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  inserted integer;
  updated integer;
begin
  perform from public.collection_runs runs
  where runs.id = record_collection.run_id and runs.status = 'running'
  for share;
  if not found then
    return jsonb_build_object('lease', 'lost');
  end if;

  -- Rows go in by key order, so that two runs that meet wait for each other instead of deadlocking.
  -- jsonb_populate_recordset gives user_id the type that the table has.
  with written as (
    insert into public.analytics_snapshots as existing (user_id, platform, source, metric, value, date, post_id, metadata)
    select given.user_id, given.platform, given.source, given.metric, given.value, given.date, null, given.metadata
    from jsonb_populate_recordset(null::public.analytics_snapshots, snapshots) given
    order by given.user_id, given.platform, given.source, given.metric, given.date
    on conflict (user_id, platform, source, metric, date, post_id) do update
      set value = excluded.value, metadata = excluded.metadata
      where record_collection.refresh
        or (
          existing.metadata ->> 'settled' = 'false'
          and (existing.value, existing.metadata::jsonb - 'fetched_at')
            is distinct from (excluded.value, excluded.metadata::jsonb - 'fetched_at')
        )
    returning existing.xmax = 0 as is_new
  )
  select count(*) filter (where is_new), count(*) filter (where not is_new) into inserted, updated from written;

  insert into public.collection_outcomes as existing
    (connection_id, date, user_id, platform, state, reason, message, metrics, run_id, failed_since)
  select
    given.connection_id, given.date, given.user_id, given.platform, given.state, given.reason, given.message,
    given.metrics, record_collection.run_id, case when given.state = 'failed' then now() end
  from jsonb_populate_recordset(null::public.collection_outcomes, outcomes) given
  order by given.connection_id, given.date
  on conflict (connection_id, date) do update
    set user_id = excluded.user_id,
      platform = excluded.platform,
      state = excluded.state,
      reason = excluded.reason,
      message = excluded.message,
      attempts = existing.attempts + 1,
      metrics = excluded.metrics,
      run_id = excluded.run_id,
      failed_since = case when excluded.state = 'failed' then coalesce(existing.failed_since, now()) end,
      updated_at = now()
    -- A run of another scope may have settled the day meanwhile.
    where record_collection.refresh or existing.state <> 'settled';

  return jsonb_build_object(
    'lease', 'held',
    'inserted', inserted,
    'updated', updated,
    'unchanged', jsonb_array_length(snapshots) - inserted - updated
  );
end
$$;
-- Takes the lease of a scope. A lease whose heartbeat is older than two minutes belongs to a run that died.
create or replace function public.begin_collection(scope text, trigger text)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  holder public.collection_runs;
  begun public.collection_runs;
begin
  perform pg_advisory_xact_lock(hashtextextended('analytics-collect ' || begin_collection.scope, 0));

  -- clock_timestamp, since now() is when this transaction began to wait for the lock.
  update public.collection_runs runs
  set status = 'abandoned', finished_at = clock_timestamp()
  where runs.scope = begin_collection.scope
    and runs.status = 'running'
    and runs.heartbeat_at < clock_timestamp() - interval '2 minutes';

  select * into holder from public.collection_runs runs
  where runs.scope = begin_collection.scope and runs.status = 'running';
  if found then
    return jsonb_build_object(
      'held', false,
      'by', jsonb_build_object(
        'run_id', holder.id, 'started_at', holder.started_at, 'heartbeat_at', holder.heartbeat_at
      )
    );
  end if;

  insert into public.collection_runs (scope, trigger, started_at, heartbeat_at)
  values (begin_collection.scope, begin_collection.trigger, clock_timestamp(), clock_timestamp())
  returning * into begun;
  return jsonb_build_object('held', true, 'run_id', begun.id, 'started_at', begun.started_at);
end
$$;

create or replace function public.renew_collection(run_id uuid)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.collection_runs runs
  set heartbeat_at = now()
  where runs.id = renew_collection.run_id and runs.status = 'running';
  return jsonb_build_object('renewed', found);
end
$$;

-- Keeps the summary of a run whose lease was taken, too; such a run stays 'abandoned'.
create or replace function public.finish_collection(run_id uuid, status text, summary jsonb)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.collection_runs runs
  set status = case when runs.status = 'running' then finish_collection.status else runs.status end,
    finished_at = now(),
    summary = finish_collection.summary
  where runs.id = finish_collection.run_id;
  return jsonb_build_object('finished', found);
end
$$;

create or replace function public.read_collection(run_id uuid)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'run', (select to_jsonb(runs) from public.collection_runs runs where runs.id = read_collection.run_id)
  );
$$;

-- The newest run of any scope, and when all users were last gone through: by one run that did not fail, or by all shards of
-- one division, of which the one that is longest ago counts.
create or replace function public.last_collection()
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with successes as (
    select runs.scope, max(runs.started_at) as started_at
    from public.collection_runs runs
    where runs.status in ('completed', 'partial') and runs.scope not like 'user:%'
    group by runs.scope
  ),
  shards as (
    select split_part(successes.scope, '/', 2)::integer as parts, successes.started_at
    from successes
    where successes.scope like 'shard:%'
  ),
  nights as (
    select successes.started_at from successes where successes.scope not like 'shard:%'
    union all
    select min(shards.started_at) from shards group by shards.parts having count(*) = shards.parts
  )
  select jsonb_build_object(
    'run',
    (select to_jsonb(runs) from public.collection_runs runs order by runs.started_at desc, runs.id limit 1),
    'succeeded_at',
    (select max(nights.started_at) from nights)
  );
$$;
-- Deletes a platform's snapshots and outcomes from before a day, whoever wrote them, or only counts them.
create or replace function public.prune_collection(for_platform text, before date, dry_run boolean)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  counts jsonb;
begin
  select jsonb_build_object(
    'snapshots', count(*), 'days', count(distinct snapshots.date), 'users', count(distinct snapshots.user_id)
  )
  into counts
  from public.analytics_snapshots snapshots
  where snapshots.platform::text = for_platform and snapshots.date < before;

  counts := counts || jsonb_build_object(
    'outcomes',
    (
      select count(*) from public.collection_outcomes outcomes
      where outcomes.platform = for_platform and outcomes.date < before
    )
  );

  if not dry_run then
    delete from public.analytics_snapshots snapshots
    where snapshots.platform::text = for_platform and snapshots.date < before;
    delete from public.collection_outcomes outcomes
    where outcomes.platform = for_platform and outcomes.date < before;
  end if;
  return counts;
end
$$;
-- How the collection stands, by platform. windows: {"instagram": {"since": "2026-11-15", "until": "2026-11-21"}, …}
create or replace function public.read_collection_status(windows jsonb)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with days as (
    select given.key as platform, (given.value ->> 'since')::date as since, (given.value ->> 'until')::date as until
    from jsonb_each(windows) given
  ),
  active as materialized (
    select connections.id, connections.user_id, connections.platform, connections.account_id, connections.account_name,
      connections.age_key
    from public.collection_connections connections
    where connections.active
  ),
  coverage as (
    select
      active.platform,
      count(distinct active.id) as connections,
      count(distinct active.id) filter (where outcomes.state in ('settled', 'provisional')) as with_data,
      count(*) filter (where outcomes.state not in ('pending', 'failed')) as days_done
    from active
    left join days on days.platform = active.platform
    left join public.collection_outcomes outcomes
      on outcomes.connection_id = active.id and outcomes.date between days.since and days.until
    group by active.platform
  ),
  failing as (
    select
      active.platform,
      jsonb_agg(
        jsonb_build_object(
          'connection_id', active.id,
          'user_id', active.user_id,
          'account_id', active.account_id,
          'account_name', active.account_name,
          'reason', newest.reason,
          'message', newest.message,
          'failing_since', (
            select min(failed.date)
            from public.collection_outcomes failed
            where failed.connection_id = active.id
              and failed.date > coalesce(
                (
                  select max(good.date)
                  from public.collection_outcomes good
                  where good.connection_id = active.id and good.state <> 'failed'
                ),
                '-infinity'
              )
          )
        )
        order by active.age_key
      ) as connections
    from active
    join lateral (
      select outcomes.state, outcomes.reason, outcomes.message
      from public.collection_outcomes outcomes
      where outcomes.connection_id = active.id
      order by outcomes.date desc
      limit 1
    ) newest on newest.state = 'failed'
    group by active.platform
  )
  select jsonb_build_object(
    'platforms', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'platform', named.platform,
          'active_connections', coalesce(coverage.connections, 0),
          'connections_with_data', coalesce(coverage.with_data, 0),
          'newest_day', (
            select max(snapshots.date)
            from public.analytics_snapshots snapshots
            where snapshots.platform::text = named.platform
          ),
          'days_missing', coalesce(coverage.connections * (days.until - days.since + 1) - coverage.days_done, 0),
          'failing', coalesce(failing.connections, '[]')
        )
        order by named.platform
      ),
      '[]'
    )
  )
  from (select days.platform from days union select active.platform from active) named
  left join days on days.platform = named.platform
  left join coverage on coverage.platform = named.platform
  left join failing on failing.platform = named.platform;
$$;

-- Active connections whose access token ends before an instant, the soonest first, without the tokens.
drop function if exists public.tokens_ending(text, jsonb, timestamptz);
create or replace function public.tokens_ending(
  for_user text, for_platforms jsonb, before timestamptz, for_shard jsonb default null
)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'connections', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', connections.id,
          'user_id', connections.user_id,
          'platform', connections.platform,
          'account_id', connections.account_id,
          'account_name', connections.account_name,
          'token_expires_at', connections.token_expires_at,
          'has_refresh_token', connections.refresh_token is not null
        )
        order by connections.token_expires_at, connections.age_key
      ),
      '[]'
    )
  )
  from public.selected_connections(for_user, for_platforms, for_shard) connections
  where connections.token_expires_at < before;
$$;

-- What a run asks before it starts. Raise schema_version with every change that the program relies on.
create or replace function public.check_collection()
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'schema_version', 4,
    'unique_key', exists (select from public.collection_key_indexes() where takes_nulls_as_equal)
  );
$$;
-- Only the service role (Supabase) or the owner of the tables (any PostgreSQL) collects; a user reads own snapshots.

alter table public.analytics_snapshots enable row level security;
alter table public.collection_runs enable row level security;
alter table public.collection_outcomes enable row level security;

do $$
declare
  callable text[] := array[
    'begin_collection', 'renew_collection', 'finish_collection', 'read_collection', 'last_collection', 'record_collection',
    'selected_connections', 'read_connections', 'count_connections', 'list_connections', 'save_connection', 'remove_connection',
    'read_collection_status', 'tokens_ending', 'prune_collection', 'check_collection', 'collection_key_indexes'
  ];
  function_name regprocedure;
  outsider text;
  sequence_name text;
begin
  -- Supabase grants everything on new objects to these roles by default.
  foreach outsider in array array['public', 'anon', 'authenticated'] loop
    continue when outsider <> 'public' and to_regrole(outsider) is null;
    execute format(
      'revoke all on public.collection_runs, public.collection_outcomes, public.collection_connections from %s', outsider
    );
    execute format('revoke insert, update, delete, truncate, references, trigger on public.analytics_snapshots from %s', outsider);
    for function_name in
      select oid::regprocedure from pg_catalog.pg_proc
      where pronamespace = 'public'::regnamespace and proname = any (callable)
    loop
      execute format('revoke all on function %s from %s', function_name, outsider);
    end loop;
  end loop;

  if to_regrole('service_role') is not null then
    grant usage on schema public to service_role;
    grant select on public.collection_connections to service_role;
    grant select, insert, update, delete on public.platform_connections to service_role;
    grant select, insert, update on public.collection_runs to service_role;
    grant select, insert, update, delete on public.analytics_snapshots, public.collection_outcomes to service_role;
    for sequence_name in
      select pg_get_serial_sequence(serial.table_name, 'id')
      from unnest(array['public.platform_connections', 'public.analytics_snapshots']) as serial (table_name)
    loop
      continue when sequence_name is null;
      execute format('grant usage on sequence %s to service_role', sequence_name);
    end loop;
    for function_name in
      select oid::regprocedure from pg_catalog.pg_proc
      where pronamespace = 'public'::regnamespace and proname = any (callable)
    loop
      execute format('grant execute on function %s to service_role', function_name);
    end loop;
  end if;

  if to_regrole('authenticated') is not null and to_regprocedure('auth.uid()') is not null then
    grant select on public.analytics_snapshots to authenticated;
    drop policy if exists "a user reads own snapshots" on public.analytics_snapshots;
    create policy "a user reads own snapshots" on public.analytics_snapshots
      for select to authenticated
      using (user_id::text = (select auth.uid())::text);
  end if;
end
$$;

notify pgrst, 'reload schema';
