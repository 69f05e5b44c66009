-- Returns what was written since an instant (ISO 8601 in UTC with milliseconds, as fetched_at is), by platform and metric: the
-- rows, the users, and the total where values may be added up.
-- Distinct users cannot be counted in pages: statement_timeout is for PostgREST, which applies it to the whole call.
create or replace function public.collection_written_since(since text)
returns jsonb
language sql stable security invoker set search_path = '' set statement_timeout = '60s'
as $$
  with rows as (
    select user_id::text as user_id, platform::text as platform, metric::text as metric, value, metadata
    from public.analytics_snapshots
    where metadata ? 'settled' and metadata ->> 'fetched_at' >= since
    union all
    select user_id::text, platform, metric, value, metadata
    from public.analytics_account_snapshots
    where metadata ? 'settled' and metadata ->> 'fetched_at' >= since
  ),
  grouped as (
    select rows.platform, rows.metric, count(*) as row_count, count(distinct rows.user_id) as users,
      case when bool_and(rows.metadata ->> 'aggregate' is not distinct from 'sum') then sum(rows.value) end as total
    from rows
    group by rows.platform, rows.metric
  )
  select jsonb_build_object(
    'metrics', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'platform', grouped.platform,
          'metric', grouped.metric,
          'rows', grouped.row_count,
          'users', grouped.users,
          'total', grouped.total
        )
        order by grouped.platform, grouped.metric
      ),
      '[]'
    )
  )
  from grouped;
$$;
