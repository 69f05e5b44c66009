-- How the collection stands, by platform. windows: {"instagram": {"since": "2026-11-15", "until": "2026-11-21"}, …}
create or replace function public.read_collection_status(windows jsonb)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with days as (
    select given.key as platform, (given.value ->> 'since')::date as since, (given.value ->> 'until')::date as until
    from jsonb_each(windows) given
  ),
  active as materialized (
    select connections.id, connections.user_id, connections.platform, connections.account_id, connections.account_name,
      connections.age_key
    from public.collection_connections connections
    where connections.active
  ),
  coverage as (
    select
      active.platform,
      count(distinct active.id) as connections,
      count(distinct active.id) filter (where outcomes.state in ('settled', 'provisional')) as with_data,
      count(*) filter (where outcomes.state not in ('pending', 'failed')) as days_done
    from active
    left join days on days.platform = active.platform
    left join public.collection_outcomes outcomes
      on outcomes.connection_id = active.id and outcomes.date between days.since and days.until
    group by active.platform
  ),
  failing as (
    select
      active.platform,
      jsonb_agg(
        jsonb_build_object(
          'connection_id', active.id,
          'user_id', active.user_id,
          'account_id', active.account_id,
          'account_name', active.account_name,
          'reason', newest.reason,
          'message', newest.message,
          'failing_since', (
            select min(failed.date)
            from public.collection_outcomes failed
            where failed.connection_id = active.id
              and failed.date > coalesce(
                (
                  select max(good.date)
                  from public.collection_outcomes good
                  where good.connection_id = active.id and good.state <> 'failed'
                ),
                '-infinity'
              )
          )
        )
        order by active.age_key
      ) as connections
    from active
    join lateral (
      select outcomes.state, outcomes.reason, outcomes.message
      from public.collection_outcomes outcomes
      where outcomes.connection_id = active.id
      order by outcomes.date desc
      limit 1
    ) newest on newest.state = 'failed'
    group by active.platform
  )
  select jsonb_build_object(
    'platforms', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'platform', named.platform,
          'active_connections', coalesce(coverage.connections, 0),
          'connections_with_data', coalesce(coverage.with_data, 0),
          'newest_day', (
            select max(snapshots.date)
            from public.analytics_snapshots snapshots
            where snapshots.platform::text = named.platform
          ),
          'days_missing', coalesce(coverage.connections * (days.until - days.since + 1) - coverage.days_done, 0),
          'failing', coalesce(failing.connections, '[]')
        )
        order by named.platform
      ),
      '[]'
    )
  )
  from (select days.platform from days union select active.platform from active) named
  left join days on days.platform = named.platform
  left join coverage on coverage.platform = named.platform
  left join failing on failing.platform = named.platform;
$$;

-- Active connections whose access token ends before an instant, the soonest first, without the tokens.
drop function if exists public.tokens_ending(text, jsonb, timestamptz);
create or replace function public.tokens_ending(
  for_user text, for_platforms jsonb, before timestamptz, for_shard jsonb default null
)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'connections', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', connections.id,
          'user_id', connections.user_id,
          'platform', connections.platform,
          'account_id', connections.account_id,
          'account_name', connections.account_name,
          'token_expires_at', connections.token_expires_at,
          'has_refresh_token', connections.refresh_token is not null
        )
        order by connections.token_expires_at, connections.age_key
      ),
      '[]'
    )
  )
  from public.selected_connections(for_user, for_platforms, for_shard) connections
  where connections.token_expires_at < before;
$$;

-- What a run asks before it starts. Raise schema_version with every change that the program relies on.
create or replace function public.check_collection()
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'schema_version', 4,
    'unique_key', exists (select from public.collection_key_indexes() where takes_nulls_as_equal)
  );
$$;
