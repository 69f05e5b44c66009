-- Adds the columns and defaults that an older analytics_snapshots or platform_connections lacks.

do $$
declare
  existing record;
  missing record;
begin
  -- Looked up first: even a column that is there costs "add column if not exists" an exclusive lock.
  for missing in
    select wanted.name, wanted.definition
    from (
      values ('source', 'text'), ('post_id', 'text'), ('metadata', 'jsonb default ''{}'''), ('created_at', 'timestamptz default now()')
    ) as wanted (name, definition)
    where not exists (
      select from pg_catalog.pg_attribute columns
      where columns.attrelid = 'public.analytics_snapshots'::regclass and columns.attname = wanted.name and not columns.attisdropped
    )
  loop
    execute format('alter table public.analytics_snapshots add column %I %s', missing.name, missing.definition);
  end loop;

  for existing in
    select columns.table_name, columns.column_name, columns.data_type
    from information_schema.columns columns
    where columns.table_schema = 'public'
      and columns.table_name in ('analytics_snapshots', 'platform_connections')
      and columns.column_name in ('id', 'created_at')
      and columns.column_default is null
      and columns.is_identity = 'NO'
  loop
    execute (
      case
        when existing.column_name = 'created_at'
          then format('alter table public.%I alter column created_at set default now()', existing.table_name)
        when existing.data_type = 'uuid'
          then format('alter table public.%I alter column id set default gen_random_uuid()', existing.table_name)
        when existing.data_type in ('text', 'character varying')
          then format('alter table public.%I alter column id set default gen_random_uuid()::text', existing.table_name)
        else 'select'
      end
    );
  end loop;
end
$$;
