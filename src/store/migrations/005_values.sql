-- Changes value to numeric where its type would round or overflow, and metadata from json to jsonb.

do $$
begin
  if exists (
    select from pg_catalog.pg_attribute columns
    where columns.attrelid = 'public.analytics_snapshots'::regclass and columns.attname = 'metadata'
      and columns.atttypid = 'json'::regtype
  ) then
    alter table public.analytics_snapshots alter column metadata type jsonb using metadata::jsonb;
  end if;
end
$$;

do $$
begin
  if exists (
    select from pg_catalog.pg_attribute columns
    where columns.attrelid = 'public.analytics_snapshots'::regclass
      and columns.attname = 'value'
      and format_type(columns.atttypid, columns.atttypmod) <> 'numeric'
  ) then
    -- Readers wait: PostgreSQL rewrites every row when the type was integer or floating point.
    alter table public.analytics_snapshots alter column value type numeric;
  end if;
exception
  -- A view or a rule reads the column: collection_schema_findings() says what to do, and until then runs refuse to write.
  when feature_not_supported or dependent_objects_still_exist then
    null;
end
$$;
