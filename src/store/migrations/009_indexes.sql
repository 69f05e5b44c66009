-- Builds the indexes that find what was written lately, and old days of a platform.

create index if not exists analytics_snapshots_fetched_at
  on public.analytics_snapshots ((metadata ->> 'fetched_at')) where metadata ? 'settled';
create index if not exists analytics_account_snapshots_fetched_at
  on public.analytics_account_snapshots ((metadata ->> 'fetched_at')) where metadata ? 'settled';

-- For prune, which the unique key, led by user_id, cannot help.
create index if not exists analytics_snapshots_platform_date on public.analytics_snapshots (platform, date);
