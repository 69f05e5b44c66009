-- Returns a page of the collected values, in the order of user, platform, account, date and metric. for_user, for_platforms and
-- for_metrics select all if NULL. after_key is the key of the last value that was read, or NULL.
-- values: [[account, date, metric, value, unit, aggregate, settled, more]]; accounts: those of the page. A value is a text, because
-- readers of JSON round numbers of more than 15 digits.
create or replace function public.read_collection_values(
  for_user text, for_platforms jsonb, for_metrics jsonb, since date, until date, with_aliases boolean, after_key jsonb, page_size integer
)
returns jsonb
-- Planning anew for each account would take longer than reading it.
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  -- Many accounts may have no values in the range.
  most_accounts constant integer := 500;
  wanted constant text[] := array(select jsonb_array_elements_text(for_metrics));
  known record;
  keys public.analytics_snapshots;
  after_date date := after_key ->> 'date';
  after_metric text := after_key ->> 'metric';
  found_values jsonb[];
  values jsonb[] := '{}';
  accounts jsonb[] := '{}';
  seen integer := 0;
begin
  for known in
    select existing.id, existing.user_id, existing.platform, existing.account_id, existing.account_name, existing.is_primary
    from public.collection_accounts existing
    where (for_user is null or existing.user_id = for_user)
      and (for_platforms is null or for_platforms ? existing.platform)
      -- Bounds for the index: without them, each page would read all accounts before it.
      and (existing.user_id, existing.platform, existing.account_id)
        >= (
          coalesce(after_key ->> 'user_id', for_user, ''),
          coalesce(after_key ->> 'platform', ''),
          coalesce(after_key ->> 'account_id', '')
        )
      and existing.user_id <= coalesce(for_user, (select max(everyone.user_id) from public.collection_accounts everyone))
    order by existing.user_id, existing.platform, existing.account_id
    limit most_accounts
  loop
    seen := seen + 1;
    if after_key is not null and (known.user_id, known.platform, known.account_id)
      <> (after_key ->> 'user_id', after_key ->> 'platform', after_key ->> 'account_id')
    then
      after_date := null;
    end if;
    keys := public.collection_keys_of(known.user_id, known.platform);
    found_values := array(
      select jsonb_build_array(
        known.id, stored.date, stored.metric, stored.value::text, stored.metadata -> 'unit', stored.metadata -> 'aggregate',
        stored.metadata -> 'settled', stored.metadata - '{api,account_id,fetched_at,unit,aggregate,settled}'::text[]
      )
      from (
        select shown.date, shown.metric::text as metric, shown.value, shown.metadata
        from public.analytics_snapshots shown
        where known.is_primary
          and shown.user_id = keys.user_id
          and shown.platform = keys.platform
          and shown.source = 'social_media'
          and shown.post_id is null
          and shown.metadata ? 'settled'
          and shown.metadata ->> 'account_id' = known.account_id
          and shown.date between since and until
        union all
        select kept.date, kept.metric, kept.value, kept.metadata
        from public.analytics_account_snapshots kept
        where kept.user_id = keys.user_id
          and kept.platform = known.platform
          and kept.account_id = known.account_id
          and kept.date between since and until
      ) stored
      where (for_metrics is null or stored.metric = any (wanted))
        and (with_aliases or not stored.metadata ? 'alias_of')
        and (after_date is null or (stored.date, stored.metric collate "C") > (after_date, after_metric))
      order by stored.date, stored.metric collate "C"
      limit page_size - cardinality(values)
    );
    if cardinality(found_values) > 0 then
      accounts := accounts || to_jsonb(known);
      values := values || found_values;
    end if;
    exit when cardinality(values) = page_size;
  end loop;

  return jsonb_build_object(
    'accounts', to_jsonb(accounts),
    'values', to_jsonb(values),
    'next_key', case
      when seen = 0 then null
      when cardinality(values) = page_size then
        jsonb_build_object(
          'user_id', known.user_id, 'platform', known.platform, 'account_id', known.account_id,
          'date', values[page_size] ->> 1, 'metric', values[page_size] ->> 2
        )
      when seen = most_accounts then
        jsonb_build_object(
          'user_id', known.user_id, 'platform', known.platform, 'account_id', known.account_id, 'date', 'infinity', 'metric', ''
        )
    end
  );
end
$$;
