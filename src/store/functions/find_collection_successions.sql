-- Finds the primary accounts that are to be replaced, each by the oldest working account of the same user and platform. A primary
-- account is replaced when it has failed, or no active connection has opened it, for the whole window; at once when no connection
-- names it any more.
-- asked_at is the run's clock, known to be right: from then on an account counts as inactive. make_collection_primary carries out
-- each succession.
create or replace function public.find_collection_successions(for_user text, asked_at timestamptz, window_days integer)
returns jsonb
language sql security invoker set search_path = '' set timezone = 'UTC'
as $$
  update public.collection_accounts accounts
  set inactive_since = asked_at
  where not accounts.active
    and accounts.inactive_since is null
    and (find_collection_successions.for_user is null or accounts.user_id = find_collection_successions.for_user);

  with failed as (
    select former.*
    from public.collection_accounts former
    where former.is_primary
      and (find_collection_successions.for_user is null or former.user_id = find_collection_successions.for_user)
      and case
        when former.active then
          former.failing_since <= asked_at - window_days * interval '1 day'
          and (former.last_day is null or former.last_day < asked_at::date - window_days)
        else
          former.inactive_since <= asked_at - window_days * interval '1 day'
          or not exists (
            select from public.collection_connections connections
            where connections.user_id = former.user_id
              and connections.platform = former.platform
              and connections.account_key = former.account_id
          )
      end
  )
  select jsonb_build_object('successions', coalesce(
    jsonb_agg(
      jsonb_build_object(
        'account', successor.id,
        'former', failed.id,
        'user_id', failed.user_id,
        'platform', failed.platform,
        'account_id', successor.account_id,
        'former_account_id', failed.account_id,
        'reason', case when failed.active then failed.reason end
      )
      order by failed.id
    ),
    '[]'
  ))
  from failed
  cross join lateral (
    select rivals.id, rivals.account_id
    from public.collection_accounts rivals
    where rivals.user_id = failed.user_id
      and rivals.platform = failed.platform
      and rivals.active
      and rivals.can_be_primary
      and rivals.id <> failed.id
      and rivals.reason is null
      -- An account that has collected nothing yet may be the former one's replacement.
      and (rivals.last_day >= asked_at::date - window_days or rivals.last_day is null and not failed.active)
    order by rivals.connected_at, rivals.id
    limit 1
  ) successor;
$$;
