-- Moves rows that an earlier version wrote under the source "api" to "social_media", which readers filter on.

-- Where a row stands under both, the one fetched last stays; another writer's row counts from when it was written.
with doubled as (
  select
    earlier.ctid as earlier_row,
    other.ctid as other_row,
    coalesce(earlier.metadata ->> 'fetched_at', to_char(earlier.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '') as earlier_at,
    coalesce(other.metadata ->> 'fetched_at', to_char(other.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '') as other_at
  from public.analytics_snapshots earlier
  join public.analytics_snapshots other
    on other.user_id = earlier.user_id
      and other.platform = earlier.platform
      and other.source = 'social_media'
      and other.metric = earlier.metric
      and other.date = earlier.date
      and other.post_id is null
  where earlier.source = 'api' and earlier.post_id is null and earlier.metadata::jsonb ? 'settled'
)
delete from public.analytics_snapshots
where ctid in (
  select case when doubled.earlier_at >= doubled.other_at then doubled.other_row else doubled.earlier_row end from doubled
);

update public.analytics_snapshots
set source = 'social_media'
where source = 'api' and post_id is null and metadata::jsonb ? 'settled';
