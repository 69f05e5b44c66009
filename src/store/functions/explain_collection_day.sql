-- Says for each value of an account's day, as of an instant, whether it is final, provisional, corrected, doubtful, missing, lost or not
-- due yet, in a sentence and in fields. for_account NULL: the primary account; for_metric NULL: all that are stored or expected.
-- {user_id, platform, account_id, date, state, sentence, reason, since, fix, due_at, notes, unknown, known, metrics: {NAME: {state,
-- sentence, value, first, revised_at, reason, since, fix, due_at, alias_of, breaks}}}; unknown: "user", "platform", "account" or "metric" if
-- it does not exist, and known: those that exist.
create or replace function public.explain_collection_day(
  for_user text, for_platform text, for_date date, for_account text, for_metric text, at timestamptz
)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  -- A metric is expected if the account had it within so many days: see expected.ts.
  expected_days constant integer := 28;
  known public.collection_accounts;
  keys public.analytics_snapshots := public.collection_keys_of(for_user, for_platform);
  platform_metrics jsonb;
  absence jsonb;
  metrics jsonb;
begin
  select * into known
  from public.collection_accounts accounts
  where accounts.user_id = for_user and accounts.platform = for_platform
    and (for_account is null or accounts.account_id = for_account)
  order by accounts.is_primary desc, accounts.active desc, accounts.id
  limit 1;
  if not found then
    return jsonb_build_object('user_id', for_user, 'platform', for_platform, 'account_id', for_account, 'date', for_date)
      || public.explain_collection_unknown(for_user, for_platform, for_account);
  end if;

  absence := public.explain_collection_absence(known, for_date, at);
  platform_metrics := (select day.metrics from public.collection_day_at(for_platform, for_date, at) day);
  with rows as (
    select shown.metric::text as metric, shown.value, coalesce(shown.metadata, '{}') as metadata,
      coalesce(shown.metadata ? 'settled' and shown.metadata ->> 'account_id' = known.account_id, false) as is_own
    from public.analytics_snapshots shown
    where known.is_primary and shown.user_id = keys.user_id and shown.platform = keys.platform
      and shown.source = 'social_media' and shown.post_id is null and shown.date = for_date
    union all
    select kept.metric, kept.value, kept.metadata, true
    from public.analytics_account_snapshots kept
    where kept.user_id = keys.user_id and kept.platform = known.platform and kept.account_id = known.account_id and kept.date = for_date
  ),
  stored as (
    select distinct on (rows.metric) rows.* from rows order by rows.metric, rows.is_own desc
  ),
  expected as (
    select had.key as metric
    from jsonb_each(known.metrics) had
    where (had.value ->> 1)::date >= for_date - expected_days
    union
    select info.key
    from jsonb_each(platform_metrics) info
    where info.value ->> 'period' <> 'day'
      and exists (
        select from public.analytics_by_account near
        where near.user_id = keys.user_id and near.platform = for_platform and near.account_id = known.account_id
          and near.metric = info.key and near.date between for_date - expected_days and for_date + expected_days
      )
  ),
  wanted as (
    select for_metric as metric where for_metric is not null
    union
    select all_metrics.metric
    from (
      select stored.metric from stored
      union
      select expected.metric from expected where platform_metrics -> expected.metric ->> 'alias_of' is null
    ) all_metrics
    where for_metric is null
  )
  select coalesce(
    jsonb_object_agg(
      wanted.metric,
      public.explain_collection_value(
        known, for_date, at, wanted.metric, stored.value, stored.metadata, coalesce(stored.is_own, false), absence
      )
    ),
    '{}'
  )
  into metrics
  from wanted
  left join stored on stored.metric = wanted.metric;

  return jsonb_build_object(
    'user_id', known.user_id, 'platform', known.platform, 'account_id', known.account_id, 'account_name', known.account_name,
    'is_primary', known.is_primary, 'date', for_date
  )
    || public.explain_collection_values(metrics, absence)
    || jsonb_build_object(
      'notes', public.explain_collection_primary(known), 'metrics', metrics
    )
    || case
      when metrics -> for_metric ->> 'reason' = 'unknown_metric' then
        jsonb_build_object('unknown', 'metric', 'known', (select jsonb_agg(info) from jsonb_object_keys(platform_metrics) info))
      else jsonb_build_object('unknown', null, 'known', '[]'::jsonb)
    end;
end
$$;
