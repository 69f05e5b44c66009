-- Returns the active accounts of a run. NULL filters mean all; for_shard is {"index": 1 to count, "count": …}. is_idle: nothing of the
-- account is due before due_before. collected_on is the first part of the order in which accounts are read: by day, so that the
-- accounts of a user stay together. Has no settings of its own, so that the planner can see into it.
create or replace function public.selected_collection_accounts(
  for_user text, for_platforms jsonb, for_shard jsonb, due_before timestamptz
)
returns table (account public.collection_accounts, collected_on date, is_idle boolean)
language sql stable security invoker
as $$
  select
    accounts,
    coalesce((accounts.collected_at at time zone 'UTC')::date, '-infinity'),
    -- A clock that was ahead may have set due_at too far off; what another run collects meanwhile is counted when it is read.
    coalesce(
      accounts.due_at > due_before and accounts.due_at < due_before + interval '2 days' and accounts.collected_at <= due_before,
      false
    )
  from public.collection_accounts accounts
  where accounts.active
    and (for_user is null or accounts.user_id = for_user)
    and (for_platforms is null or for_platforms ? accounts.platform)
    -- By md5, since PostgreSQL's own hashes may change with its version.
    and (
      for_shard is null
      or ('x' || left(md5(accounts.user_id), 8))::bit(32)::bigint % (for_shard ->> 'count')::bigint
        = (for_shard ->> 'index')::bigint - 1
    );
$$;
