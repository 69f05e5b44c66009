-- Brings collection_accounts in step with the connections, and sees to it that each user and platform has one primary account.
-- collected: the platforms' names. asked_at: the run's clock. Answers the accounts that took another's place, and how many
-- accounts are of users whom the users' table does not know.
create or replace function public.sync_accounts(collected jsonb, for_user text, asked_at timestamptz, window_days integer)
returns jsonb
language plpgsql security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  differing public.collection_accounts[];
  one public.collection_accounts;
  unknown_users integer := 0;
  change record;
  changes jsonb := '[]';
begin
  -- Two runs of different scopes may be at it.
  perform pg_advisory_xact_lock(hashtextextended('analytics-collect accounts', 0));

  update public.collection_accounts accounts
  set active = false, connection_id = null
  where accounts.active
    and collected ? accounts.platform
    and (sync_accounts.for_user is null or accounts.user_id = sync_accounts.for_user)
    and not exists (
      select from public.connected_accounts(collected, sync_accounts.for_user) connected
      where connected.user_id = accounts.user_id
        and connected.platform = accounts.platform
        and connected.account_id = accounts.account_id
    );
  delete from public.collection_accounts accounts where not accounts.active and accounts.account_id like 'connection:%';

  select array_agg(
    jsonb_populate_record(
      null::public.collection_accounts,
      jsonb_build_object(
        'user_id', connected.user_id,
        'platform', connected.platform,
        'account_id', connected.account_id,
        'account_name', connected.account_name,
        'connection_id', connected.connection_ids[1],
        'connected_at', connected.connected_at
      )
    )
  )
  into differing
  from public.connected_accounts(collected, sync_accounts.for_user) connected
  left join public.collection_accounts known
    on known.user_id = connected.user_id
      and known.platform = connected.platform
      and known.account_id = connected.account_id
  where known.id is null
    or not known.active
    or known.connection_id is null
    or known.connection_id <> all (connected.connection_ids)
    or connected.account_name is not null and known.account_name is distinct from connected.account_name
    or known.connected_at > connected.connected_at;

  begin
    perform public.save_accounts(differing);
  exception
    -- A user whom the application does not know must not keep the others' accounts out.
    when foreign_key_violation then
      foreach one in array differing loop
        begin
          perform public.save_accounts(array[one]);
        exception
          when foreign_key_violation then
            unknown_users := unknown_users + 1;
        end;
      end loop;
  end;

  update public.collection_accounts accounts
  set is_primary = true
  where accounts.id in (
    select distinct on (candidates.user_id, candidates.platform) candidates.id
    from public.collection_accounts candidates
    where candidates.active
      and candidates.can_be_primary
      and (sync_accounts.for_user is null or candidates.user_id = sync_accounts.for_user)
      and not exists (
        select from public.collection_accounts others
        where others.user_id = candidates.user_id and others.platform = candidates.platform and others.is_primary
      )
    order by candidates.user_id, candidates.platform, candidates.connected_at, candidates.id
  );

  for change in
    select former.user_id, former.platform, former.account_id as former_id, former.reason, successor.id, successor.account_id
    from public.collection_accounts former
    cross join lateral (
      select rivals.id, rivals.account_id
      from public.collection_accounts rivals
      where rivals.user_id = former.user_id
        and rivals.platform = former.platform
        and rivals.active
        and rivals.can_be_primary
        and not rivals.is_primary
        -- One that lives takes the place of one that fails; any, that of one that is no longer connected.
        and (not former.active or (rivals.reason is null and rivals.last_day >= asked_at::date - window_days))
      order by rivals.reason is not null, rivals.connected_at, rivals.id
      limit 1
    ) successor
    where former.is_primary
      and (sync_accounts.for_user is null or former.user_id = sync_accounts.for_user)
      and (
        not former.active
        or (
          former.failing_since <= asked_at - window_days * interval '1 day'
          and (former.last_day is null or former.last_day < asked_at::date - window_days)
        )
      )
  loop
    perform public.make_primary(change.id);
    changes := changes || jsonb_build_object(
      'user_id', change.user_id,
      'platform', change.platform,
      'account_id', change.account_id,
      'former_account_id', change.former_id,
      'reason', change.reason
    );
  end loop;

  return jsonb_build_object('changes', changes, 'unknown_users', unknown_users);
end
$$;
