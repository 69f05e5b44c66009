-- Counts, by platform, the accounts that active connections open and that no run has seen yet, with the days of their windows and
-- the dates on which they were connected, which are cut to the window and the last 14 days; and the active connections of services that are not
-- collected. windows: {"instagram": {"since": "2026-11-15", "until": "2026-11-21"}, …}, one for each platform that is collected.
-- Of large tables a call takes one part of the users: the first with parts NULL, the others up to parts - 1 of its answer.
create or replace function public.count_new_collection_accounts(windows jsonb, part integer, parts integer)
returns jsonb
language plpgsql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
declare
  all_parts integer := coalesce(parts, public.collection_parts(null));
begin
  return (
    with unseen as materialized (
      select connections.user_id, connections.platform, connections.account_key, connections.created_at
      from public.collection_connections connections
      where connections.active
        and (hashtext(connections.user_id) & 2147483647) % all_parts = part
        and not exists (
          select from public.collection_accounts accounts
          where accounts.user_id = connections.user_id
            and accounts.platform = connections.platform
            and accounts.account_id = connections.account_key
            and accounts.active
            and windows ? accounts.platform
        )
    ),
    connected as (
      select accounts.platform, accounts.date, count(*) as accounts
      from (
        select
          unseen.platform,
          least(
            greatest(
              coalesce(min(unseen.created_at), '-infinity')::date,
              least((windows -> unseen.platform ->> 'since')::date, (windows -> unseen.platform ->> 'until')::date - 13)
            ),
            (windows -> unseen.platform ->> 'until')::date + 1
          ) as date
        from unseen
        where windows ? unseen.platform
        group by unseen.platform, unseen.user_id, unseen.account_key
      ) accounts
      group by accounts.platform, accounts.date
    ),
    unseen_accounts as (
      select connected.platform, sum(connected.accounts) as accounts, jsonb_object_agg(connected.date, connected.accounts) as connected
      from connected
      group by connected.platform
    ),
    ignored as (
      select unseen.platform, count(*) as connections
      from unseen
      where not windows ? unseen.platform
      group by unseen.platform
    )
    select jsonb_build_object(
      'parts', all_parts,
      'platforms', (
        select coalesce(
          jsonb_agg(
            jsonb_build_object(
              'platform', unseen_accounts.platform,
              'accounts', unseen_accounts.accounts,
              'connected', unseen_accounts.connected,
              'days_missing',
              unseen_accounts.accounts * (
                (windows -> unseen_accounts.platform ->> 'until')::date
                - (windows -> unseen_accounts.platform ->> 'since')::date + 1
              )
            )
          ),
          '[]'
        )
        from unseen_accounts
      ),
      'ignored', (select coalesce(jsonb_object_agg(ignored.platform, ignored.connections), '{}') from ignored)
    )
  );
end
$$;
