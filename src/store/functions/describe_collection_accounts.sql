-- Returns a page of accounts in the order of user, platform and account, as the last runs left them, each with its days of a range.
-- for_user and for_platforms select all if NULL; only_failing: those with a reason. after_key is the key of the last account that was
-- read, or NULL. ranges: {platform: {since, until, settled_to}}: ended days, and the last one past the platform's settling time;
-- without its platform's range, an account has no days. days counts every expected day once; open_days are the newest that are not
-- complete, at most most_dates.
create or replace function public.describe_collection_accounts(
  for_user text, for_platforms jsonb, only_failing boolean, ranges jsonb, most_dates integer, after_key jsonb, page_size integer
)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with page as materialized (
    select accounts.*
    from public.collection_accounts accounts
    where (for_user is null or accounts.user_id = for_user)
      and (for_platforms is null or for_platforms ? accounts.platform)
      and (not only_failing or (accounts.active and accounts.reason is not null))
      -- Bounds for the index: without them, each page would read all accounts before it.
      and (accounts.user_id, accounts.platform, accounts.account_id)
        > (
          coalesce(after_key ->> 'user_id', for_user, ''),
          coalesce(after_key ->> 'platform', ''),
          coalesce(after_key ->> 'account_id', '')
        )
      and accounts.user_id <= coalesce(for_user, (select max(everyone.user_id) from public.collection_accounts everyone))
    order by accounts.user_id, accounts.platform, accounts.account_id
    limit page_size
  )
  select jsonb_build_object(
    'accounts', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'user_id', page.user_id,
          'platform', page.platform,
          'account_id', page.account_id,
          'account_name', page.account_name,
          'is_primary', page.is_primary,
          'active', page.active,
          'first_day', page.first_day,
          'last_day', page.last_day,
          'done_to', page.done_to,
          'collected_at', page.collected_at,
          'days_lost', page.days_lost,
          'reason', page.reason,
          'message', page.message,
          'failing_since', page.failing_since::date,
          'failing_runs', page.failing_runs,
          'days', known.counts,
          'open_days', to_jsonb(coalesce(known.open_days, '{}'))
        )
        order by page.user_id, page.platform, page.account_id
      ),
      '[]'
    ),
    'has_more', count(*) = page_size
  )
  from page
  -- Lateral, since a plain join would read every account's outcomes.
  left join lateral (
    select
      jsonb_build_object(
        'complete', count(*) filter (where days.state = 'complete'),
        'incomplete', count(*) filter (where days.state = 'incomplete'),
        'provisional', count(*) filter (where days.state = 'provisional'),
        'late', count(*) filter (where days.state = 'late'),
        'no_data', count(*) filter (where days.state = 'no_data'),
        'failed', count(*) filter (where days.state = 'failed'),
        'skipped', count(*) filter (where days.state = 'skipped'),
        'missing', count(*) filter (where days.state = 'missing'),
        'lost', count(*) filter (where days.state = 'lost')
      ) as counts,
      (array_agg(jsonb_build_array(days.date, days.state) order by days.date desc) filter (where days.state <> 'complete'))
        [:most_dates] as open_days
    from (
      select expected.date, case
        when outcomes.outcome = 'settled' and coalesce(cardinality(outcomes.missing), 0) = 0 then 'complete'
        when outcomes.outcome = 'settled' then 'incomplete'
        when outcomes.outcome = 'skipped' and outcomes.reason = 'out_of_reach' then 'lost'
        when outcomes.outcome <> 'pending' then outcomes.outcome
        when expected.date > (range.value ->> 'settled_to')::date then 'late'
        -- No outcome, and nothing left to do: lost, or deleted by prune.
        when outcomes.outcome is null and expected.date <= page.done_to then 'lost'
        else 'missing'
      end as state
      from jsonb_each(ranges) range
      cross join lateral (
        select day::date as date
        from generate_series(
          greatest((range.value ->> 'since')::date, page.first_day)::timestamp,
          least((range.value ->> 'until')::date, page.inactive_since::date - 1)::timestamp,
          interval '1 day'
        ) day
      ) expected
      left join public.collection_outcomes outcomes on outcomes.account = page.id and outcomes.date = expected.date
      where range.key = page.platform and page.first_day is not null
    ) days
  ) known on true;
$$;
