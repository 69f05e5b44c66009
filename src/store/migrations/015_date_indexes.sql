-- Builds the indexes that find the rows of a day, and old days for prune, which the unique keys, led by user_id, cannot help.

create index if not exists analytics_snapshots_date on public.analytics_snapshots (date, platform);
create index if not exists analytics_account_snapshots_date on public.analytics_account_snapshots (date, platform);

-- Found old days of one platform only.
drop index if exists public.analytics_snapshots_platform_date;
