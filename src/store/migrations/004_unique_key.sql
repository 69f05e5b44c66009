-- Gives analytics_snapshots a unique key with NULLS NOT DISTINCT, under which a rerun cannot write duplicates.

-- Without NULLS NOT DISTINCT the NULL post_id makes every rerun insert duplicates. The oldest row of each is kept; one without
-- created_at counts as the oldest.
-- This locks the table until it is done; "schema --apply" replaces the key beforehand without such a lock.
do $$
declare
  plain record;
begin
  if exists (select from public.collection_key_indexes() where takes_nulls_as_equal) then
    return;
  end if;
  lock table public.analytics_snapshots in access exclusive mode;
  -- A concurrent build that was cut short leaves an index behind that is not valid.
  if exists (
    select from pg_catalog.pg_index
    where indexrelid = to_regclass('public.analytics_snapshots_one_per_key') and not indisvalid
  ) then
    drop index public.analytics_snapshots_one_per_key;
  end if;

  delete from public.analytics_snapshots
  where ctid in (
    select ranked.row_address
    from (
      select
        ctid as row_address,
        row_number() over (
          partition by user_id, platform, source, metric, date, post_id
          order by created_at nulls first, id
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
