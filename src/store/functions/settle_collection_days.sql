-- Settles rows that no further answer will change: of a day recorded as settled or without data, the metrics that its answer no
-- longer has; closing figures of days before the one recorded now; and all rows of an account up to closed_to, where its platform
-- no longer answers. Called by record_collection, with its arguments.
create or replace function public.settle_collection_days(accounts jsonb, snapshots jsonb, outcomes jsonb)
returns void
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
begin
  if exists (select from jsonb_array_elements(outcomes) outcome where outcome ->> 'state' in ('settled', 'no_data')) then
    with silent as materialized (
      select day.account, day.date, known.metric
      from jsonb_to_recordset(outcomes) as day (account bigint, date date, state text)
      join (
        select accounts.id as account, jsonb_object_keys(accounts.metrics) as metric
        from public.collection_accounts accounts
        where accounts.id in (select (outcome ->> 'account')::bigint from jsonb_array_elements(outcomes) outcome)
      ) known on known.account = day.account
      where day.state in ('settled', 'no_data')
      except
      select (row ->> 0)::bigint, (row ->> 3)::date, row ->> 1
      from jsonb_array_elements(snapshots) row
    ),
    places as materialized (
      select known.account_id, known.is_primary, silent.date, silent.metric, typed.user_id, typed.platform
      from silent
      join public.collection_accounts known on known.id = silent.account
      cross join lateral jsonb_populate_record(
        null::public.analytics_snapshots, jsonb_build_object('user_id', known.user_id, 'platform', known.platform)
      ) typed
    ),
    shown as (
      update public.analytics_snapshots existing
      set metadata = existing.metadata || '{"settled": true}'
      from places
      where places.is_primary
        and existing.user_id = places.user_id
        and existing.platform = places.platform
        and existing.source = 'social_media'
        and existing.metric = places.metric
        and existing.date = places.date
        and existing.post_id is null
        and existing.metadata ->> 'account_id' = places.account_id
        and existing.metadata ->> 'settled' = 'false'
    )
    update public.analytics_account_snapshots existing
    set metadata = existing.metadata || '{"settled": true}'
    from places
    where not places.is_primary
      and existing.user_id = places.user_id
      and existing.platform = places.platform::text
      and existing.account_id = places.account_id
      and existing.source = 'social_media'
      and existing.metric = places.metric
      and existing.date = places.date
      and existing.post_id is null
      and existing.metadata ->> 'settled' = 'false';
  end if;

  -- A closing figure is certain once one is filed under a later day. Those before closing_day have been settled.
  if exists (select from jsonb_array_elements(snapshots) row where row -> 4 ->> 'period' = 'lifetime') then
    with closing as materialized (
      select known.account_id, known.is_primary, row ->> 1 as metric, (row ->> 3)::date as date, typed.user_id, typed.platform,
        coalesce(known.closing_day, '-infinity') as settled_to
      from jsonb_array_elements(snapshots) row
      join public.collection_accounts known on known.id = (row ->> 0)::bigint
      cross join lateral jsonb_populate_record(
        null::public.analytics_snapshots, jsonb_build_object('user_id', known.user_id, 'platform', known.platform)
      ) typed
      where row -> 4 ->> 'period' = 'lifetime'
    ),
    shown as (
      update public.analytics_snapshots existing
      set metadata = existing.metadata || '{"settled": true}'
      from closing
      where closing.is_primary
        and existing.user_id = closing.user_id
        and existing.platform = closing.platform
        and existing.source = 'social_media'
        and existing.metric = closing.metric
        and existing.date between closing.settled_to and closing.date - 1
        and existing.post_id is null
        and existing.metadata ->> 'account_id' = closing.account_id
        and existing.metadata ->> 'settled' = 'false'
    )
    update public.analytics_account_snapshots existing
    set metadata = existing.metadata || '{"settled": true}'
    from closing
    where not closing.is_primary
      and existing.user_id = closing.user_id
      and existing.platform = closing.platform::text
      and existing.account_id = closing.account_id
      and existing.source = 'social_media'
      and existing.metric = closing.metric
      and existing.date between closing.settled_to and closing.date - 1
      and existing.post_id is null
      and existing.metadata ->> 'settled' = 'false';
  end if;

  if exists (select from jsonb_array_elements(accounts) account where account ->> 'closed_to' is not null) then
    update public.collection_outcomes existing
    set outcome = 'settled'
    from jsonb_to_recordset(accounts) as given (id bigint, closed_to date)
    where existing.account = given.id and existing.date <= given.closed_to and existing.outcome = 'provisional';

    with closed as materialized (
      select known.account_id, given.closed_to, typed.user_id, typed.platform
      from jsonb_to_recordset(accounts) as given (id bigint, closed_to date)
      join public.collection_accounts known on known.id = given.id
      cross join lateral jsonb_populate_record(
        null::public.analytics_snapshots, jsonb_build_object('user_id', known.user_id, 'platform', known.platform)
      ) typed
      -- An account without rows may belong to a user whose id that type does not take.
      where given.closed_to is not null and known.first_day is not null
    ),
    shown as (
      update public.analytics_snapshots existing
      set metadata = existing.metadata || '{"settled": true}'
      from closed
      where existing.user_id = closed.user_id
        and existing.platform = closed.platform
        and existing.source = 'social_media'
        and existing.date <= closed.closed_to
        and existing.post_id is null
        and existing.metadata ->> 'account_id' = closed.account_id
        and existing.metadata ->> 'settled' = 'false'
    )
    update public.analytics_account_snapshots existing
    set metadata = existing.metadata || '{"settled": true}'
    from closed
    where existing.user_id = closed.user_id
      and existing.platform = closed.platform::text
      and existing.account_id = closed.account_id
      and existing.date <= closed.closed_to
      and existing.metadata ->> 'settled' = 'false';
  end if;
end
$$;
