-- Returns how the collection stands, by platform. windows: {"instagram": {"since": "2026-11-15", "until": "2026-11-21"}, …}, one
-- for each platform that is collected. Counts outcomes rather than snapshots, which other writers add to.
create or replace function public.read_collection_status(windows jsonb)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with days as (
    select given.key as platform, (given.value ->> 'since')::date as since, (given.value ->> 'until')::date as until
    from jsonb_each(windows) given
  ),
  collected as (
    select jsonb_agg(days.platform) as platforms from days
  ),
  connected as materialized (
    select
      accounts.*,
      known.id,
      known.last_day,
      known.reason,
      known.message,
      (known.failing_since)::date as failing_since,
      known.failing_runs
    from public.connected_collection_accounts((select collected.platforms from collected), null) accounts
    left join public.collection_accounts known
      on known.user_id = accounts.user_id
        and known.platform = accounts.platform
        and known.account_id = accounts.account_id
  ),
  coverage as (
    select
      connected.platform,
      count(distinct (connected.user_id, connected.account_id)) as accounts,
      count(distinct connected.id) filter (where outcomes.outcome in ('settled', 'provisional')) as with_data,
      count(*) filter (where outcomes.outcome not in ('pending', 'failed')) as days_done
    from connected
    join days on days.platform = connected.platform
    left join public.collection_outcomes outcomes
      on outcomes.account = connected.id and outcomes.date between days.since and days.until
    group by connected.platform
  ),
  failing as (
    select
      connected.platform,
      jsonb_agg(
        jsonb_build_object(
          'connection_id', connected.connection_ids[1],
          'user_id', connected.user_id,
          'account_id', case when connected.account_id not like 'connection:%' then connected.account_id end,
          'account_name', connected.account_name,
          'reason', connected.reason,
          'message', connected.message,
          'failing_since', connected.failing_since,
          'runs', connected.failing_runs
        )
        order by connected.failing_since, connected.id
      ) as accounts
    from connected
    where connected.reason is not null
    group by connected.platform
  )
  select jsonb_build_object(
    'platforms', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'platform', days.platform,
          'accounts', coalesce(coverage.accounts, 0),
          'accounts_with_data', coalesce(coverage.with_data, 0),
          'newest_day', (
            select max(known.last_day) from public.collection_accounts known where known.platform = days.platform
          ),
          'lost_days', (
            select coalesce(sum(known.days_lost), 0)
            from public.collection_accounts known
            where known.platform = days.platform
          ),
          'days_missing', coalesce(coverage.accounts * (days.until - days.since + 1) - coverage.days_done, 0),
          'failing', coalesce(failing.accounts, '[]')
        )
        order by days.platform
      ),
      '[]'
    ),
    'ignored', (
      select coalesce(jsonb_object_agg(others.platform, others.connections), '{}')
      from (
        select connections.platform, count(*) as connections
        from public.collection_connections connections
        where connections.active and not windows ? connections.platform
        group by connections.platform
      ) others
    )
  )
  from days
  left join coverage on coverage.platform = days.platform
  left join failing on failing.platform = days.platform;
$$;
