-- Drops the partitions of months in which a table holds rows of these platforms only. Runs with its owner's rights, because only
-- the owner of a table may drop its partitions.
create or replace function public.drop_collection_months(of_table text, for_platforms text[], months daterange[])
returns void
language plpgsql security definer set search_path = '' set lock_timeout = '5s'
as $$
declare
  month daterange;
  name text;
  is_shared boolean;
begin
  if of_table not in ('analytics_snapshots', 'analytics_account_snapshots') then
    raise exception '% is not a table of snapshots', of_table;
  end if;
  foreach month in array months loop
    name := of_table || to_char(lower(month), '_YYYY_MM');
    execute format('lock table only public.%I in access exclusive mode', of_table);
    -- Another platform's rows may have come before this call had the lock.
    execute format('select exists (select from public.%I where platform <> all ($1))', name) into is_shared using for_platforms;
    if is_shared then
      execute format('delete from public.%I where platform = any ($1)', name) using for_platforms;
    else
      execute format('drop table public.%I', name);
    end if;
  end loop;
end
$$;
