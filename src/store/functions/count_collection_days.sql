-- Counts, by platform, how far the active accounts are with the days of a window: at most page_size accounts are looked at, those
-- after after_account. last_account is the last of them, null if there are no more. windows: as for read_collection_status. Counts
-- outcomes rather than snapshots, which other writers add to.
create or replace function public.count_collection_days(windows jsonb, after_account bigint, page_size integer)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with days as materialized (
    select given.key as platform, (given.value ->> 'since')::date as since, (given.value ->> 'until')::date as until
    from jsonb_each(windows) given
  ),
  page as materialized (
    select accounts.id, accounts.platform
    from public.collection_accounts accounts
    where accounts.active and accounts.id > after_account
    order by accounts.id
    limit page_size
  ),
  counts as (
    select
      days.platform,
      count(*) filter (where known.has_data) as accounts_with_data,
      sum(days.until - days.since + 1 - known.days_done) as days_missing
    from page
    join days on days.platform = page.platform
    -- Lateral, since the planner does not know how small a page is: a plain join would read every account's outcomes.
    cross join lateral (
      select
        coalesce(bool_or(outcomes.outcome in ('settled', 'provisional')), false) as has_data,
        count(*) filter (where outcomes.outcome not in ('pending', 'failed')) as days_done
      from public.collection_outcomes outcomes
      where outcomes.account = page.id and outcomes.date between days.since and days.until
    ) known
    group by days.platform
  )
  select jsonb_build_object(
    'platforms', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'platform', counts.platform,
            'accounts_with_data', counts.accounts_with_data,
            'days_missing', counts.days_missing
          )
        )
        from counts
      ),
      '[]'
    ),
    'last_account', (select case when count(*) = page_size then max(page.id) end from page)
  );
$$;
