-- Returns active accounts, those collected longest ago first, each with its connections and with its outcomes from since, or from
-- the first day that is not done, to until. See selected_collection_accounts for the filters; due_before NULL reads idle accounts too.
-- A page has at most page_size accounts, those of of_platform (NULL: of all) after after_key, each with the number of accounts of its
-- user that are still to be read or, like itself, in this page; the first one counts them all. No state is kept between pages but the key.
-- An account that this run has collected is not read again; one that another run collects meanwhile may be.
create or replace function public.read_collection_accounts(
  for_user text, for_platforms jsonb, for_shard jsonb, for_run uuid, due_before timestamptz, since date, until date,
  of_platform text, after_key jsonb, page_size integer
)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
-- A plan for the values at hand knows how small a page is. Compiling the statements would take longer than running them.
set plan_cache_mode = force_custom_plan set jit = off
as $$
declare
  page public.collection_accounts[];
  counts jsonb;
begin
  select array_agg(ordered.account)
  into page
  from (
    select selected.account
    from public.selected_collection_accounts(for_user, for_platforms, for_shard, due_before) selected
    where not selected.is_idle
      and (of_platform is null or (selected.account).platform = of_platform)
      and (for_run is null or (selected.account).run_id is distinct from for_run)
      and (selected.collected_on, (selected.account).user_id, (selected.account).platform, (selected.account).account_id) > (
        coalesce((after_key ->> 0)::date, '-infinity'), coalesce(after_key ->> 1, ''),
        coalesce(after_key ->> 2, ''), coalesce(after_key ->> 3, '')
      )
    order by selected.collected_on, (selected.account).user_id, (selected.account).platform, (selected.account).account_id
    limit page_size
  ) ordered;
  page := coalesce(page, '{}');

  if after_key is null then
    select jsonb_build_object(
      'accounts', coalesce(sum(users.accounts), 0),
      'idle_users', count(*) filter (where users.is_idle),
      'idle', (
        select coalesce(jsonb_object_agg(idle.platform, idle.accounts), '{}')
        from (
          select (selected.account).platform, count(*) as accounts
          from public.selected_collection_accounts(for_user, for_platforms, for_shard, due_before) selected
          where selected.is_idle
          group by 1
        ) idle
      )
    )
    into counts
    from (
      select count(*) as accounts, bool_and(selected.is_idle) as is_idle
      from public.selected_collection_accounts(for_user, for_platforms, for_shard, due_before) selected
      group by (selected.account).user_id
    ) users;
  end if;

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
    select jsonb_build_object(
      'counts', counts,
      'next_key', (
        select jsonb_build_array(
          coalesce((last.collected_at at time zone 'UTC')::date, '-infinity'), last.user_id, last.platform, last.account_id
        )
        from unnest(page[page_size:]) last
      ),
      'accounts', coalesce(
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
            'user_accounts', siblings.accounts,
            'ledger', coalesce(known.ledger, '[]')
          )
          order by accounts.ordinality
        ),
        '[]'
      )
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
            'doubt', case outcomes.outcome when 'provisional' then outcomes.reason end
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
