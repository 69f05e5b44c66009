-- Explains one metric of an account's day. value, metadata: the row's, or NULL without a row; is_own: whether this program wrote it;
-- absence: why the day lacks values, or why some of them are doubted. See explain_collection_day.
create or replace function public.explain_collection_value(
  known public.collection_accounts, for_date date, at timestamptz, for_metric text, value numeric, metadata jsonb, is_own boolean, absence jsonb
)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  -- How many days after a break are still compared with days before it.
  days_after_break constant integer := 7;
  day record;
  info jsonb;
  period text;
  number text := public.collection_number_text(value);
  ends timestamptz;
  breaks jsonb;
  said jsonb;
begin
  select * into day from public.collection_day_at(known.platform, for_date, at);
  info := coalesce(day.metrics -> for_metric, '{}');
  period := coalesce(metadata ->> 'period', info ->> 'period', 'day');
  breaks := (
    select coalesce(jsonb_agg(change), '[]')
    from jsonb_array_elements(coalesce(info -> 'breaks', '[]')) change
    where for_date between (change ->> 'from')::date and (change ->> 'until')::date + days_after_break - 1
  );

  said := case
    when value is null then public.explain_collection_gap(known, for_date, at, for_metric, absence)
    when not is_own then public.collection_explanation(
      'missing', 'foreign', null, 'To replace it: analytics-collect collect --adopt --date ' || for_date, null,
      format('The value of %s was written by another program, so the collected one was not stored.', number)
    )
    when metadata ->> 'settled' = 'true' then public.collection_explanation(
      case when metadata ? 'first' then 'corrected' else 'final' end, null, null, null, null,
      format('The value of %s is final', number) || case
        when metadata ? 'first' then format(
          '; it was %s until %s corrected it on %s.', public.collection_number_text((metadata -> 'first' ->> 'value')::numeric),
          known.platform, left(metadata ->> 'revised_at', 10)
        )
        else '.'
      end
    )
    when value = 0 and period = 'day' and absence ->> 'state' = 'doubtful' then
      absence || jsonb_build_object('sentence', 'The zero is doubtful. ' || (absence ->> 'sentence'))
    else null
  end;
  if said is null then
    ends := case period when 'day' then day.settles_at else day.ends_at end;
    said := public.collection_explanation(
      'provisional', case when known.reason is not null then known.reason end,
      known.failing_since, day.fixes ->> known.reason, case when ends > at then ends end,
      format('The value of %s is provisional', number)
        || case when ends > at then ' until ' || public.collection_time_text(ends) else ': no later answer has confirmed it yet' end
        || case
          when metadata ? 'first' then format('; it was %s first.', public.collection_number_text((metadata -> 'first' ->> 'value')::numeric))
          else '.'
        end
        || case when known.reason is not null then format(' The account has been failing since %s: %s.', known.failing_since::date, known.reason) else '' end
    );
  end if;

  return said || jsonb_build_object(
    'sentence',
    coalesce('A retired name for ' || coalesce(metadata ->> 'alias_of', info ->> 'alias_of') || '. ', '')
      || (said ->> 'sentence')
      || coalesce((select string_agg(format(' Series break on %s: %s', change ->> 'from', change ->> 'change'), '') from jsonb_array_elements(breaks) change), ''),
    'value', value,
    'first', metadata -> 'first',
    'revised_at', metadata -> 'revised_at',
    'alias_of', coalesce(metadata ->> 'alias_of', info ->> 'alias_of'),
    'breaks', breaks
  );
end
$$;
