-- Says which of a user's accounts on a platform analytics_snapshots holds, where there are several: a list of sentences.
create or replace function public.explain_collection_primary(known public.collection_accounts)
returns jsonb
language sql stable security invoker set search_path = '' set timezone = 'UTC'
as $$
  with others as (
    select accounts.account_id, accounts.is_primary, accounts.primary_since
    from public.collection_accounts accounts
    where accounts.user_id = known.user_id and accounts.platform = known.platform and accounts.id <> known.id and accounts.can_be_primary
  ),
  holder as (
    select known.account_id, known.primary_since where known.is_primary
    union all
    select others.account_id, others.primary_since from others where others.is_primary
  )
  select coalesce(jsonb_agg(note.sentence), '[]')
  from (
    select coalesce(
      format('analytics_snapshots has held account %s since ', holder.account_id) || public.collection_time_text(holder.primary_since)
        || '; before that, it held another account.',
      format('analytics_snapshots holds account %s.', holder.account_id)
    ) as sentence
    from holder
    where exists (select from others)
    union all
    select format(
      'The values of %s are in analytics_account_snapshots.',
      case when count(*) <= 3 then 'account ' || string_agg(others.account_id, ', ' order by others.account_id) else count(*) || ' other accounts' end
    )
    from (
      select others.account_id from others where not others.is_primary
      union all
      select known.account_id where not known.is_primary and exists (select from others)
    ) others
    having count(*) > 0
  ) note;
$$;
