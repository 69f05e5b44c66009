-- Says why an account's day has no values, or not all of them: {state, reason, since, fix, due_at, sentence}. See explain_collection_day.
create or replace function public.explain_collection_absence(known public.collection_accounts, for_date date, at timestamptz)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  -- The window: see window.ts.
  window_days constant integer := 7;
  day record;
  recorded public.collection_outcomes;
  -- From the outcome of the day or, without one, from the account.
  reason text;
  message text;
  since timestamptz;
  collects text := format(
    'analytics-collect collect --user %s --platform %s --since %s --until %s',
    case when known.user_id ~ '^[A-Za-z0-9_.@:-]+$' then known.user_id else 'ID' end, known.platform, for_date, for_date
  );
  -- Whether the platform gives nothing but figures as of now, which are filed under the day whose end is nearest: see plan.ts.
  has_only_closing boolean;
  is_unreachable boolean;
  is_before boolean;
begin
  select * into day from public.collection_day_at(known.platform, for_date, at);
  if for_date > day.last_ended then
    return public.collection_explanation(
      'not_due', null, null, null, day.ends_at,
      'The day has not ended' || coalesce(': it ends on ' || public.collection_time_text(day.ends_at), '')
        || '. It is collected after that.'
    );
  end if;

  select * into recorded from public.collection_outcomes outcomes where outcomes.account = known.id and outcomes.date = for_date;
  reason := coalesce(nullif(recorded.reason, 'for_good'), case when recorded.account is null then known.reason end);
  message := case when recorded.reason is not null then recorded.message when recorded.account is null then known.message end;
  since := case when known.reason = reason then known.failing_since else recorded.updated_at end;
  has_only_closing := day.metrics <> '{}'
    and not exists (select from jsonb_each(day.metrics) info where info.value ->> 'period' <> 'lifetime');
  is_unreachable := coalesce(for_date < day.oldest, false)
    or recorded.outcome = 'skipped' and recorded.reason = 'out_of_reach'
    or has_only_closing and at >= day.ends_at + interval '12 hours' and recorded.outcome is distinct from 'provisional';
  is_before := recorded.account is null
    and coalesce(for_date < known.first_day, known.reason is null and known.active)
    and for_date <= day.last_ended - window_days;

  if is_unreachable and recorded.outcome is distinct from 'settled' then
    return public.collection_explanation(
      'lost', coalesce(reason, 'out_of_reach'), null, null, null,
      format(
        'The day can no longer be collected: %s.',
        case
          when recorded.reason = 'out_of_reach' then recorded.message
          when has_only_closing then
            case
              when recorded.account is not null then ''
              when for_date between known.first_day and known.done_to then
                'no run asked for it then, or its values were deleted (prune), and '
              else 'no run asked for it then, and '
            end || format('%s gives only current figures', known.platform)
          else format(
            '%s answers%s only', known.platform,
            coalesce(case day.reach_days when 1 then ' for the last day' else ' for the last ' || day.reach_days || ' days' end, ' for later days')
          )
        end
      ) || case when is_before and not has_only_closing then public.collection_first_day_text(known) else '' end
    );
  elsif is_before then
    return public.collection_explanation(
      'missing', 'before_first_day', null, 'To collect it: ' || collects, null,
      'No run has asked for the day.' || public.collection_first_day_text(known)
    );
  end if;

  return case recorded.outcome
    when 'failed' then public.collection_explanation(
      'missing', reason, since, day.fixes ->> reason, null,
      format('The day could not be collected: %s (%s).', reason, message)
    )
    when 'skipped' then public.collection_explanation(
      'missing', reason, since, day.fixes ->> reason, null, format('The day was skipped: %s (%s).', reason, message)
    )
    when 'no_data' then public.collection_explanation(
      'missing', 'no_data', null, null, null,
      case
        when recorded.reason = 'for_good' then format('%s says that it will never have data for the day.', known.platform)
        else format('%s has no data for the day, although it has settled.', known.platform)
      end
    )
    when 'pending' then public.collection_explanation(
      'missing', 'pending', null, null, day.settles_at,
      format('%s has no data for the day yet. Each run asks again', known.platform)
        || coalesce('; the day settles on ' || public.collection_time_text(day.settles_at), '') || '.'
    )
    when 'provisional' then case recorded.reason
      when 'platform_anomaly' then public.collection_explanation(
        'doubtful', 'platform_anomaly', null, null, null,
        format('Most accounts of %s had zeros or no data for the day, so the day is doubted. It is asked for again for up to 28 days.', known.platform)
      )
      when 'fell_to_zero' then public.collection_explanation(
        'doubtful', 'fell_to_zero', null, null, null,
        'All figures of the account fell to zero for the day, so the day is doubted. It is asked for again for up to 28 days.'
      )
      else public.collection_explanation(
        'not_due', 'unsettled', null, null, day.settles_at,
        'The platform has not given it yet. It is asked for again once the day has settled'
          || coalesce(', on ' || public.collection_time_text(day.settles_at), '') || '.'
      )
    end
    when 'settled' then public.collection_explanation(
      'missing', 'not_given', null, null, null, format('%s gave other values for the day, but not this one.', known.platform)
    )
    else case
      when not known.active then public.collection_explanation(
        'missing', 'not_connected', known.inactive_since, 'Connect the account again.', null,
        coalesce('No active connection has opened the account since ' || known.inactive_since::date, 'No active connection opens the account') || '.'
      )
      when known.reason is not null then public.collection_explanation(
        'missing', reason, since, day.fixes ->> reason, null,
        format('The account has not been collected since %s: %s (%s).', since::date, reason, message)
      )
      when for_date <= known.done_to then public.collection_explanation(
        'missing', 'deleted', null, 'To collect it again: ' || collects, null,
        'The values of the day were deleted (prune).'
      )
      else public.collection_explanation(
        'missing', 'not_collected_yet', null, null, null, 'No run has asked for the day yet. The next one will.'
      )
    end
  end;
end
$$;
