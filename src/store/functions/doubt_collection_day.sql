-- Keeps a day provisional, and thus due, for the accounts of a platform that showed zeros or nothing for it in this run. So many
-- did that the platform is not believed. An account without a value counts only if it had values in the week before.
-- One call handles at most page_size accounts, those after after_account, and returns the last one's id, or NULL when no more
-- follow: for a million accounts, a single statement would run into the usual statement timeouts. Of a run that processes share, a
-- repeated call answers as the first one did: the process that ends the run may have died in the midst of it.
create or replace function public.doubt_collection_day(
  run_id uuid, for_platform text, for_date date, after_account bigint, page_size integer
)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  page bigint[];
  without_data bigint[];
  call text := concat_ws(' ', for_platform, for_date, after_account);
  answer jsonb;
begin
  select runs.shared -> 'doubted' -> call into answer
  from public.collection_runs runs
  where runs.id = doubt_collection_day.run_id and runs.status = 'running'
  for key share;
  if not found then
    return jsonb_build_object('lease', 'lost');
  end if;
  if answer is not null then
    return answer;
  end if;

  -- Accounts before outcomes, as record_collection does.
  with locked as (
    select accounts.id
    from public.collection_accounts accounts
    where accounts.platform = for_platform and accounts.id > after_account
    order by accounts.id
    limit page_size
    for update
  )
  select coalesce(array_agg(locked.id order by locked.id), '{}') into page from locked;

  -- A day that this run left provisional without a reason is past its settling time, but the answer had nothing.
  update public.collection_outcomes outcomes
  set reason = 'platform_anomaly'
  where outcomes.account = any (page)
    and outcomes.date = for_date
    and outcomes.outcome = 'provisional'
    and (outcomes.reason = 'fell_to_zero' or (outcomes.reason is null and outcomes.run_id = doubt_collection_day.run_id));

  with doubted as (
    update public.collection_outcomes outcomes
    set outcome = 'provisional', reason = 'platform_anomaly'
    from public.collection_accounts accounts
    where accounts.id = any (page)
      and accounts.last_day >= for_date - 7
      and outcomes.account = accounts.id
      and outcomes.date = for_date
      and outcomes.outcome = 'no_data'
      and outcomes.reason is null
      and outcomes.run_id = doubt_collection_day.run_id
    returning outcomes.account
  )
  select coalesce(array_agg(doubted.account), '{}') into without_data from doubted;

  update public.collection_accounts accounts
  set done_to = for_date - 1
  where accounts.id = any (without_data) and accounts.done_to >= for_date;

  answer := jsonb_build_object(
    'lease', 'held',
    'without_data', cardinality(without_data),
    'last_account', case when cardinality(page) = page_size then page[page_size] end
  );
  update public.collection_runs runs
  set shared = runs.shared
    || jsonb_build_object('doubted', coalesce(runs.shared -> 'doubted', '{}') || jsonb_build_object(call, answer))
  where runs.id = doubt_collection_day.run_id and runs.shared is not null;
  return answer;
end
$$;
