-- Every account's rows under one shape: those of the primary accounts, which readers of analytics_snapshots know, and those of
-- all others. Rows of other writers, which name no account, are not among them.
create or replace view public.analytics_by_account with (security_invoker = true) as
select user_id, platform::text as platform, metadata ->> 'account_id' as account_id, true as is_primary, source::text as source,
  metric::text as metric, value, date, post_id::text as post_id, metadata, created_at
from public.analytics_snapshots
where metadata ? 'settled' and post_id is null and source = 'social_media'
union all
select user_id, platform, account_id, false, source, metric, value, date, post_id, metadata, created_at
from public.analytics_account_snapshots;
