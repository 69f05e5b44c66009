-- Counts, by platform, how many active accounts are in each state and how far they are with the days of a window, day by day for
-- the window, but at least 14 days and at most 60: at most page_size accounts are looked at, those after after_account. last_account is the last of them, null if there
-- are no more. windows: as for collection_account_states. Counts outcomes rather than snapshots, which other writers add to.
-- For each day, [complete, late, missing] counts the accounts that should have it and are neither skipped nor without data.
create or replace function public.count_collection_days(windows jsonb, after_account bigint, page_size integer)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with states as materialized (
    select * from public.collection_account_states(windows, after_account, page_size, null, null)
  ),
  counts as (
    select states.platform, count(*) filter (where states.has_data) as accounts_with_data, sum(states.days_missing) as days_missing
    from states
    group by states.platform
  ),
  by_state as (
    select states.platform,
      jsonb_agg(jsonb_build_object('state', states.state, 'accounts', states.accounts, 'since', states.since)) as states
    from (
      select states.platform, states.state, count(*) as accounts, min(states.since) as since
      from states
      group by states.platform, states.state
    ) states
    group by states.platform
  ),
  -- Most accounts are alike, so there are few patterns to take apart.
  patterns as (
    select states.platform, states.expected, states.done, states.late, count(*) as accounts
    from states
    where states.state not in ('skipped', 'no_data')
    group by states.platform, states.expected, states.done, states.late
  ),
  by_day as (
    select days.platform, jsonb_object_agg(days.date, jsonb_build_array(days.complete, days.late, days.expected - days.complete - days.late)) as days
    from (
      select patterns.platform, (windows -> patterns.platform ->> 'until')::date - place as date,
        sum(patterns.accounts) as expected,
        coalesce(sum(patterns.accounts) filter (where (patterns.done >> place) & 1 = 1), 0) as complete,
        coalesce(sum(patterns.accounts) filter (where (patterns.late >> place) & 1 = 1), 0) as late
      from patterns
      cross join lateral (
        select (windows -> patterns.platform ->> 'until')::date - (windows -> patterns.platform ->> 'since')::date as last_place
      ) given
      cross join generate_series(0, least(greatest(given.last_place, 13), 59)) place
      where (patterns.expected >> place) & 1 = 1
      group by patterns.platform, place
    ) days
    group by days.platform
  )
  select jsonb_build_object(
    'platforms', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'platform', counts.platform,
            'accounts_with_data', counts.accounts_with_data,
            'days_missing', counts.days_missing,
            'states', by_state.states,
            'days', coalesce(by_day.days, '{}')
          )
        )
        from counts
        join by_state on by_state.platform = counts.platform
        left join by_day on by_day.platform = counts.platform
      ),
      '[]'
    ),
    'last_account', (select case when count(*) = page_size then max(states.account) end from states)
  );
$$;
