-- Counts, by platform, the accounts that active connections open and that no run has seen yet, with the days of their windows, and
-- the active connections of services that are not collected. windows: {"instagram": {"since": "2026-11-15", "until": "2026-11-21"},
-- …}, one for each platform that is collected.
-- Of large tables a call takes one part of the users: the first with parts NULL, the others up to parts - 1 of its answer.
create or replace function public.count_new_collection_accounts(windows jsonb, part integer, parts integer)
returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
declare
  all_parts integer := coalesce(parts, public.collection_parts(null));
begin
  return (
    with unseen as materialized (
      select connections.user_id, connections.platform, connections.account_key
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
    unseen_accounts as (
      select unseen.platform, count(distinct (unseen.user_id, unseen.account_key)) as accounts
      from unseen
      where windows ? unseen.platform
      group by unseen.platform
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
