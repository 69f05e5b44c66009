-- Returns an instant as it stands in a sentence: 2026-11-24 08:00 UTC.
create or replace function public.collection_time_text(instant timestamptz)
returns text
language sql stable set search_path = ''
as $$
  select to_char(instant at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"');
$$;
