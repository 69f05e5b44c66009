-- Returns how the accounts of the platforms that are collected stand, as the last runs left them: how many are active, how many of
-- these fail or lack a permission, by reason, and the longest failing ones of each reason, at most sample_size.
-- count_collection_days and count_new_collection_accounts have the rest of what status shows.
create or replace function public.read_collection_status(collected jsonb, sample_size integer)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with by_runs as materialized (
    select
      accounts.platform,
      accounts.reason,
      accounts.failing_runs as runs,
      count(*) filter (where accounts.active) as accounts,
      (min(accounts.failing_since) filter (where accounts.active))::date as since,
      max(accounts.last_day) as newest_day,
      sum(accounts.days_lost) as lost_days
    from public.collection_accounts accounts
    where collected ? accounts.platform
    group by accounts.platform, accounts.reason, accounts.failing_runs
  ),
  reasons as (
    select
      by_runs.platform,
      by_runs.reason,
      sum(by_runs.accounts) as accounts,
      min(by_runs.since) as since,
      max(by_runs.runs) filter (where by_runs.accounts > 0) as runs,
      jsonb_agg(jsonb_build_object('runs', by_runs.runs, 'accounts', by_runs.accounts) order by by_runs.runs)
        filter (where by_runs.accounts > 0) as by_runs,
      max(by_runs.newest_day) as newest_day,
      sum(by_runs.lost_days) as lost_days
    from by_runs
    group by by_runs.platform, by_runs.reason
  ),
  -- Ranked by their ids alone, since a sort would carry every message.
  ranked as (
    select
      accounts.id,
      row_number() over (partition by accounts.platform, accounts.reason order by accounts.failing_since, accounts.id) as place
    from public.collection_accounts accounts
    where accounts.active and accounts.reason is not null and collected ? accounts.platform
  ),
  failing as (
    select
      accounts.platform,
      jsonb_agg(
        jsonb_build_object(
          'connection_id', accounts.connection_id,
          'user_id', accounts.user_id,
          'account_id', case when accounts.account_id not like 'connection:%' then accounts.account_id end,
          'account_name', accounts.account_name,
          'reason', accounts.reason,
          'message', accounts.message,
          'failing_since', accounts.failing_since::date,
          'runs', accounts.failing_runs
        )
        order by accounts.failing_since, accounts.id
      ) as accounts
    from public.collection_accounts accounts
    where accounts.id in (select ranked.id from ranked where ranked.place <= sample_size)
    group by accounts.platform
  ),
  platforms as (
    select
      reasons.platform,
      sum(reasons.accounts) as accounts,
      max(reasons.newest_day) as newest_day,
      sum(reasons.lost_days) as lost_days,
      jsonb_agg(
        jsonb_build_object(
          'reason', reasons.reason, 'accounts', reasons.accounts, 'since', reasons.since, 'runs', reasons.runs,
          'by_runs', reasons.by_runs
        )
        order by reasons.accounts desc, reasons.reason
      ) filter (where reasons.reason is not null and reasons.accounts > 0) as reasons
    from reasons
    group by reasons.platform
  )
  select jsonb_build_object(
    'platforms', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'platform', platforms.platform,
          'accounts', platforms.accounts,
          'newest_day', platforms.newest_day,
          'lost_days', platforms.lost_days,
          'reasons', coalesce(platforms.reasons, '[]'),
          'failing', coalesce(failing.accounts, '[]')
        )
      ),
      '[]'
    )
  )
  from platforms
  left join failing on failing.platform = platforms.platform;
$$;
