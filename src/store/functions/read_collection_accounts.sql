-- Returns active accounts, those collected longest ago first, each with its connections and with its outcomes from since, or from
-- the first day that is not done, to until. NULL filters mean all; for_shard is {"index": 1 to count, "count": …}. An account with
-- nothing due before due_before is only counted; NULL reads all. A page has at most page_size accounts, those after after_key, and
-- the first one counts them all. No state is kept between pages but the key.
-- An account that this run has collected is not read again; one that another run collects meanwhile may be.
create or replace function public.read_collection_accounts(
  for_user text, for_platforms jsonb, for_shard jsonb, for_run uuid, due_before timestamptz, since date, until date,
  after_key jsonb, page_size integer
)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  -- Users are divided among shards by md5, since PostgreSQL's own hashes may change with its version.
  with selected as not materialized (
    select
      accounts.*,
      -- A clock that was ahead may have set due_at too far off; what another run collects meanwhile is counted when it is read.
      coalesce(
        accounts.due_at > due_before and accounts.due_at < due_before + interval '2 days' and accounts.collected_at <= due_before,
        false
      ) as is_idle,
      -- By day, so that the accounts of a user stay together.
      coalesce((accounts.collected_at at time zone 'UTC')::date, '-infinity') as collected_on
    from public.collection_accounts accounts
    where accounts.active
      and (read_collection_accounts.for_user is null or accounts.user_id = read_collection_accounts.for_user)
      and (for_platforms is null or for_platforms ? accounts.platform)
      and (
        for_shard is null
        or ('x' || left(md5(accounts.user_id), 8))::bit(32)::bigint % (for_shard ->> 'count')::bigint
          = (for_shard ->> 'index')::bigint - 1
      )
  ),
  page as materialized (
    select selected.*
    from selected
    where (
        after_key is null
        or (selected.collected_on, selected.user_id, selected.platform, selected.account_id)
          > ((after_key ->> 0)::date, after_key ->> 1, after_key ->> 2, after_key ->> 3)
      )
      and (for_run is null or selected.run_id is distinct from for_run)
      and not selected.is_idle
    order by selected.collected_on, selected.user_id, selected.platform, selected.account_id
    limit page_size
  ),
  opened as materialized (
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
      and connections.user_id in (select page.user_id from page)
    group by connections.user_id, connections.platform, connections.account_key
  )
  select jsonb_build_object(
    'accounts', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', page.id,
          'user_id', page.user_id,
          'platform', page.platform,
          'account_id', case when page.account_id not like 'connection:%' then page.account_id end,
          'account_name', page.account_name,
          'connections', opened.connections,
          'failing_since', page.failing_since,
          'failing_runs', page.failing_runs,
          'first_day', page.first_day,
          'done_to', page.done_to,
          'closing_day', page.closing_day,
          'metrics', page.metrics,
          'ledger', coalesce(known.ledger, '[]')
        )
        order by page.collected_on, page.user_id, page.platform, page.account_id
      ),
      '[]'
    ),
    'next_key', (
      select case when count(*) = page_size then (
        select jsonb_build_array(ends.collected_on, ends.user_id, ends.platform, ends.account_id)
        from page ends
        order by ends.collected_on desc, ends.user_id desc, ends.platform desc, ends.account_id desc
        limit 1
      ) end
      from page
    ),
    'counts', case when after_key is null then jsonb_build_object(
      'accounts', (select count(*) from selected),
      'idle', (
        select coalesce(jsonb_object_agg(idle.platform, idle.accounts), '{}')
        from (select selected.platform, count(*) as accounts from selected where selected.is_idle group by selected.platform) idle
      ),
      'idle_users', (
        select count(*) from (select from selected group by selected.user_id having bool_and(selected.is_idle)) idle
      )
    ) end
  )
  from page
  -- Leaves out accounts whose connections have ended since sync_collection_accounts.
  join opened
    on opened.user_id = page.user_id and opened.platform = page.platform and opened.account_key = page.account_id
  -- Lateral, since the planner does not know how small a page is: a plain join would read every account's outcomes.
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
    where outcomes.account = page.id and outcomes.date between least(since, coalesce(page.done_to + 1, page.first_day)) and until
  ) known on true;
$$;
