-- Tells a run, before it starts, whether it can use the schema. Raise schema_version with every change that the program relies on.
create or replace function public.check_collection()
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'schema_version', 16,
    'unique_key', exists (select from public.collection_key_indexes() where takes_nulls_as_equal),
    'value_type', (
      select format_type(columns.atttypid, columns.atttypmod)
      from pg_catalog.pg_attribute columns
      where columns.attrelid = 'public.analytics_snapshots'::regclass and columns.attname = 'value'
    )
  );
$$;
