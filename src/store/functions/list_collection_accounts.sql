-- Lists active accounts with their states, of one user or of all: of the next page_size accounts after after_account, those in one
-- of for_states, if it is not NULL. With for_reason, of accounts with this reason. windows: as for collection_account_states.
-- last_account is the last account looked at, null if there are no more.
create or replace function public.list_collection_accounts(
  windows jsonb, after_account bigint, page_size integer, for_user text, for_reason text, for_states jsonb
)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with states as materialized (
    select * from public.collection_account_states(windows, after_account, page_size, for_user, for_reason)
  )
  select jsonb_build_object(
    'accounts', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'user_id', accounts.user_id,
            'platform', accounts.platform,
            'account_id', case when accounts.account_id not like 'connection:%' then accounts.account_id end,
            'account_name', accounts.account_name,
            'connection_id', accounts.connection_id,
            'state', states.state,
            'reason', accounts.reason,
            'message', accounts.message,
            'since', states.since,
            'runs', accounts.failing_runs,
            'last_day', accounts.last_day
          )
          order by states.account
        )
        from states
        join public.collection_accounts accounts on accounts.id = states.account
        where for_states is null or for_states ? states.state
      ),
      '[]'
    ),
    'last_account', (select case when count(*) = page_size then max(states.account) end from states)
  );
$$;
