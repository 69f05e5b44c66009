-- Writes snapshots, the outcomes they belong to and the state of their accounts, in one transaction. Rows of a primary account go
-- to analytics_snapshots, those of others to analytics_account_snapshots. collection_correction_of decides which value stays.
-- Locks the run's row, so that a run that lost its lease writes nothing more (but no heartbeat waits for it), and the accounts, so
-- that the primary one stays.
-- accounts: [{id, connection_id, reason, message, reached, done_to, done_to_before, closing_day, metrics, days_lost,
-- closed_to, due_at, access: {token, ends_at, asked_at} where the platform was asked}];
-- an account whose days are written in several calls is given in the last one;
-- snapshots: [[account, metric, value, date, metadata]];
-- outcomes: [{account, date, state, reason, message, metrics, missing, figures}];
-- piece: {piece, process, attempt, call, counted, accounts, failed, is_done} of a run that processes share: what this call has counted,
-- under its id, how many accounts and failed ones are among it, and whether the piece ends with it.
create or replace function public.record_collection(
  run_id uuid, recorded_at timestamptz, accounts jsonb, snapshots jsonb, outcomes jsonb, refresh boolean, adopt boolean,
  piece jsonb default null
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  inserted integer;
  updated integer;
  -- Not counting those of accounts that were deleted since they were read.
  given_rows integer;
  occupied record;
  counts jsonb;
  is_partitioned boolean := (select relkind = 'p' from pg_catalog.pg_class where oid = 'public.analytics_snapshots'::regclass);
begin
  if jsonb_typeof(snapshots -> 0) = 'object' then
    raise undefined_function using message = 'this run began with an earlier version of the schema';
  end if;
  if is_partitioned then
    perform public.partition_collection(array(select distinct (row ->> 3)::date from jsonb_array_elements(snapshots) row));
  end if;

  perform from public.collection_runs runs
  where runs.id = record_collection.run_id and runs.status = 'running'
  for key share;
  if not found then
    return jsonb_build_object('lease', 'lost');
  end if;
  if piece is not null then
    perform from public.collection_pieces pieces
    where pieces.run_id = record_collection.run_id
      and pieces.piece = (record_collection.piece ->> 'piece')::integer
      and pieces.attempt = (record_collection.piece ->> 'attempt')::uuid
      and (pieces.done_at is null or pieces.parts ? (record_collection.piece ->> 'call'))
    for update;
    if not found then
      return jsonb_build_object('lease', 'taken');
    end if;
  end if;
  perform from public.collection_accounts known
  where known.id in (
    select (row ->> 'id')::bigint from jsonb_array_elements(accounts) row
    union all select (row ->> 'account')::bigint from jsonb_array_elements(outcomes) row
  )
  order by known.id
  for update;

  -- Rows are written in the order of their keys, so that two runs wait for each other instead of deadlocking.
  -- jsonb_populate_record gives user_id and platform the types that the table has.
  with owners as materialized (
    select known.id, known.account_id, known.is_primary, typed.user_id, typed.platform,
      exists (
        select from public.analytics_account_snapshots kept
        where kept.user_id = typed.user_id and kept.platform = known.platform and kept.account_id = known.account_id
      ) as has_kept
    from public.collection_accounts known
    cross join lateral jsonb_populate_record(
      null::public.analytics_snapshots, jsonb_build_object('user_id', known.user_id, 'platform', known.platform)
    ) typed
    -- An account without rows may belong to a user whose id that type does not take.
    where known.id in (select (row ->> 0)::bigint from jsonb_array_elements(snapshots) row)
  ),
  given as (
    select owners.user_id, owners.platform, owners.account_id, owners.is_primary, owners.has_kept,
      row ->> 1 as metric, (row ->> 2)::numeric as value, (row ->> 3)::date as date, row -> 4 as metadata
    from jsonb_array_elements(snapshots) row
    join owners on owners.id = (row ->> 0)::bigint
  ),
  shown as (
    insert into public.analytics_snapshots as existing (user_id, platform, source, metric, value, date, post_id, metadata)
    select given.user_id, given.platform, 'social_media', given.metric, given.value, given.date, null, given.metadata
    from given
    where given.is_primary
    order by given.user_id, given.platform, given.metric, given.date
    on conflict (user_id, platform, source, metric, date, post_id) do update
      set value = excluded.value,
        metadata = public.collection_correction_of(
          existing.value, existing.metadata, excluded.value, excluded.metadata, refresh, adopt
        )
      where public.collection_correction_of(
        existing.value, existing.metadata, excluded.value, excluded.metadata, refresh, adopt
      ) is not null
    -- Of a row of a partitioned table PostgreSQL does not return system columns.
    returning case when is_partitioned then existing.created_at::text = now()::text else existing.xmax = 0 end as is_new
  ),
  kept as (
    insert into public.analytics_account_snapshots as existing (user_id, platform, account_id, source, metric, value, date, metadata)
    select given.user_id, given.platform::text, given.account_id, 'social_media', given.metric, given.value, given.date, given.metadata
    from given
    where not given.is_primary
    order by given.user_id, given.platform, given.account_id, given.metric, given.date
    on conflict (user_id, platform, account_id, source, metric, date, post_id) do update
      set value = excluded.value,
        metadata = public.collection_correction_of(
          existing.value, existing.metadata, excluded.value, excluded.metadata, refresh, adopt
        )
      where public.collection_correction_of(
        existing.value, existing.metadata, excluded.value, excluded.metadata, refresh, adopt
      ) is not null
    returning case when is_partitioned then existing.created_at::text = now()::text else existing.xmax = 0 end as is_new
  ),
  -- Rows that stayed here when their account became the primary one, since another writer's row had their place.
  moved as (
    delete from public.analytics_account_snapshots kept
    using given
    where given.is_primary
      and given.has_kept
      and kept.user_id = given.user_id
      and kept.platform = given.platform::text
      and kept.account_id = given.account_id
      and kept.metric = given.metric
      and kept.date = given.date
      and (
        adopt
        or not exists (
          select from public.analytics_snapshots theirs
          where theirs.user_id = given.user_id
            and theirs.platform = given.platform
            and theirs.source = 'social_media'
            and theirs.metric = given.metric
            and theirs.date = given.date
            and theirs.post_id is null
            and not coalesce(theirs.metadata, '{}') ? 'settled'
        )
      )
  )
  select
    count(*) filter (where written.is_new), count(*) filter (where not written.is_new), (select count(*) from given)
  into inserted, updated, given_rows
  from (select shown.is_new from shown union all select kept.is_new from kept) written;

  -- Of the rows that were not written, those in whose place another writer's row stands.
  select count(existing.date) as places, min(existing.date) as since, max(existing.date) as until
  into occupied
  from jsonb_array_elements(snapshots) row
  join public.collection_accounts known on known.id = (row ->> 0)::bigint and known.is_primary
  cross join lateral jsonb_populate_record(
    null::public.analytics_snapshots, jsonb_build_object('user_id', known.user_id, 'platform', known.platform)
  ) typed
  join public.analytics_snapshots existing
    on existing.user_id = typed.user_id
      and existing.platform = typed.platform
      and existing.source = 'social_media'
      and existing.metric = row ->> 1
      and existing.date = (row ->> 3)::date
      and existing.post_id is null
      and (existing.metadata ? 'settled' and existing.metadata ->> 'account_id' = known.account_id) is not true
  where inserted + updated < given_rows;

  insert into public.collection_outcomes as existing (account, date, outcome, reason, message, metrics, missing, figures, run_id, updated_at)
  select given.account, given.date, given.state, given.reason, given.message, given.metrics, nullif(given.missing, '{}'),
    given.figures, record_collection.run_id, recorded_at
  from jsonb_to_recordset(outcomes)
    as given (account bigint, date date, state text, reason text, message text, metrics integer, missing text[], figures text)
  join public.collection_accounts known on known.id = given.account
  order by given.account, given.date
  on conflict (account, date) do update
    set outcome = excluded.outcome,
      reason = excluded.reason,
      message = excluded.message,
      metrics = greatest(existing.metrics, excluded.metrics),
      missing = excluded.missing,
      figures = case excluded.figures when 'nothing' then existing.figures else excluded.figures end,
      run_id = excluded.run_id,
      updated_at = excluded.updated_at
    -- Settled stays settled; an answer without values does not undo values, nor a failure a doubt.
    where excluded.outcome = 'settled'
      or (existing.outcome <> 'settled' and not (
        existing.outcome = 'provisional' and (
          (existing.metrics > 0 and excluded.outcome in ('pending', 'no_data'))
          or (existing.reason is not null and excluded.outcome in ('failed', 'skipped'))
        )
      ));

  update public.collection_accounts known
  set first_day = least(known.first_day, days.first_day), last_day = greatest(known.last_day, days.last_day)
  from (
    select outcome.account, min(outcome.date) as first_day, max(outcome.date) as last_day
    from jsonb_to_recordset(outcomes) as outcome (account bigint, date date, state text)
    where outcome.state in ('settled', 'provisional')
    group by outcome.account
  ) days
  where known.id = days.account;

  -- Before closing_day moves on.
  perform public.settle_collection_days(accounts, snapshots, outcomes);

  update public.collection_accounts known
  set connection_id = given.connection_id,
    reason = given.reason,
    message = given.message,
    failing_since = case when given.reason is not null then coalesce(known.failing_since, recorded_at) end,
    failing_runs = case
      when given.reason is null then 0
      -- A call is repeated when its answer is lost.
      when known.run_id = record_collection.run_id then greatest(known.failing_runs, 1)
      else known.failing_runs + 1
    end,
    -- Another run that moved it meanwhile may have left days open that this run does not know of.
    done_to = case
      when known.done_to is distinct from given.done_to_before then least(known.done_to, given.done_to)
      else coalesce(given.done_to, known.done_to)
    end,
    closing_day = coalesce(given.closing_day, known.closing_day),
    -- Another run may have left days open meanwhile, and the database may have refused some.
    due_at = case
      when known.done_to is not distinct from given.done_to_before and not exists (
        select from public.collection_outcomes existing
        where existing.account = known.id and existing.run_id = record_collection.run_id and existing.outcome = 'failed'
      ) then given.due_at
    end,
    metrics = given.metrics,
    days_lost = known.days_lost + case when known.run_id is distinct from record_collection.run_id then given.days_lost else 0 end,
    -- An account whose API was shut or throttled keeps its place in the next run's order.
    collected_at = case when given.reached then recorded_at else known.collected_at end,
    access_ends_at = case when given.access is null then known.access_ends_at else (given.access ->> 'ends_at')::timestamptz end,
    access_asked_at = coalesce((given.access ->> 'asked_at')::timestamptz, known.access_asked_at),
    access_token_hash = coalesce(given.access ->> 'token', known.access_token_hash),
    run_id = record_collection.run_id
  from jsonb_to_recordset(accounts) as given (
    id bigint, connection_id text, reason text, message text, reached boolean, done_to date, done_to_before date, closing_day date,
    metrics jsonb, days_lost integer, due_at timestamptz, access jsonb
  )
  where known.id = given.id;

  -- No day that this run leaves open counts as done: the run may end before it writes the account's state, and the database
  -- may have refused a day that the run takes for done.
  update public.collection_accounts known
  set done_to = open.date - 1, due_at = null
  from (
    select existing.account, min(existing.date) as date
    from (
      select given.account, given.date as since, given.date as until
      from jsonb_to_recordset(outcomes) as given (account bigint, date date)
      union all
      select given.id, coalesce(given.done_to_before, '-infinity'), given.done_to
      from jsonb_to_recordset(accounts) as given (id bigint, done_to date, done_to_before date)
    ) passed
    join public.collection_outcomes existing
      on existing.account = passed.account and existing.date between passed.since and passed.until
    where existing.run_id = record_collection.run_id
      and existing.outcome not in ('settled', 'no_data')
      and existing.reason is distinct from 'out_of_reach'
    group by existing.account
  ) open
  where known.id = open.account and open.date between known.first_day and known.done_to;

  counts := jsonb_build_object(
    'inserted', inserted,
    'updated', updated,
    'unchanged', given_rows - inserted - updated - occupied.places,
    'foreign', jsonb_build_object('rows', occupied.places, 'since', occupied.since, 'until', occupied.until)
  );
  -- A call that is repeated, because its answer was lost, counts once.
  update public.collection_pieces pieces
  set parts = pieces.parts || jsonb_build_object(
      record_collection.piece ->> 'call', jsonb_build_object('counted', record_collection.piece -> 'counted', 'metrics', counts)
    ),
    done_at = case when (record_collection.piece ->> 'is_done')::boolean then clock_timestamp() end
  where pieces.run_id = record_collection.run_id
    and pieces.piece = (record_collection.piece ->> 'piece')::integer
    and not pieces.parts ? (record_collection.piece ->> 'call');
  if found then
    insert into public.collection_processes as known (run_id, process, accounts, failed, pieces)
    values (
      record_collection.run_id, (piece ->> 'process')::uuid, (piece ->> 'accounts')::integer, (piece ->> 'failed')::integer,
      (piece ->> 'is_done')::boolean::integer
    )
    on conflict on constraint collection_processes_pkey do update
      set accounts = known.accounts + excluded.accounts,
        failed = known.failed + excluded.failed,
        pieces = known.pieces + excluded.pieces;
  end if;
  return jsonb_build_object('lease', 'held') || counts;
end
$$;
