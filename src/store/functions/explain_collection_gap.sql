-- Says why an account's day lacks a metric; absence: why the day lacks values. See explain_collection_day.
create or replace function public.explain_collection_gap(
  known public.collection_accounts, for_date date, at timestamptz, for_metric text, absence jsonb
)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  day record;
  period text;
  first_date date := known.metrics -> for_metric ->> 0;
  keys public.analytics_snapshots := public.collection_keys_of(known.user_id, known.platform);
begin
  select * into day from public.collection_day_at(known.platform, for_date, at);
  period := coalesce(day.metrics -> for_metric ->> 'period', 'day');
  if day.metrics <> '{}' and not day.metrics ? for_metric then
    return public.collection_explanation(
      'missing', 'unknown_metric', null, null, null, format('%s has no metric of this name.', known.platform)
    );
  elsif first_date is null and not exists (
    select from public.analytics_snapshots shown
    where known.is_primary and shown.user_id = keys.user_id and shown.platform = keys.platform and shown.source = 'social_media'
      and shown.metric = for_metric and shown.metadata ->> 'account_id' = known.account_id
    union all
    select from public.analytics_account_snapshots kept
    where kept.user_id = keys.user_id and kept.platform = known.platform and kept.account_id = known.account_id
      and kept.source = 'social_media' and kept.metric = for_metric
  ) and known.first_day is not null then
    return public.collection_explanation(
      'missing', 'never_given', null, null, null, format('%s has never given the account a value of this metric.', known.platform)
    );
  elsif period = 'lifetime' and for_date <= day.last_ended and at < day.ends_at + interval '12 hours'
    and known.active and known.reason is null
  then
    return public.collection_explanation(
      'not_due', null, null, null, null, 'This is a total as of the end of the day. The next run asks for it.'
    );
  elsif period <> 'day' and (for_date < day.last_ended or period = 'lifetime' and for_date = day.last_ended) then
    return public.collection_explanation(
      'lost', absence ->> 'reason', null, null, null,
      case period
        when 'lifetime' then 'This is a total as of the end of the day. No run asked for it then, and it cannot be asked for later.'
        else 'It is asked for only while the day is the last ended one.'
      end
    );
  elsif absence ->> 'reason' = 'not_given' and first_date > for_date then
    return absence || jsonb_build_object('sentence', format('The account has had this metric only since %s.', first_date));
  end if;
  return absence;
end
$$;
