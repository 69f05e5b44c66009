-- Returns the months of which a table has a partition, that are over before a day and that hold rows of these platforms only.
create or replace function public.prunable_collection_months(of_table text, for_platforms text[], before date)
returns daterange[]
language plpgsql stable security invoker set search_path = ''
as $$
declare
  months daterange[] := '{}';
  month daterange;
  is_shared boolean;
begin
  for month in
    select daterange(named.since, (named.since + interval '1 month')::date)
    from (
      select to_date(right(partitions.relname, 7), 'YYYY_MM') as since
      from pg_catalog.pg_inherits children
      join pg_catalog.pg_class partitions on partitions.oid = children.inhrelid
      where children.inhparent = to_regclass(format('public.%I', of_table)) and partitions.relname ~ ('^' || of_table || '_\d{4}_\d\d$')
    ) named
    where named.since + interval '1 month' <= before
    order by named.since
  loop
    execute format('select exists (select from public.%I where date >= $1 and date < $2 and platform <> all ($3))', of_table)
    into is_shared using lower(month), upper(month), for_platforms;
    if not is_shared then
      months := months || month;
    end if;
  end loop;
  return months;
end
$$;
