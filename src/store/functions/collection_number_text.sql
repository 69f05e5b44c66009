-- Returns a number as it stands in a sentence: 1,234.5.
create or replace function public.collection_number_text(number numeric)
returns text
language sql immutable set search_path = ''
as $$
  select rtrim(to_char(number, 'FM999,999,999,999,999,999,990.999999'), '.');
$$;
