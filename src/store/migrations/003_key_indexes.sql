-- Finds the unique indexes of analytics_snapshots on exactly the published key, in whatever order its columns stand.
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
revoke all on function public.collection_key_indexes() from public;
