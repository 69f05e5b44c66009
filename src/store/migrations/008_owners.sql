-- Ties this tool's rows to the application's table of users, so that deleting a user deletes them.

do $$
declare
  users record;
  kept record;
begin
  -- The foreign key of analytics_snapshots.user_id, else that of platform_connections.user_id, where it cascades.
  select
    keys.confrelid::regclass as table_name,
    columns.attname as column_name,
    format_type(columns.atttypid, columns.atttypmod) as type_name
  into users
  from pg_catalog.pg_constraint keys
  join pg_catalog.pg_attribute own on own.attrelid = keys.conrelid and own.attnum = keys.conkey[1]
  join pg_catalog.pg_attribute columns on columns.attrelid = keys.confrelid and columns.attnum = keys.confkey[1]
  where keys.contype = 'f'
    and keys.confdeltype = 'c'
    and cardinality(keys.conkey) = 1
    and own.attname = 'user_id'
    and keys.conrelid in ('public.analytics_snapshots'::regclass, 'public.platform_connections'::regclass)
  order by keys.conrelid = 'public.analytics_snapshots'::regclass desc
  limit 1;
  if not found then
    return;
  end if;

  for kept in
    select wanted.table_name, wanted.column_name
    from (
      values ('collection_accounts', 'user_id'), ('collection_runs', 'for_user'), ('analytics_account_snapshots', 'user_id')
    ) as wanted (table_name, column_name)
    where not exists (
      select from pg_catalog.pg_attribute
      where attrelid = format('public.%I', wanted.table_name)::regclass and attname = 'owner'
    )
  loop
    execute format(
      case
        when users.type_name = 'uuid' then
          'alter table public.%1$I add column owner uuid generated always as
             (case when %2$I::text ~* ''^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'' then %2$I::text::uuid end) stored'
        when users.type_name in ('integer', 'bigint') then
          'alter table public.%1$I add column owner %3$s generated always as
             (case when %2$I::text ~ ''^\d{1,18}$'' then %2$I::text::%3$s end) stored'
        else 'alter table public.%1$I add column owner %3$s generated always as (%2$I::text::%3$s) stored'
      end,
      kept.table_name, kept.column_name, users.type_name
    );
    execute format('create index on public.%I (owner)', kept.table_name);
    -- Not valid: rows of users that are gone already must not keep the key from being there for the others. A partitioned table,
    -- which is new and has no rows, takes only a valid one.
    execute format(
      'alter table public.%I add foreign key (owner) references %s (%I) on delete cascade %s',
      kept.table_name, users.table_name, users.column_name,
      case
        when (select relkind from pg_catalog.pg_class where oid = format('public.%I', kept.table_name)::regclass) = 'p' then ''
        else 'not valid'
      end
    );
  end loop;
exception
  when insufficient_privilege then
    raise warning 'Deleting a user will leave their rows in this tool''s tables: this role may not reference %. Grant it REFERENCES on that table and apply the schema again.', users.table_name;
end
$$;
