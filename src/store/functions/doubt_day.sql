-- A day for which most accounts of a platform show zeros or nothing is not believed: of the accounts that this run asked for it,
-- it stays provisional, and due. Of those without a value, only accounts that had some in the week before.
create or replace function public.doubt_day(run_id uuid, for_platform text, for_date date)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  without_data bigint[];
begin
  perform from public.collection_runs runs where runs.id = doubt_day.run_id and runs.status = 'running' for share;
  if not found then
    return jsonb_build_object('lease', 'lost');
  end if;

  update public.collection_outcomes outcomes
  set reason = 'platform_anomaly'
  from public.collection_accounts accounts
  where accounts.platform = for_platform
    and outcomes.account = accounts.id
    and outcomes.date = for_date
    and outcomes.outcome = 'provisional'
    and outcomes.reason = 'fell_to_zero';

  with doubted as (
    update public.collection_outcomes outcomes
    set outcome = 'provisional', reason = 'platform_anomaly'
    from public.collection_accounts accounts
    where accounts.platform = for_platform
      and accounts.last_day >= for_date - 7
      and outcomes.account = accounts.id
      and outcomes.date = for_date
      and outcomes.outcome = 'no_data'
      and outcomes.run_id = doubt_day.run_id
    returning outcomes.account
  )
  select coalesce(array_agg(doubted.account), '{}') into without_data from doubted;

  update public.collection_accounts accounts
  set done_to = for_date - 1
  where accounts.id = any (without_data) and accounts.done_to >= for_date;

  return jsonb_build_object('lease', 'held', 'without_data', cardinality(without_data));
end
$$;
