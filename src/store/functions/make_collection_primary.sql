-- Makes an account the primary one of its user and platform: the former one's rows and its own change places, so that a series
-- in analytics_snapshots is always of one account. A row stays where it is if another writer's row has its place.
-- Given former, does nothing unless that account is still the primary one and has not recovered.
create or replace function public.make_collection_primary(account bigint, former bigint default null)
returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  chosen public.collection_accounts;
  -- user_id and platform under the types that the table has, so that its index is used.
  typed public.analytics_snapshots;
begin
  select * into strict chosen from public.collection_accounts accounts where accounts.id = make_collection_primary.account;
  perform from public.collection_accounts accounts
  where accounts.user_id = chosen.user_id and accounts.platform = chosen.platform
  order by accounts.id
  for update;
  -- Another run may have seen the former account recover, or have made the exchange already.
  if former is not null and not exists (
    select from public.collection_accounts accounts
    where accounts.id = former and accounts.is_primary and (accounts.reason is not null or not accounts.active)
  ) then
    return jsonb_build_object('changed', false);
  end if;

  update public.collection_accounts accounts
  set is_primary = false, primary_since = null
  where accounts.user_id = chosen.user_id and accounts.platform = chosen.platform and accounts.is_primary;
  update public.collection_accounts accounts set is_primary = true, primary_since = now() where accounts.id = chosen.id;

  begin
    typed := jsonb_populate_record(
      null::public.analytics_snapshots, jsonb_build_object('user_id', chosen.user_id, 'platform', chosen.platform)
    );
  exception
    -- The table does not take the user's id, so it has no rows of theirs.
    when data_exception then
      return jsonb_build_object('changed', true);
  end;
  with leaving as (
    delete from public.analytics_snapshots shown
    where shown.user_id = typed.user_id
      and shown.platform = typed.platform
      and shown.source = 'social_media'
      and shown.post_id is null
      and shown.metadata ? 'settled'
      and shown.metadata ->> 'account_id' <> chosen.account_id
    returning shown.*
  )
  insert into public.analytics_account_snapshots
    (user_id, platform, account_id, source, metric, value, date, metadata, created_at)
  select leaving.user_id, leaving.platform::text, leaving.metadata ->> 'account_id', leaving.source, leaving.metric, leaving.value,
    leaving.date, leaving.metadata, coalesce(leaving.created_at, now())
  from leaving
  on conflict (user_id, platform, account_id, source, metric, date, post_id) do update
    set value = excluded.value, metadata = excluded.metadata;

  with coming as (
    insert into public.analytics_snapshots (user_id, platform, source, metric, value, date, metadata, created_at)
    select own.user_id, typed.platform, own.source, own.metric, own.value, own.date, own.metadata, own.created_at
    from public.analytics_account_snapshots own
    where own.user_id = typed.user_id and own.platform = chosen.platform and own.account_id = chosen.account_id
    on conflict (user_id, platform, source, metric, date, post_id) do nothing
    returning metric, date
  )
  delete from public.analytics_account_snapshots own
  using coming
  where own.user_id = typed.user_id
    and own.platform = chosen.platform
    and own.account_id = chosen.account_id
    and own.metric = coming.metric::text
    and own.date = coming.date;
  return jsonb_build_object('changed', true);
end
$$;
