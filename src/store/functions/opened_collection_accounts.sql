-- Returns accounts as a run reads them, each with its connections, with its outcomes from since, or from the first day that is not
-- done, to until, and with the number of its user's accounts that are not idle; for_run leaves out those that the run has collected.
create or replace function public.opened_collection_accounts(
  page public.collection_accounts[], for_user text, for_platforms jsonb, for_shard jsonb, for_run uuid, due_before timestamptz,
  since date, until date
)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
-- As in read_collection_accounts.
set plan_cache_mode = force_custom_plan set jit = off
as $$
begin
  return (
    with opened as materialized (
      select
        connections.user_id,
        connections.platform,
        connections.account_key,
        jsonb_agg(
          jsonb_build_object(
            'id', connections.id,
            'access_token', connections.access_token,
            'refresh_token', connections.refresh_token,
            'token_expires_at', connections.token_expires_at
          )
          order by connections.renewed_at desc nulls last, connections.id_key desc
        ) as connections
      from public.collection_connections connections
      where connections.active
        and connections.user_id in (select accounts.user_id from unnest(page) accounts)
      group by connections.user_id, connections.platform, connections.account_key
    )
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', accounts.id,
          'user_id', accounts.user_id,
          'platform', accounts.platform,
          'account_id', case when accounts.account_id not like 'connection:%' then accounts.account_id end,
          'account_name', accounts.account_name,
          'connections', opened.connections,
          'failing_since', accounts.failing_since,
          'failing_runs', accounts.failing_runs,
          'first_day', accounts.first_day,
          'done_to', accounts.done_to,
          'closing_day', accounts.closing_day,
          'metrics', accounts.metrics,
          'access', case when accounts.access_asked_at is not null then jsonb_build_object(
            'token', accounts.access_token_hash, 'ends_at', accounts.access_ends_at, 'asked_at', accounts.access_asked_at
          ) end,
          'user_accounts', siblings.accounts,
          'ledger', coalesce(known.ledger, '[]')
        )
        order by accounts.ordinality
      ),
      '[]'
    )
    from unnest(page) with ordinality accounts
    -- Leaves out accounts whose connections have ended since sync_collection_accounts.
    join opened
      on opened.user_id = accounts.user_id and opened.platform = accounts.platform and opened.account_key = accounts.account_id
    cross join lateral (
      select count(*) as accounts
      from public.selected_collection_accounts(for_user, for_platforms, for_shard, due_before) selected
      where (selected.account).user_id = accounts.user_id
        and not selected.is_idle
        and (for_run is null or (selected.account).run_id is distinct from for_run)
    ) siblings
    -- Lateral, since a plain join would read every account's outcomes.
    left join lateral (
      select
        jsonb_agg(
          jsonb_build_object(
            'date', outcomes.date,
            'state', outcomes.outcome,
            'missing', coalesce(outcomes.missing, '{}'),
            'figures', case outcomes.metrics when 0 then 'nothing' else outcomes.figures end,
            'doubt', case outcomes.outcome when 'provisional' then outcomes.reason end,
            'is_gone', coalesce(outcomes.reason in ('for_good', 'out_of_reach'), false)
          )
          order by outcomes.date
        ) as ledger
      from public.collection_outcomes outcomes
      where outcomes.account = accounts.id
        and outcomes.date between least(since, coalesce(accounts.done_to + 1, accounts.first_day)) and until
    ) known on true
  );
end
$$;
