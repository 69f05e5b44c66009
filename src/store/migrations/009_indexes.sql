-- Builds the indexes that find what was written lately.

create index if not exists analytics_snapshots_fetched_at
  on public.analytics_snapshots ((metadata ->> 'fetched_at')) where metadata ? 'settled';
create index if not exists analytics_account_snapshots_fetched_at
  on public.analytics_account_snapshots ((metadata ->> 'fetched_at')) where metadata ? 'settled';
