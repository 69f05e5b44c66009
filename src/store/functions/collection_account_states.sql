-- Returns the states of active accounts: at most page_size of those after after_account, of one user or, with NULL, of all; with
-- for_reason, only of those with this reason. windows: {"instagram": {"since": "2026-11-15", "until": "2026-11-21",
-- "settled_to": "2026-11-19", "usual_to": "2026-11-20"}, …}, one for each platform; settled_to is the newest day that has had the time
-- to settle, usual_to that of usual_collection_days: an account is late with days up to it alone.
-- A set of days is a number: bit 0 is the window's last day, bit 1 the day before, and so on, for at most 60 days.
-- expected begins with the first day collected or, of an account never collected, when it was connected.
create or replace function public.collection_account_states(
  windows jsonb, after_account bigint, page_size integer, for_user text, for_reason text
)
returns table (
  account bigint, platform text, state text, since date, expected bigint, done bigint, late bigint, has_data boolean, days_missing bigint
)
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with days as materialized (
    select given.key as platform, (given.value ->> 'since')::date as since, (given.value ->> 'until')::date as until,
      (given.value ->> 'settled_to')::date as settled_to, (given.value ->> 'usual_to')::date as usual_to
    from jsonb_each(windows) given
  ),
  spans as materialized (
    select days.*,
      least(days.since, days.until - 13) as first,
      days.until - days.since >= 60 as is_long,
      -- The days of the window, and those that have not had the time to settle.
      (1::bigint << least(days.until - days.since + 1, 60)) - 1 as all_days,
      (1::bigint << greatest(least(days.until - days.settled_to, 60), 0)) - 1 as settling,
      (1::bigint << greatest(least(days.until - days.usual_to, 60), 0)) - 1 as unusual
    from days
  ),
  page as materialized (
    select accounts.id, accounts.platform, accounts.reason, accounts.failing_since, accounts.last_day, accounts.done_to,
      coalesce(
        accounts.first_day, case when isfinite(accounts.connected_at) then accounts.connected_at::date end, '0001-01-01'
      ) as begins
    from public.collection_accounts accounts
    where accounts.active
      and accounts.id > after_account
      and windows ? accounts.platform
      and (for_user is null or accounts.user_id = for_user)
      and (for_reason is null or accounts.reason = for_reason)
    order by accounts.id
    limit page_size
  ),
  known as (
    select page.*, spans.since as window_since, spans.settled_to, spans.all_days, spans.settling, spans.unusual,
      case
        when page.begins > spans.until then 0
        else (1::bigint << least(spans.until - greatest(page.begins, spans.first) + 1, 60)) - 1
      end as expected,
      coalesce(stored.values, 0) as values, coalesce(stored.doubted, 0) as doubted,
      coalesce(stored.empty, 0) as empty, coalesce(stored.skipped, 0) as skipped, stored.is_profile,
      case
        when spans.is_long then coalesce(stored.has_data, false)
        else coalesce(stored.values, 0) & spans.all_days <> 0
      end as has_data,
      spans.until - spans.since + 1 - case
        when spans.is_long then stored.days_done
        else bit_count(((coalesce(stored.values, 0) | coalesce(stored.empty, 0) | coalesce(stored.skipped, 0)) & spans.all_days)::bit(64))
      end as days_missing
    from page
    join spans on spans.platform = page.platform
    -- Lateral, since the planner does not know how small a page is: a plain join would read every account's outcomes. Each filter is
    -- evaluated for every outcome, so these are as cheap as can be.
    cross join lateral (
      select
        bit_or(outcomes.day) filter (where outcomes.outcome in ('settled', 'provisional')) as values,
        bit_or(outcomes.day) filter (where outcomes.reason is not null and outcomes.outcome = 'provisional') as doubted,
        bit_or(outcomes.day) filter (where outcomes.outcome = 'no_data') as empty,
        bit_or(outcomes.day) filter (where outcomes.reason is not null and outcomes.outcome = 'skipped') as skipped,
        bool_or(outcomes.reason = 'personal_profile') as is_profile,
        bool_or(spans.is_long and outcomes.outcome in ('settled', 'provisional')) as has_data,
        count(*) filter (where spans.is_long and outcomes.outcome not in ('pending', 'failed')) as days_done
      from (
        select stored.outcome, stored.reason, 1::bigint << least(spans.until - stored.date, 62) as day
        from public.collection_outcomes stored
        where stored.account = page.id and stored.date between spans.first and spans.until
      ) outcomes
    ) stored
  ),
  judged as (
    select known.*,
      known.expected & ((known.values & ~known.doubted) | known.empty | known.skipped) as done_days,
      known.expected & ~((known.values & ~known.doubted) | known.empty | known.skipped) & (known.settling | known.doubted) as late_days
    from known
  ),
  stated as (
    select judged.*,
      case
        when judged.reason = 'missing_permission' or judged.is_profile then 'skipped'
        when judged.reason is not null then 'failing'
        when judged.values & judged.all_days = 0 and judged.empty & judged.all_days <> 0 then 'no_data'
        when judged.expected & judged.all_days & ~(judged.done_days | judged.late_days) <> 0 then 'not_reached'
        when judged.late_days & judged.all_days & ~judged.unusual <> 0 then 'late'
        -- Of one that has figures of the day under way alone, nothing is expected yet.
        when judged.done_days = 0 and (judged.expected <> 0 or judged.last_day is null) then 'late'
        else 'complete'
      end as stands
    from judged
  )
  select stated.id, stated.platform, stated.stands,
    case stated.stands
      when 'no_data' then coalesce(stated.last_day + 1, least(greatest(stated.begins, stated.window_since), stated.settled_to))
      when 'not_reached' then greatest(stated.begins, coalesce(stated.done_to + 1, stated.begins), '0001-01-02'::date)
      else stated.failing_since::date
    end,
    stated.expected, stated.done_days, stated.late_days, stated.has_data, stated.days_missing
  from stated;
$$;
