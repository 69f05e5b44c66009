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
