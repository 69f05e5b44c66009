-- Finds settled days of active accounts whose figures contradict each other: at most page_size accounts are looked at, those after
-- after_account. windows: as for collection_account_states. rules: {"facebook": [{"kind": "change", "level": "page_follows",
-- "gained": "page_daily_follows_unique", "lost": "page_daily_unfollows_unique"}, {"kind": "split", "metric": "views",
-- "split": "post_types"}], …}. A level changes by what was gained and lost; the parts of a split never exceed the whole, of which some
-- may belong to no part. Counts the (account, day) pairs by platform, and lists the discrepancies if it is asked to.
create or replace function public.find_collection_discrepancies(
  rules jsonb, windows jsonb, after_account bigint, page_size integer, is_listing boolean
)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with wanted as materialized (
    select given.key as platform, rule, rule ->> 'kind' as kind,
      case rule ->> 'kind'
        when 'change' then array[rule ->> 'level', rule ->> 'gained', rule ->> 'lost']
        else array[rule ->> 'metric']
      end as metrics,
      (windows -> given.key ->> 'since')::date as since, (windows -> given.key ->> 'settled_to')::date as until
    from jsonb_each(rules) given
    cross join lateral jsonb_array_elements(given.value) rule
    where windows ? given.key
  ),
  page as materialized (
    select accounts.id, accounts.platform, accounts.user_id, accounts.account_id, accounts.is_primary, accounts.last_day
    from public.collection_accounts accounts
    where accounts.active and accounts.id > after_account
    order by accounts.id
    limit page_size
  ),
  -- jsonb_populate_record gives user_id and platform the types that the table has, so that its index finds them.
  typed as materialized (
    select page.id, page.account_id, page.is_primary, page.platform as name, owners.user_id, owners.platform
    from page
    cross join lateral jsonb_populate_record(
      null::public.analytics_snapshots, jsonb_build_object('user_id', page.user_id, 'platform', page.platform)
    ) owners
    -- An account without values has nothing to compare, and may belong to a user whose id that type does not take.
    where page.platform in (select wanted.platform from wanted)
      and page.last_day >= (select min(wanted.since) from wanted)
  ),
  found as (
    select typed.id, typed.name as platform, typed.account_id, typed.user_id::text as user_id, known.date, known.metric, known.stated, known.computed
    from typed
    join wanted on wanted.platform = typed.name
    cross join lateral (
      with stored as materialized (
        select figures.*
        from unnest(wanted.metrics) asked
        -- The limit keeps the planner from reading all metrics of an account instead of seeking each.
        cross join lateral (
          select snapshots.date, snapshots.metric::text as metric, snapshots.value, snapshots.metadata
          from public.analytics_snapshots snapshots
          where typed.is_primary
            and snapshots.user_id = typed.user_id
            and snapshots.platform = typed.platform
            and snapshots.source = 'social_media'
            and snapshots.metric = asked
            and snapshots.date between wanted.since - 1 and wanted.until
            and snapshots.post_id is null
            and snapshots.metadata -> 'settled' = 'true'
            and snapshots.metadata ->> 'account_id' = typed.account_id
          union all
          select snapshots.date, snapshots.metric, snapshots.value, snapshots.metadata
          from public.analytics_account_snapshots snapshots
          where not typed.is_primary
            and snapshots.user_id = typed.user_id
            and snapshots.platform = typed.name
            and snapshots.account_id = typed.account_id
            and snapshots.source = 'social_media'
            and snapshots.metric = asked
            and snapshots.date between wanted.since - 1 and wanted.until
            and snapshots.metadata -> 'settled' = 'true'
          limit 1000
        ) figures
      )
      select level.date, level.metric, level.value - earlier.value as stated, gained.value - lost.value as computed
      from stored level
      join stored earlier on earlier.metric = level.metric and earlier.date = level.date - 1
      join stored gained on gained.metric = wanted.rule ->> 'gained' and gained.date = level.date
      join stored lost on lost.metric = wanted.rule ->> 'lost' and lost.date = level.date
      where wanted.kind = 'change'
        and level.metric = wanted.rule ->> 'level'
        and level.date >= wanted.since
        and level.value - earlier.value <> gained.value - lost.value
      union all
      select whole.date, whole.metric, whole.value, parts.total
      from stored whole
      cross join lateral (
        select sum(part.value::numeric) as total from jsonb_each_text(whole.metadata -> (wanted.rule ->> 'split')) part
      ) parts
      where wanted.kind = 'split' and whole.date >= wanted.since and parts.total > whole.value
    ) known
  )
  select jsonb_build_object(
    'days', coalesce(
      (
        select jsonb_object_agg(counts.platform, counts.days)
        from (select found.platform, count(distinct (found.id, found.date)) as days from found group by found.platform) counts
      ),
      '{}'
    ),
    'discrepancies', case
      when is_listing then coalesce(
        (
          select jsonb_agg(
            jsonb_build_object(
              'user_id', found.user_id, 'platform', found.platform, 'account_id', found.account_id, 'date', found.date,
              'metric', found.metric, 'stated', found.stated, 'computed', found.computed
            )
            order by found.id, found.date, found.metric
          )
          from found
        ),
        '[]'
      )
      else '[]'
    end,
    'last_account', (select case when count(*) = page_size then max(page.id) end from page)
  );
$$;
